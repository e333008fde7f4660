"""`assign` and `release`: who holds which role, and who responds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from incidentctl.cli.incident.respond import (
    known_people,
    known_roles,
    known_teams,
    respond,
    tell_unseen,
)
from incidentctl.cli.session import workspace_of
from incidentctl.cli.terminal.options import AsPerson, At, InIncident, Json
from incidentctl.domain.incident.decide import roles
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import UsageError


def assign_command(
    ctx: typer.Context,
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
    incident: InIncident = None,
    at: At = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Give a role to somebody, or the incident to a team or to one person.

    incidentctl assign mitigator dana

    incidentctl assign --team core-services
    """
    wanted = [bool(role), team is not None, individual is not None]
    if sum(wanted) != 1 or bool(role) != bool(person):
        raise UsageError(
            "Say a role and a person, or --team, or --individual.",
            hint="incidentctl assign mitigator dana",
        )

    given: list[str] = []

    def decide(found: Incident) -> Sequence[Any]:
        if team is not None:
            return roles.assign_team(found, team, known=known_teams(ctx))
        if individual is not None:
            facts = roles.assign_individual(found, individual, known=known_people(ctx))
            given.append(facts[-1].person)
            return facts
        facts = roles.assign(
            found,
            str(role),
            str(person),
            by=workspace_of(ctx).actor(as_).handle,
            known=known_people(ctx),
            roles=known_roles(ctx),
        )
        given.append(facts[-1].person)
        return facts

    to = team or individual or person
    response, _ = respond(
        ctx,
        incident,
        decide,
        f"{role or ('team' if team else 'individual')} assigned to {to}",
        command="assign",
        json=json,
        as_=as_,
        at=at,
    )
    for whom in given:
        tell_unseen(response, whom)


def release_command(
    ctx: typer.Context,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="Which role.")],
    person: Annotated[
        str | None, typer.Argument(metavar="[PERSON]", help="Whose, if several hold it.")
    ] = None,
    incident: InIncident = None,
    at: At = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Take a role back; the commander holds it until somebody is assigned.

    incidentctl release planning
    """
    respond(
        ctx,
        incident,
        lambda found: roles.release(found, role, person),
        f"{role} released",
        command="release",
        json=json,
        as_=as_,
        at=at,
    )
