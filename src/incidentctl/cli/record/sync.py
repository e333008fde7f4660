"""`sync`: sync the record with the remote now."""

from __future__ import annotations

import signal
import sys
from typing import Annotated

import typer

from incidentctl.app.record.sync import Synced, sync, sync_in_background
from incidentctl.cli.hints import worded
from incidentctl.cli.session import report_unclaimed, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import Json
from incidentctl.domain.common.text import count
from incidentctl.errors import EnvironmentFailedError

_HINTS = {
    "behind": "Run `incidentctl sync` again in a moment.",
    "offline": "Nothing is lost. It is sent once the remote answers.",
    "misconfigured": "Nothing is lost. Fix this, then run `incidentctl sync` again.",
    "unanswered": "Nothing is lost. Run `incidentctl sync` again later, or ask its admin.",
    "failed": "Nothing is lost. Everything recorded stays here until this is fixed.",
}


def sync_command(
    ctx: typer.Context,
    json: Json = False,
    background: Annotated[
        int | None,
        typer.Option(
            "--background", hidden=True, metavar="FD", help="The inherited lock, by its descriptor."
        ),
    ] = None,
) -> None:
    """Sync the record with the remote now; this also happens automatically after each event.

    incidentctl sync
    """
    workspace = workspace_of(ctx)
    if background is not None:
        # A running git must end with this process.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        sync_in_background(workspace, background)
        return
    if console.is_terminal() and workspace.basics.remote:
        console.say(f"Syncing with {workspace.basics.remote} ...", "dim")
    done = sync(workspace)
    for note in (*workspace.notes, *done.notes):
        if note == done.reason:
            continue  # printed below
        console.say(f"note: {note}", "warning")
    report_unclaimed(workspace)
    if json:
        console.print_json(
            "sync",
            {
                # For a program a remote that refuses is set up wrongly; `reason` says more.
                "state": "misconfigured" if done.state == "refused" else done.state,
                "sent": done.sent,
                "received": done.received,
                "pending": done.pending,
                "reason": done.reason,
            },
        )
        if done.state != "ok":
            raise typer.Exit(EnvironmentFailedError.exit_code)
        return
    if done.state != "ok":
        hint = f"Nothing is lost. {worded(done.hint)}" if done.hint else _HINTS[done.state]
        raise EnvironmentFailedError(_sentence(done), hint=hint)
    console.out(_sentence(done))


def _sentence(done: Synced) -> str:
    moved = f"{count(done.sent, 'event')} sent, {count(done.received, 'event')} received"
    if done.state == "ok":
        return f"Up to date with the remote: {moved}."
    least = "at least " if done.at_least else ""
    left = f"{least}{count(done.pending, 'event')} still to be sent"
    return f"{done.state}: {done.reason or 'no reason is known'} ({moved}, {left})"
