"""`catalog who`: from a few words to the team, the person on call now, contacts, runbooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from incidentctl.domain.catalog.model import Catalog, Team
from incidentctl.domain.catalog.on_call import on_call
from incidentctl.domain.catalog.search import Found, names, search
from incidentctl.domain.common.role_names import COMMANDER
from incidentctl.domain.common.text import clean, did_you_mean, one_line
from incidentctl.domain.common.times import iso, zone
from incidentctl.domain.common.told_times import parse_moment
from incidentctl.domain.incident.state import Incident
from incidentctl.domain.process.resolution import Case, resolve
from incidentctl.errors import NotFoundError, UsageError


class OnCallNow(NamedTuple):
    """The person on call; `until` is aware, None when nobody else follows."""

    handle: str
    name: str | None
    until: datetime | None
    timezone: str
    escalate_to: str | None


class Powered(NamedTuple):
    """A service and the team that owns it; None where the catalog lacks the service."""

    name: str
    owner: str | None


class Match(NamedTuple):
    """An entry that the words may mean, and the people responsible for it."""

    kind: str
    name: str
    product_area: str | None
    owner: str
    on_call: OnCallNow | None
    contacts: dict[str, str]
    runbooks: tuple[str, ...]
    services: tuple[Powered, ...] = ()
    """What powers an area or a functionality, or what a team owns."""
    person: str | None = None
    """The name of a person."""
    on_call_unknown: str | None = None
    """Why nobody can say who is on call; None if that is known, also if it is nobody."""


def who(catalog: Catalog, words: Sequence[str], *, now: datetime) -> list[Match]:
    """Return the matching entries, the best first; NotFoundError when nothing matches."""
    found = search(catalog, words)
    if not found:
        asked = " ".join(words)
        near = did_you_mean(asked, names(catalog))
        hint = f"Did you mean {near!r}?" if near else "See `incidentctl catalog list areas`."
        raise NotFoundError(f"Nothing in the catalog matches {one_line(asked)!r}.", hint=hint)
    return [_match(catalog, each, now) for each in found]


def _match(catalog: Catalog, found: Found, now: datetime) -> Match:
    areas: tuple[str, ...] = ()
    services: Iterable[str] = ()
    contacts: dict[str, str] = {}
    owner = found.name
    person = None
    if found.kind == "person":
        team, member = catalog.members()[found.name]
        owner, person = team.name, member.name
        contacts = {"email": member.email} if member.email else {}
    elif found.kind == "service":
        owner = catalog.services[found.name].owner
        areas = tuple(area.name for area in catalog.areas_of(found.name))
    elif found.kind == "team":
        services = [each.name for each in catalog.services.values() if each.owner == owner]
    else:
        area = catalog.product_areas[found.product_area or found.name]
        own = {each.name: each.services for each in area.functionalities}
        services = own[found.name] if found.product_area else area.all_services
        owner, areas = area.owner, (area.name,)
    of = catalog.teams.get(owner)
    return Match(
        found.kind,
        found.name,
        found.product_area,
        owner,
        on_call_now(catalog, of, now) if of else None,
        {**contacts, **(of.contacts if of else {}), **contacts},
        _runbooks(catalog, areas),
        tuple(_powered(catalog, name) for name in services),
        person,
        why_unknown(catalog, owner),
    )


def _powered(catalog: Catalog, name: str) -> Powered:
    service = catalog.services.get(name)
    return Powered(name, service.owner if service else None)


def as_json(match: Match) -> dict[str, Any]:
    """Return a match as plain values; contacts as the catalog has them."""
    duty = match.on_call
    return match._asdict() | {
        "on_call": duty.handle if duty else None,
        "on_call_name": duty.name if duty else None,
        "on_call_until": iso(duty.until) if duty and duty.until else None,
        "services": [each._asdict() for each in match.services],
    }


def why_unknown(catalog: Catalog, team: str) -> str | None:
    """Return why it is not known who is on call for a team; None if that is known."""
    faulty = [each for each in catalog.unread if each.kind == "team"]
    if team not in catalog.teams:
        path = next((e.path for e in faulty if e.names is None or team in e.names), None)
        return f"{path} has faults" if path else f"there is no team {team}"
    if catalog.teams[team].on_call is not None:
        return None
    paths = {entry.source.path for entry in catalog.of_kind("team") if entry.name == team}
    return next((f"{each.path} has faults" for each in faulty if each.path in paths), None)


def on_call_now(catalog: Catalog, team: Team, now: datetime) -> OnCallNow | None:
    """Return who is on call for a team at a moment, with the person's name and the zone."""
    duty = on_call(team, now, default_zone=catalog.settings.timezone)
    if duty is None or team.on_call is None:
        return None
    known = catalog.members().get(duty.who)
    return OnCallNow(
        duty.who,
        known[1].name if known else None,
        duty.until,
        team.on_call.timezone or catalog.settings.timezone,
        team.on_call.escalate_to,
    )


def paged(catalog: Catalog, incident: Incident, now: datetime) -> str | None:
    """Say who is on call for the owner of an open incident: `Ann Bell (ann) of core`.

    None where the catalog does not know, and once somebody besides the commander has a role.
    """
    team = catalog.teams.get(incident.owner or "")
    helped = any(held.role != COMMANDER and held.until is None for held in incident.held)
    if team is None or helped or not incident.open or incident.kind == "backfill":
        return None
    duty = on_call_now(catalog, team, now)
    return f"{called(duty)} of {team.name}" if duty else None


def called(duty: OnCallNow) -> str:
    """Return the name of the person on call, with their handle."""
    return f"{duty.name} ({duty.handle})" if duty.name else duty.handle


def reached(value: str, environment: Mapping[str, str]) -> str:
    """Return a contact as people can use it: the value of `env:NAME` where it is set here."""
    if not value.startswith("env:"):
        return value
    name = value.removeprefix("env:")
    return environment.get(name, "").strip() or f"in the variable {name}, which is not set here"


def _runbooks(catalog: Catalog, areas: tuple[str, ...]) -> tuple[str, ...]:
    """Return the runbooks that apply there, for the worst severity first."""
    answering = (
        runbook.name
        for severity in catalog.scale.severities
        for runbook in resolve(catalog, Case(severity.name, areas)).runbooks
    )
    return tuple(dict.fromkeys(answering))


def rotas(
    catalog: Catalog, team: str | None, *, at: str | None, now: datetime
) -> list[tuple[str, OnCallNow | None]]:
    """Return who is on call for one team or for all, by team, now or at a given moment.

    A time without an offset is in the zone of each team's rota, else the organisation's.
    """
    teams = list(catalog.teams.values())
    if team is not None:
        teams = [each for each in teams if each.name.casefold() == team.casefold()]
        if not teams:
            near = did_you_mean(team, catalog.teams)
            hint = f"Did you mean {near!r}?" if near else "See `incidentctl catalog list teams`."
            raise NotFoundError(f"There is no team {clean(team)!r}.", hint=hint)
    found = []
    for each in teams:
        rota = each.on_call
        local = zone((rota.timezone if rota else None) or catalog.settings.timezone)
        moment = _moment(at, now, local) if at is not None else now
        found.append((each.name, on_call_now(catalog, each, moment)))
    return found


def _moment(text: str, now: datetime, local: tzinfo) -> datetime:
    """Parse a moment, which may be in the future."""
    try:
        return parse_moment(text, now=now, local=local, ahead=True)
    except ValueError as error:
        raise UsageError(f"{error}.") from None
