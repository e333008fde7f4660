"""Who holds which role, and which team or person responds."""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.domain.incident.decide import roles as decide


class Assigned(NamedTuple):
    """What was recorded, the assignee if they cannot see the incident, and whose brief to print."""

    recorded: Recorded
    unseen_by: str | None = None
    role: str | None = None
    person: str | None = None


def assign(response: Response, role: str, person: str) -> Assigned:
    """Assign a role to a person; a role for one person moves from its holder."""
    stated = decide.assign(
        response.incident,
        role,
        response.meant(person),
        by=response.who.handle,
        known=response.people,
        roles=response.roles,
    )
    given = stated[-1]
    recorded = response.record(stated, f"{given.role} assigned to {given.person}")
    unseen = _given(response, given.person, recorded)
    return unseen._replace(role=given.role, person=given.person)


def assign_team(response: Response, team: str) -> Assigned:
    """Set the responding team."""
    stated = decide.assign_team(response.incident, team, known=response.teams)
    return Assigned(response.record(stated, f"team assigned to {team}"))


def assign_individual(response: Response, person: str) -> Assigned:
    """Set the one person who responds."""
    stated = decide.assign_individual(
        response.incident, response.meant(person), known=response.people
    )
    recorded = response.record(stated, f"individual assigned to {person}")
    return _given(response, stated[-1].person, recorded)


def _given(response: Response, person: str, recorded: Recorded) -> Assigned:
    return Assigned(recorded, person if response.hidden_from(person) else None)


def release(response: Response, role: str, person: str | None = None) -> Recorded:
    """Release a role, of the named person if several hold it."""
    return response.record(
        decide.release(response.incident, role, person and response.meant(person)),
        f"{role} released",
    )
