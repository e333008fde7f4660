"""`list`: the open incidents, or past ones."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer

from incidentctl.app.incident.order import in_order
from incidentctl.app.incident.query import Filters, head_as_json, listed, lost_duplicates
from incidentctl.app.learn.late import late_retrospectives
from incidentctl.app.record.looked import none_here
from incidentctl.cli.session import (
    report_sync_state,
    say_left_out,
    show_reading_progress,
    workspace_of,
)
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import Json
from incidentctl.domain.common.times import iso, rough_duration
from incidentctl.domain.common.times import show as show_time
from incidentctl.domain.incident.due import Due
from incidentctl.domain.incident.head import Head, titled

#: So many late retrospectives are named.
_FEW = 3


def list_command(
    ctx: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Declared since: 7d, 2026-03-29.")
    ] = None,
    service: Annotated[
        str | None, typer.Option("--service", metavar="SERVICE", help="Affecting this service.")
    ] = None,
    severity: Annotated[
        str | None, typer.Option("--severity", metavar="SEVERITY", help="Of this severity.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="incident, drill or backfill.")
    ] = None,
    text: Annotated[
        str | None,
        typer.Option(
            "--text", metavar="TEXT", help="With this text in title, log or retrospective."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """List open incidents, the most severe first, or past ones.

    incidentctl list --all --since 7d
    """
    workspace = workspace_of(ctx)
    heads = listed(
        workspace, Filters(all_, since, service, severity, kind, text), show_reading_progress
    )
    restricted_ids = workspace.record.restricted_ids()
    report_sync_state(workspace)
    lost = lost_duplicates(workspace)
    late = late_retrospectives(workspace, workspace.now())
    if json:
        incidents = [head_as_json(head, restricted=head.id in restricted_ids) for head in heads]
        owed = [
            {"incident": ident, "at": iso(entry.at), "overdue_by": int(entry.overdue_by)}
            for ident, entry in late
        ]
        console.print_json(
            "list", {"incidents": incidents, "problems": lost, "late_retrospectives": owed}
        )
        return
    filtered = (service, severity, kind, text) != (None,) * 4
    if not filtered:
        _show_late_retrospectives(late)
    for sentence in lost:
        console.say(f"problem: {sentence} Reopen one with `incidentctl reopen ID`.", "warning")
    if not heads:
        ended = all_ or since is not None
        nothing = "No open incident matches." if filtered else "No incident is open."
        console.say(none_here(workspace, "No incident matches." if ended else nothing))
    if text is not None and not all_ and since is None:
        console.say("Only open incidents were searched; --all searches those that ended, too.")
    if not heads:
        return
    say_left_out(workspace)
    opened = in_order(workspace, (head for head in heads if head.open), newest=True)
    heads = [*opened, *(head for head in heads if not head.open)]
    now, zone = workspace.now(), workspace.speaker_zone(workspace.actor(None))

    short = sys.stdout.isatty()  # a moment with its zone is too wide

    def declared(moment: datetime) -> str:
        return rough_duration(now - moment) if short else show_time(moment, zone)

    def title(head: Head) -> str:
        return titled(head, restricted=head.id in restricted_ids)

    doubtful = {head.id for head in opened if short and head.severity and not head.confirmed}

    def severity_of(head: Head) -> str | None:
        return f"{head.severity}?" if head.id in doubtful else head.severity

    console.table(
        ("id", "sev", "status", "age", "commander", "title"),
        [
            (h.id, severity_of(h), h.status, declared(h.declared), h.commands, title(h))
            for h in heads
        ],
        cut="title",
        # Among those that have ended, what is open must show.
        spare=("commander", "age")
        if any(h.ended for h in heads)
        else ("commander", "status", "age"),
    )
    if doubtful:
        console.say("?: the severity is not confirmed. `incidentctl severity` confirms it.", "dim")


def _show_late_retrospectives(late: list[tuple[str, Due]]) -> None:
    """Say which retrospectives are late."""
    for ident, entry in late[:_FEW]:
        since = rough_duration(entry.overdue_by)
        console.say(
            f"late: {entry.text} of {ident}, {since} ago. Write it: `incidentctl retro {ident}`.",
            "warning",
        )
    if len(late) > _FEW:
        console.say(f"{len(late) - _FEW} more are late: `incidentctl due`.", "warning")
