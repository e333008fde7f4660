"""`status` and `mark`: where the response stands, and when what happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from incidentctl.app.incident.respond import moment as read_moment
from incidentctl.cli.incident.respond import choose_incident, respond
from incidentctl.cli.session import tell_sharing, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import AsPerson, At, InIncident, Json
from incidentctl.domain.incident.decide import lifecycle
from incidentctl.domain.incident.handover_advice import handover_advice
from incidentctl.domain.incident.state import Incident
from incidentctl.render.incident.brief import next_update


def status_command(
    ctx: typer.Context,
    status: Annotated[
        str | None,
        typer.Argument(metavar="[STATUS]", help="triage, investigating, identified or monitoring."),
    ] = None,
    incident: InIncident = None,
    at: At = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Show where the response stands, or say so.

    incidentctl status identified
    """
    if status is None:
        from incidentctl.app.incident.query import as_json
        from incidentctl.app.incident.respond import load

        workspace = workspace_of(ctx)
        found = load(workspace, choose_incident(workspace, incident))
        tell_sharing(workspace)
        if json:
            state = as_json(found)
            kept = ("id", "title", "severity", "status", "commander", "next_update")
            console.print_json("status", {key: state[key] for key in kept})
            return
        due = next_update(found, workspace.now())
        line = f"{found.id}  {found.severity or '-'}  {found.status}  {found.title}"
        console.out(line, indent=len(found.id) + 2)
        if due:
            console.out(f"update due {due}")
        if found.offer:
            console.out(f"command offered to {found.offer.person}", indent=2)
        known = len(workspace.basics.people)
        if advice := handover_advice(found, workspace.now(), known=known):
            console.say(f"{advice.text}: incidentctl handover PERSON", "warning")
        return
    respond(
        ctx,
        incident,
        lambda found: lifecycle.set_status(found, status),
        f"status {status}",
        command="status",
        json=json,
        as_=as_,
        at=at,
    )


def mark_command(
    ctx: typer.Context,
    moment: Annotated[
        str, typer.Argument(metavar="MOMENT", help="started, detected, acknowledged, mitigated.")
    ],
    incident: InIncident = None,
    at: At = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Tell when it started, was detected, acknowledged or mitigated: now, or with --at.

    incidentctl mark started --at "10 minutes ago"
    """

    def decide(found: Incident) -> Sequence[Any]:
        workspace = workspace_of(ctx)
        when = read_moment(workspace, workspace.actor(as_), at) or workspace.now()
        return lifecycle.mark(found, moment, at=when)

    respond(
        ctx,
        incident,
        decide,
        f"{moment}",
        command="mark",
        json=json,
        as_=as_,
        at=at,
    )
