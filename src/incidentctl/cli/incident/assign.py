"""`assign` and `release`: who holds which role, and who responds."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.app.incident import roles
from incidentctl.app.incident.find import load
from incidentctl.app.incident.respond import Response
from incidentctl.cli.incident import choices
from incidentctl.cli.incident.respond import Call, respond_command, warn_not_visible
from incidentctl.cli.incident.respond_command import RespondCommand
from incidentctl.cli.terminal import console
from incidentctl.errors import UsageError

COMMAND_CLASS = RespondCommand


@respond_command()
def assign_command(
    call: Call,
    role: Annotated[
        str | None,
        typer.Argument(metavar="ROLE", help="commander, mitigator, planning, communication."),
    ] = None,
    person: Annotated[str | None, typer.Argument(metavar="PERSON", help="Who holds it.")] = None,
    team: Annotated[
        str | None, typer.Option("--team", metavar="TEAM", help="The team that responds.")
    ] = None,
    individual: Annotated[
        str | None,
        typer.Option("--individual", metavar="PERSON", help="The one person who responds."),
    ] = None,
) -> None:
    """Assign a role to somebody, or the incident to a team or one person.

    It prints what the role is responsible for, and its open steps and tasks.

    incidentctl assign mitigator dana

    incidentctl assign --team core-services
    """
    if team is None and individual is None and choices.can_ask(call):
        role = choices.chosen(call, role, "ROLE", "Which role?", choices.roles)
        person = choices.chosen(call, person, "PERSON", f"Who is {role}?", choices.people)
    wanted = [bool(role), team is not None, individual is not None]
    if sum(wanted) != 1 or bool(role) != bool(person):
        raise UsageError(
            "Say a role and a person, or --team, or --individual.",
            hint="For example: `incidentctl assign mitigator dana`.",
        )

    def assign(response: Response) -> roles.Assigned:
        if team is not None:
            return roles.assign_team(response, team)
        if individual is not None:
            return roles.assign_individual(response, individual)
        return roles.assign(response, str(role), str(person))

    assigned = call.respond(assign, "assign")
    if assigned.unseen_by:
        warn_not_visible(assigned.unseen_by)
    if assigned.role and assigned.person and not call.json:
        from incidentctl.render.incident.role_brief import role_brief

        found, now = load(call.workspace, assigned.recorded.incident), call.workspace.now()
        for line in role_brief(found, assigned.role, assigned.person, now):
            console.out(line, indent=15 if line[:1].strip() else 4)


@respond_command()
def release_command(
    call: Call,
    role: Annotated[str | None, typer.Argument(metavar="ROLE", help="Which role.")] = None,
    person: Annotated[
        str | None, typer.Argument(metavar="[PERSON]", help="From whom, if several hold it.")
    ] = None,
) -> None:
    """Take a role back; the commander holds it until somebody is assigned.

    incidentctl release planning
    """
    name = choices.chosen(call, role, "ROLE", "Which role is released?", choices.held_roles)
    call.respond(lambda response: roles.release(response, name, person), "release")
