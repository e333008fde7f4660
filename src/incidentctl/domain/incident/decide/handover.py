"""Decide who commands: offered and accepted, or taken with a reason; and who is brought in."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from incidentctl.domain.common.lookup import said
from incidentctl.domain.common.role_names import COMMANDER
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide.allowed import check
from incidentctl.domain.incident.decide.notes import short
from incidentctl.domain.incident.decide.people import person_of
from incidentctl.domain.incident.decide.roles import name_of
from incidentctl.domain.incident.handover_advice import commands_since
from incidentctl.domain.incident.state import Incident, is_alert
from incidentctl.errors import Hint, RefusedError


def offer(
    incident: Incident, person: str, *, by: str, known: Collection[str] = ()
) -> list[facts.HandoverOffered]:
    """The commander offers command to somebody, who has it once they accept.

    A newer offer replaces the one before. `known` are the handles of the catalog, with a mapping
    also the names. NotFoundError for a person that nobody knows.
    """
    check(incident, "hand command over")
    if by != incident.commander:
        raise RefusedError(
            f"{incident.commander} is in command, so only {incident.commander} can hand it over; "
            f"you are {by}.",
            hint=Hint("take-command", {"person": incident.commander}),
        )
    handle = person_of(incident, person, known)
    if _same(handle, by):
        raise RefusedError(f"{by} is already in command.", hint="Name the person who takes over.")
    if incident.offer is not None and incident.offer.person == handle:
        raise RefusedError(
            f"Command has been offered to {handle} since {incident.time(incident.offer.at)}.",
            hint=Hint("accept", {"person": handle}),
        )
    return [facts.HandoverOffered(handle, name_of(handle, known))]


def accept(incident: Incident, *, by: str, name: str | None = None) -> list[Any]:
    """Take command that was offered to `by`, or that nobody has; the name may be unknown."""
    check(incident, "accept command")
    _not_commander(incident, by)
    offered = incident.offer
    if offered is None and is_alert(incident.commander):  # nobody has it, so nobody offers it
        return [facts.RoleAssigned(COMMANDER, by, name)]
    if offered is None:
        raise RefusedError(
            f"Nobody has been offered command; {incident.commander} has it.",
            hint=Hint("ask-for-offer", {"person": by}),
        )
    if not _same(offered.person, by):
        raise RefusedError(
            f"Command is offered to {offered.person}; you are {by}.",
            hint=Hint("take-command", {"person": offered.person}),
        )
    return [facts.HandoverAccepted(offered.event), facts.RoleAssigned(COMMANDER, by, name)]


def may_take(incident: Incident, *, by: str) -> None:
    """Refuse where nothing can be taken, before somebody is asked for a reason."""
    check(incident, "take command")
    _not_commander(incident, by)


def take(incident: Incident, reason: str, *, by: str, name: str | None = None) -> list[Any]:
    """Take command unasked, with the reason."""
    may_take(incident, by=by)
    cleaned = short(said(reason, "a reason"))
    return [
        facts.CommandTaken(incident.commander, cleaned),
        facts.RoleAssigned(COMMANDER, by, name),
    ]


def may_escalate(incident: Incident) -> None:
    """Refuse where nobody is brought in any more, before the catalog is asked who comes next."""
    check(incident, "escalate")


def escalate(
    team: str, *, person: str | None = None, name: str | None = None
) -> list[facts.Escalated]:
    """Bring another team in: `person` is on call there now, where somebody is."""
    return [facts.Escalated(team, person, name)]


def _not_commander(incident: Incident, by: str) -> None:
    if by == incident.commander:
        since = incident.time(commands_since(incident))
        raise RefusedError(f"{by} has been in command since {since}.")


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
