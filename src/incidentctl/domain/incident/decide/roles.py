"""Decide who holds which role, and who responds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from incidentctl.domain.catalog.roles import STANDARD
from incidentctl.domain.common.lookup import one_of
from incidentctl.domain.common.role_names import COMMANDER
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide.allowed import check
from incidentctl.domain.incident.decide.people import person_of
from incidentctl.domain.incident.state import Incident, is_alert
from incidentctl.errors import Hint, RefusedError, UsageError

#: The standard roles, and whether several may hold them at once.
_ROLES = {role.name: role.many for role in STANDARD}


def assign(
    incident: Incident,
    role: str,
    person: str,
    *,
    by: str | None = None,
    known: Collection[str] = (),
    roles: Mapping[str, bool] = _ROLES,
) -> list[Any]:
    """Give a role to somebody; whoever held a role that one person holds is released.

    Only the commander gives command away: RefusedError where `by` is another.
    `known` are the handles of the catalog, with a mapping also the names; `roles` says of each
    role whether several may hold it. NotFoundError for a role or a person that nobody knows.
    """
    check(incident, "assign")
    name = one_of(role, roles, "role")
    handle = person_of(incident, person, known)
    now = [held for held in incident.held if held.role == name and held.until is None]
    if any(held.person == handle for held in now):
        raise RefusedError(f"{handle} is already {name}.")
    nobody = is_alert(incident.commander)
    if name == COMMANDER and not nobody and by not in (None, incident.commander):
        raise RefusedError(
            f"{incident.commander} is in command, so only {incident.commander} can give it away; "
            f"you are {by}.",
            hint=Hint("ask-for-handover", {"commander": incident.commander, "person": handle}),
        )
    released: list[Any] = []
    if name != COMMANDER and not roles[name]:
        released = [facts.RoleReleased(name, held.person) for held in now]
    # What the standard roles do not tell is recorded: the fold knows no catalog.
    many = None if roles[name] == _ROLES.get(name) else roles[name]
    return [*released, facts.RoleAssigned(name, handle, name_of(handle, known), many)]


def name_of(handle: str, known: Collection[str]) -> str | None:
    """Return the name of a handle where the known handles are a mapping to names."""
    name = known.get(handle) if isinstance(known, Mapping) else None
    return name if isinstance(name, str) and name else None


def assign_team(incident: Incident, team: str, *, known: Collection[str] = ()) -> list[Any]:
    """Say which team responds; it may be another than the owner."""
    check(incident, "assign")
    name = one_of(team, known, "team") if known else team.strip()
    if not name:
        raise UsageError("This needs a team: it was empty.")
    return [facts.TeamAssigned(name)]


def assign_individual(incident: Incident, person: str, *, known: Collection[str] = ()) -> list[Any]:
    """Say which one person responds."""
    check(incident, "assign")
    handle = person_of(incident, person, known)
    return [facts.IndividualAssigned(handle, name_of(handle, known))]


def release(incident: Incident, role: str, person: str | None = None) -> list[Any]:
    """Take a role back; UsageError when several hold it and nobody is named."""
    check(incident, "release")
    now = [held for held in incident.held if held.until is None]
    name = one_of(role, {*_ROLES, *(held.role for held in now)}, "role")
    if name == COMMANDER:
        raise RefusedError("Somebody is always in command.", hint=Hint("hand-over"))
    holders = [held.person for held in now if held.role == name]
    if not holders:
        holds = "" if is_alert(incident.commander) else f"; {incident.commander} holds it"
        raise RefusedError(f"Nobody is assigned as {name}{holds}.")
    if person is None and len(holders) > 1:
        raise UsageError(f"Which of {', '.join(holders)} is released?")
    who = holders[0] if person is None else one_of(person.removeprefix("@"), holders, name)
    return [facts.RoleReleased(name, who)]


def defer(incident: Incident) -> list[Any]:
    """The other roles are assigned later, on purpose."""
    check(incident, "keep the roles")
    return [] if incident.roles_deferred else [facts.RolesDeferred()]


def keep(incident: Incident) -> list[Any]:
    """The commander holds the roles that nobody else has, on purpose."""
    check(incident, "keep the roles")
    if is_alert(incident.commander):
        raise RefusedError("Nobody is in command yet, so nobody keeps the other roles.")
    return [] if incident.roles_kept else [facts.RolesKept()]
