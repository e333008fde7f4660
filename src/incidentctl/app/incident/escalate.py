"""`escalate`: which team comes next, who is on call there, and how they are reached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from incidentctl.app.catalog.who import OnCallNow, on_call_now, reached
from incidentctl.app.catalog.who import called as who_is_called
from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.common.lookup import one_of, said
from incidentctl.domain.incident.decide import handover as decide
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import RefusedError


class Called(NamedTuple):
    """The team to bring in; `on_call` is None if nobody is, or the catalog lacks the team."""

    team: str
    on_call: OnCallNow | None = None
    contacts: tuple[tuple[str, str], ...] = ()


class Escalated(NamedTuple):
    """What was recorded, and whom to contact: this pages nobody."""

    recorded: Recorded
    called: Called


def how_to_reach(called: Called, environment: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what to say of a team that was called, as labels and values; and that it was not."""
    duty = called.on_call
    ways = [(name, reached(value, environment)) for name, value in called.contacts]
    reach = "contact them yourself" if ways else "the catalog has no contact for this team"
    on_call = who_is_called(duty) if duty else "nobody"
    not_sent = ("NOT SENT", f"this pages nobody; {reach}.")
    return [("team", called.team), ("on call", on_call), *ways, not_sent]


def escalate(response: Response, team: str | None = None) -> Escalated:
    """Bring in a team, or the next one along the line of escalation."""
    decide.may_escalate(response.incident)
    workspace = response.workspace
    called = whom(workspace.catalog, response.incident, team, now=workspace.now())
    duty = called.on_call
    stated = decide.escalate(
        called.team, person=duty.handle if duty else None, name=duty.name if duty else None
    )
    return Escalated(response.record(stated, f"escalated to {called.team}"), called)


def whom(catalog: Catalog, incident: Incident, named: str | None, *, now: datetime) -> Called:
    """Return the named team, else the next one along the line of escalation.

    The line starts at the responding team, else at the owner, and continues from the teams
    already brought in. RefusedError where it ends; NotFoundError for an unknown team.
    """
    if named is not None:
        name = one_of(named, catalog.teams, "team") if catalog.teams else said(named, "a team")
    else:
        name = _next(catalog, incident)
    team = catalog.teams.get(name)
    if team is None:
        return Called(name)
    return Called(name, on_call_now(catalog, team, now), tuple(team.reached_at.items()))


def _next(catalog: Catalog, incident: Incident) -> str:
    hint = "Name the team: `incidentctl escalate TEAM`."
    first = incident.team or incident.owner
    if first is None:
        raise RefusedError("No team responds or owns what is affected.", hint=hint)
    here = tuple(dict.fromkeys((first, *incident.escalated)))
    for name in reversed(here):
        team = catalog.teams.get(name)
        rota = team.on_call if team else None
        if rota and rota.escalate_to and rota.escalate_to not in here:
            return rota.escalate_to
    others = ", ".join(sorted(set(catalog.teams) - set(here))[:20])
    raise RefusedError(
        f"The on-call of {' and '.join(here)} names nobody else to escalate to.",
        hint=f"{hint} Known teams: {others}." if others else hint,
    )
