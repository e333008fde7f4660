"""`status` and `mark`: the status of the response, and its key moments."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.app.incident import lifecycle, query
from incidentctl.app.workspace.receiver_signs import SILENT
from incidentctl.cli.hints import send_again
from incidentctl.cli.incident import choices
from incidentctl.cli.incident.declared import say_waiting
from incidentctl.cli.incident.respond import Call, choose_incident, respond_command
from incidentctl.cli.incident.respond_command import RespondCommand
from incidentctl.cli.session import report_sync_state, warn_of_gaps
from incidentctl.cli.terminal import console
from incidentctl.domain.incident.head import titled
from incidentctl.domain.incident.unsent import unsent
from incidentctl.render.incident.brief import next_update

COMMAND_CLASS = RespondCommand


@respond_command()
def status_command(
    call: Call,
    status: Annotated[
        str | None,
        typer.Argument(metavar="[STATUS]", help="triage, investigating, identified or monitoring."),
    ] = None,
) -> None:
    """Show or set the status of the response.

    incidentctl status identified
    """
    if status is None:
        _show(call)
    else:
        call.respond(lambda response: lifecycle.set_status(response, status), "status")


def _show(call: Call) -> None:
    workspace = call.workspace
    found, now, advice = query.status(workspace, choose_incident(workspace, call.incident))
    report_sync_state(workspace)
    warn_of_gaps(found)
    if call.json:
        state = query.as_json(found)
        keys = ("id", "title", "severity", "status", "commander", "next_update")
        console.print_json("status", {key: state[key] for key in keys})
        return
    line = f"{found.id}  {found.severity or '-'}  {found.status}  {titled(found)}"
    console.out(line, indent=len(found.id) + 2)
    if due := next_update(found, now):
        console.out(f"update due {due}")
    for each in unsent(found, now):
        console.out(each.text, "warning", indent=2)
        console.out(f"  {send_again(each.run)}", indent=2)
    say_waiting(workspace, [found.id], since=SILENT)
    if found.offer:
        console.out(f"command offered to {found.offer.person}", indent=2)
    if advice:
        console.say(f"{advice.text}: incidentctl handover PERSON", "warning")


@respond_command()
def mark_command(
    call: Call,
    moment: Annotated[
        str | None,
        typer.Argument(metavar="MOMENT", help="started, detected, acknowledged, mitigated."),
    ] = None,
) -> None:
    """Record when it started, was detected, acknowledged or mitigated: now, or with --at.

    incidentctl mark started --at "10 minutes ago"
    """
    name = choices.chosen(call, moment, "MOMENT", "Which moment?", choices.moments)
    call.respond(lambda response: lifecycle.mark(response, name), "mark")
