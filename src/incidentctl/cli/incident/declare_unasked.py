"""`declare --auto` and `declare --from-issue`: declare from an alert or an issue alone."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

import typer

from incidentctl.app.incident.respond import Recorded
from incidentctl.cli.incident.declared import confirm, print_declared
from incidentctl.cli.session import report_notes, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.domain.common.text import count
from incidentctl.errors import UsageError


def _print_taken(
    ctx: typer.Context, where: str | None, source: str | None, words: str, *, json: bool
) -> None:
    """Let the rules decide about a payload, and say what came of it."""
    if where is None or words.strip():
        raise UsageError(
            "With --auto the rules decide about an alert, and you state nothing.",
            hint="Run `incidentctl declare --from-alert FILE --auto`.",
            echo=words,
        )
    from incidentctl.app.alerts.automatic import take
    from incidentctl.app.alerts.parse import hook_of, read_payload

    workspace = workspace_of(ctx)
    hook = hook_of(workspace.catalog, source) if source else None
    taken = take(workspace, read_payload(where, sys.stdin.buffer), hook)
    workspace.notes.extend(taken.notes)
    report_notes(workspace)
    if json:
        console.print_json("declare-auto", taken._asdict())
        return
    for said, idents in (
        ("declared", taken.declared),
        ("attached to", taken.attached),
        ("recorded in", taken.groups),
    ):
        for ident in idents:
            console.out(f"{said:<11} {ident}")
    if not taken.groups and not taken.declared:
        console.say(f"{count(taken.alerts, 'alert')}: nothing new to record.")


def declare_unasked(
    ctx: typer.Context,
    from_alert: tuple[str | None, str | None],
    from_issue: str | None,
    words: str,
    stated: Sequence[object],
    as_: str | None,
    *,
    json: bool,
) -> None:
    """Declare what an alert, a file and its source, or an issue alone says."""
    if from_issue is None:
        _print_taken(ctx, *from_alert, words, json=json)
        return
    if words.strip() or any(from_alert) or any(stated):
        raise UsageError(
            "With --from-issue the issue says everything, and you state nothing.",
            hint="Run `incidentctl declare --from-issue FILE`.",
            echo=words,
        )
    from incidentctl.app.alerts.parse import read_payload
    from incidentctl.app.incident.from_issue import declare_from_issue

    workspace = workspace_of(ctx)
    event = read_payload(from_issue, sys.stdin.buffer)
    done = declare_from_issue(workspace, event, as_=as_, on_recorded=partial(confirm, workspace))
    if done.recorded is None:
        console.say(f"{done.ident}: declared before, from this issue")
    recorded = done.recorded or Recorded(done.ident, (), None)
    print_declared(workspace, done.ident, recorded, json=json)
