"""`alert inbox`, `show`, `declare`, `attach`, `dismiss`, `redact`: what people do with alerts."""

from __future__ import annotations

import sys
from datetime import tzinfo
from typing import Annotated

import typer

from incidentctl.app.alerts import inbox, redact
from incidentctl.app.alerts.inbox import Row
from incidentctl.app.incident.declare import Request
from incidentctl.app.incident.find import find_incident, load
from incidentctl.app.incident.respond import Recorded, Response, ensure_meant
from incidentctl.cli.session import confirm_recorded, report_notes, report_sync_state, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import AsPerson, Json, NoInput, NoWalk
from incidentctl.cli.terminal.redaction import confirm_redaction, report_history
from incidentctl.domain.alerts.group import Group
from incidentctl.domain.common.text import count, one_line
from incidentctl.domain.common.times import rough_duration
from incidentctl.domain.common.times import show as show_time
from incidentctl.domain.incident.ids import last_part
from incidentctl.errors import UsageError

Number = Annotated[
    str,
    typer.Argument(
        metavar="N", help="Its number as `alert inbox` showed it last, or any part of its id."
    ),
]


def inbox_command(
    ctx: typer.Context,
    *,
    all_: Annotated[
        bool, typer.Option("--all", help="Also what is resolved, attached or dismissed.")
    ] = False,
    json: Json = False,
) -> None:
    """List the firing alerts that nobody has dealt with yet, oldest first.

    incidentctl alert inbox
    """
    workspace = workspace_of(ctx)
    rows = inbox.show_inbox(workspace, whole=all_)
    report_sync_state(workspace)
    if json:
        console.print_json("alert-inbox", {"alerts": [inbox.as_json(row) for row in rows]})
        return
    if not rows:
        console.say("No alert is known." if all_ else "No alert waits.")
        return
    now, zone = workspace.now(), workspace.speaker_zone(workspace.actor(None))
    terminal = sys.stdout.isatty()  # a moment with its zone is too wide

    def since(row: Row) -> str:
        started = row.group.started
        return rough_duration(now - started) if terminal else show_time(started, zone)

    console.table(
        ("n", "id", "sev", "state", "for", "times", "affects", "title"),
        [
            (
                str(row.number or ""),
                last_part(row.group.id) if terminal else row.group.id,
                row.severity,
                _state(row),
                since(row),
                str(row.group.times),
                ", ".join(row.affects),
                row.group.title,
            )
            for row in rows
        ],
        cut="title",
        spare=("times", "for", "affects"),
    )


def show_command(ctx: typer.Context, number: Number, *, json: Json = False) -> None:
    """Show an alert, waiting or dealt with, and everything that happened to it.

    incidentctl alert show 1
    """
    workspace = workspace_of(ctx)
    row = inbox.find(workspace, number)
    entries = inbox.lines(workspace, row.group.id)
    report_sync_state(workspace)
    if json:
        console.print_json("alert-show", inbox.as_json(row, entries))
        return
    group, zone = row.group, workspace.speaker_zone(workspace.actor(None))
    firing = sum(state != "resolved" for state in group.members.values())
    rows = [
        ("id", group.id),
        ("state", _state(row)),
        ("from", group.source),
        ("severity", f"{row.severity or 'unknown'}{f' ({group.word})' if group.word else ''}"),
        ("affects", ", ".join(row.affects) or "unknown"),
        ("started", show_time(group.started, zone)),
        ("ended", show_time(group.ended, zone) if group.ended else None),
        ("heard", f"{count(group.times, 'time')}{_last(group, zone)}"),
        ("conditions", f"{firing} of {len(group.members)} fire"),
        ("incident", group.incident),
        ("text", group.text),
        ("labels", "  ".join(f"{name}={value}" for name, value in group.labels.items())),
        *group.links.items(),
        ("runbook", group.runbook),
    ]
    console.out(group.title, "bold")
    for name, value in rows:
        if value:
            console.out(f"{name:<11} {value}", indent=12)
    reasons = ("its texts were redacted",) if group.redacted else row.means.reasons
    for reason in reasons:
        console.out(f"{'because':<11} {reason}", indent=12)
    for problem in group.problems:
        console.out(f"{'problem':<11} {problem.message}", "warning", indent=12)
    console.out("")
    for entry in entries:
        console.out(f"{show_time(entry.at, zone)}  {entry.by}  {entry.text}", indent=4)


def declare_command(
    ctx: typer.Context,
    number: Number,
    title: Annotated[
        str | None, typer.Option("--title", metavar="TEXT", help="Instead of the alert's title.")
    ] = None,
    severity: Annotated[
        str | None,
        typer.Option(
            "--severity", "-s", metavar="SEVERITY", help="How bad it is; without it, unconfirmed."
        ),
    ] = None,
    affects: Annotated[
        list[str] | None,
        typer.Option("--affects", metavar="NAME", help="Instead of what the alert says."),
    ] = None,
    person: AsPerson = None,
    no_input: NoInput = False,
    no_walk: NoWalk = False,
    *,
    json: Json = False,
) -> None:
    """Declare an incident for an alert: you command it, and the alert answers the questions.

    incidentctl alert declare 1

    On a terminal it then walks the runbook, as `declare` does.
    """
    workspace = workspace_of(ctx)
    row = inbox.find(workspace, number, acts=True)
    request = Request(title or "", severity=severity, affects=tuple(affects or ()))
    who = workspace.actor(person)
    done = inbox.declare(workspace, row, request, who, on_recorded=confirm_recorded)
    _report(ctx, row, done, "alert-declare", json=json)
    if not json:
        from incidentctl.cli.incident.declared import go_on, say_process

        say_process(workspace, load(workspace, done.incident))
        response = Response(workspace, done.incident, who, on_recorded=confirm_recorded)
        go_on(response, walks=console.is_terminal() and not (no_input or no_walk))


def attach_command(
    ctx: typer.Context,
    number: Number,
    incident: Annotated[
        str, typer.Argument(metavar="INCIDENT", help="Any unique part of the incident's id.")
    ],
    person: AsPerson = None,
    *,
    json: Json = False,
) -> None:
    """Attach an alert to an open incident that it belongs to.

    incidentctl alert attach 1 k7f
    """
    workspace = workspace_of(ctx)
    row = inbox.find(workspace, number, acts=True)
    who = workspace.actor(person)
    ident = find_incident(workspace, incident)
    ensure_meant(workspace, ident, who)
    done = inbox.attach(workspace, row, ident, who, on_recorded=confirm_recorded)
    _report(ctx, row, done, "alert-attach", json=json)


def dismiss_command(
    ctx: typer.Context,
    number: Number,
    reason: Annotated[
        list[str] | None, typer.Argument(metavar="REASON", help="Why nobody has to act.")
    ] = None,
    person: AsPerson = None,
    *,
    json: Json = False,
) -> None:
    """Take an alert out of the inbox, with the reason. If it gets worse, it comes back.

    incidentctl alert dismiss 2 "load test until 15:00"
    """
    workspace = workspace_of(ctx)
    row = inbox.find(workspace, number, acts=True)
    who = workspace.actor(person)
    said = " ".join(reason) if reason else _asked_reason(row, json=json)
    done = inbox.dismiss(workspace, row, said, who, on_recorded=confirm_recorded)
    _report(ctx, row, done, "alert-dismiss", json=json)


def _asked_reason(row: Row, *, json: bool) -> str:
    """Ask on a terminal why nobody has to act; UsageError where nobody can be asked."""
    if json or not console.is_terminal():
        raise UsageError(
            "Missing argument 'REASON'.",
            hint='For example: `incidentctl alert dismiss 2 "load test until 15:00"`.',
        )
    from incidentctl.cli.terminal.prompts import ask_text

    return ask_text(f"Why does nobody have to act on {one_line(row.group.title)[:60]!r}?")


def redact_command(
    ctx: typer.Context,
    number: Number,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")] = None,
    person: AsPerson = None,
    *,
    json: Json = False,
) -> None:
    """Remove the texts of an alert in every clone; the git history of the branch still holds them.

    This cannot be undone; on a terminal it asks first. What the sender adds to the alert later is
    recorded without its texts. The log of an incident that repeats them needs `incidentctl redact`.

    incidentctl alert redact 1
    """
    workspace = workspace_of(ctx)
    row = inbox.find(workspace, number)
    done = redact.redact(
        workspace,
        row,
        reason,
        workspace.actor(person),
        confirm=lambda: confirm_redaction(
            f"{row.group.id}: {one_line(row.group.title)[:200]}", json=json
        ),
        on_recorded=confirm_recorded,
    )
    _report(ctx, row, done.recorded, "alert-redact", json=json)
    report_history(holds_text=done.in_history)


def _report(ctx: typer.Context, row: Row, done: Recorded, kind: str, *, json: bool) -> None:
    report_notes(workspace_of(ctx), done.notes)
    incident = None if done.incident == row.group.id else done.incident
    if json:
        found = {"alert": row.group.id, "incident": incident, "commit": done.commit}
        console.print_json(kind, found)
    else:
        console.out(done.incident)


def _last(group: Group, zone: tzinfo) -> str:
    """Say when it was last heard of; of the first time the record has the sender's time alone."""
    if group.last <= group.started:
        return "; when it arrived is not recorded"
    return f", last {show_time(group.last, zone)}"


def _state(row: Row) -> str:
    handling = "" if row.group.handling == "open" else f", {row.group.handling}"
    return f"{row.group.state}{handling}"
