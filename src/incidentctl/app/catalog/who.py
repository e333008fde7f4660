"""`catalog who`: from a few words to the team, the person on call now, contacts, runbooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.catalog.on_call import ESCALATE_AFTER, layers_on_call, on_call, parts
from incidentctl.domain.catalog.search import Found, names, search
from incidentctl.domain.catalog.team import Team
from incidentctl.domain.common.role_names import COMMANDER
from incidentctl.domain.common.text import clean, did_you_mean, one_line
from incidentctl.domain.common.times import iso, zone
from incidentctl.domain.common.told_times import parse_moment
from incidentctl.domain.incident.state import Incident
from incidentctl.domain.process.resolution import Case, resolve
from incidentctl.errors import NotFoundError, UsageError


class LayerNow(NamedTuple):
    """Who is on call in a layer of a team: nobody, somebody, or several at once."""

    layer: str
    people: tuple[Called, ...]
    until: datetime | None
    """When that changes; None if it does not."""
    timezone: str
    escalate_after: timedelta
    """How long nobody answers before the next layer, or the next team, is called."""


class Called(NamedTuple):
    """A person to call."""

    handle: str
    name: str | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.handle})" if self.name else self.handle


class OnCallNow(NamedTuple):
    """The person to call first; `until` is aware, None when nobody else follows."""

    handle: str
    name: str | None
    until: datetime | None
    timezone: str
    escalate_to: str | None
    layers: tuple[LayerNow, ...] = ()
    """Everybody on call, in the layers of the team, in the order in which they are called."""
    next: tuple[Called, ...] = ()
    """Who is called first from `until` on; empty if nobody is."""

    @property
    def first(self) -> tuple[Called, ...]:
        """Who is called first: the person, and whoever is on duty with them."""
        here = next((each.people for each in self.layers if each.people), ())
        return here or (Called(self.handle, self.name),)

    @property
    def then(self) -> tuple[LayerNow, ...]:
        """The layers that are called after that one, without those in which nobody is."""
        return tuple(each for each in self.layers if each.people)[1:]

    @property
    def escalate_after(self) -> timedelta:
        """How long the first ones do not answer before the next ones are called."""
        here = next((each.escalate_after for each in self.layers if each.people), None)
        return here or ESCALATE_AFTER


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
    contact_purposes: dict[str, str] = {}  # noqa: RUF012 (never changed)
    """What those contacts are for that say so."""
    on_call_unknown: str | None = None
    """Why nobody can say who is on call; None if that is known, also if it is nobody."""
    exact: bool = False
    """Whether it is what the words name, rather than something that they may mean."""


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
        {**contacts, **(of.reached_at if of else {}), **contacts},
        _runbooks(catalog, areas),
        tuple(_powered(catalog, name) for name in services),
        person,
        of.purposes if of else {},
        why_unknown(catalog, owner),
        found.score == 1,
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
        "on_call_layers": layers_as_json(duty),
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
    default = catalog.settings.timezone
    duty = on_call(team, now, default_zone=default)
    if duty is None or team.on_call is None:
        return None
    known = catalog.members()

    def person(handle: str) -> Called:
        return Called(handle, known[handle][1].name if handle in known else None)

    zones = {part.layer: part.timezone for part in reversed(parts(team.on_call, default))}
    layers = tuple(
        LayerNow(
            each.layer,
            tuple(map(person, each.who)),
            each.until,
            zones[each.layer],
            each.escalate_after,
        )
        for each in layers_on_call(team, now, default_zone=default)
    )
    here = next((each.timezone for each in layers if each.people), default)
    following = layers_on_call(team, duty.until, default_zone=default) if duty.until else ()
    turn = next((each.who for each in following if each.who), ())
    return OnCallNow(
        *person(duty.who), duty.until, here, team.on_call.escalate_to, layers,
        tuple(map(person, turn)),
    )  # fmt: skip


def layers_as_json(duty: OnCallNow | None) -> list[dict[str, Any]]:
    """Return the layers of a team as plain values."""
    return [
        {
            "layer": each.layer,
            "on_call": [person.handle for person in each.people],
            "names": [person.name for person in each.people],
            "until": iso(each.until) if each.until else None,
            "escalate_after": int(each.escalate_after.total_seconds()),
        }
        for each in (duty.layers if duty else ())
    ]


def paged(catalog: Catalog, incident: Incident, now: datetime) -> str | None:
    """Say who is on call for the owner of an open incident: `Ann Bell (ann) of core`.

    Then whom to call if nobody answers: `Ann Bell (ann) of core; no answer: secondary Bo Cox (bo)`.

    None where the catalog does not know, and once somebody besides the commander has a role.
    """
    team = catalog.teams.get(incident.owner or "")
    helped = any(held.role != COMMANDER and held.until is None for held in incident.held)
    if team is None or helped or not incident.open or incident.kind == "backfill":
        return None
    duty = on_call_now(catalog, team, now)
    if duty is None:
        return None
    then = [f"{each.layer} {' and '.join(map(str, each.people))}" for each in duty.then]
    no_answer = f"; no answer: {', then '.join(then)}" if then else ""
    return f"{called(duty)} of {team.name}{no_answer}"


def called(duty: OnCallNow) -> str:
    """Return the names of who is called first, with their handles: `Ann Bell (ann)`."""
    return " and ".join(map(str, duty.first))


def next_turn(duty: OnCallNow) -> str:
    """Return the names of who is called first from `until` on."""
    return " and ".join(map(str, duty.next)) or "nobody"


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
