"""`/areas`: who owns what, who is on call now, and how they are reached."""

from __future__ import annotations

from typing import NamedTuple

from starlette.routing import Route

from incidentctl.app.catalog.who import (
    Match,
    OnCallNow,
    called,
    next_turn,
    on_call_now,
    who,
    why_unknown,
)
from incidentctl.domain.catalog.model import Catalog
from incidentctl.errors import NotFoundError
from incidentctl.serve.room import moments
from incidentctl.serve.room.frame import Frame, values
from incidentctl.serve.room.moments import Moment
from incidentctl.serve.room.visit import Page, Visit


class Duty(NamedTuple):
    """Who is called first, who has the next turn, and who is called if nobody answers."""

    first: str
    until: Moment | None
    next: str = ""
    then: tuple[str, ...] = ()


class Owned(NamedTuple):
    """A part of the catalog and who answers for it."""

    name: str
    what: str
    owner: str
    duty: Duty
    contacts: tuple[tuple[str, str], ...]
    services: tuple[str, ...]
    runbooks: tuple[str, ...] = ()


def routes(frame: Frame) -> list[Route]:
    """Return the routes of the areas."""
    return [frame.page("/areas", show)]


def show(visit: Visit) -> Page:
    """Show all product areas, or what fits some words."""
    catalog: Catalog = visit.workspace.catalog
    words = visit.asked("q").strip()[:200]
    found, nothing = [], None
    if words:
        try:
            found = [_match(each, visit) for each in who(catalog, words.split(), now=visit.now)]
        except NotFoundError as error:
            nothing = error
    else:
        found = [*_areas(catalog, visit), *_teams(catalog, visit)]
    return Page("areas.html.j2", values(words=words, found=found, nothing=nothing))


def _areas(catalog: Catalog, visit: Visit) -> list[Owned]:
    return [
        Owned(
            area.title or area.name,
            "product area",
            area.owner,
            _duty_of(catalog, area.owner, visit),
            _contacts(catalog, area.owner, visit),
            area.all_services,
        )
        for area in catalog.product_areas.values()
    ]


def _teams(catalog: Catalog, visit: Visit) -> list[Owned]:
    """Return the teams that own no area: the others are shown with theirs."""
    own = {area.owner for area in catalog.product_areas.values()}
    return [
        Owned(
            team.name, "team", team.name, _duty_of(catalog, team.name, visit),
            _contacts(catalog, team.name, visit),
            tuple(each.name for each in catalog.services.values() if each.owner == team.name),
        )
        for team in catalog.teams.values()
        if team.name not in own
    ]  # fmt: skip


def _match(match: Match, visit: Visit) -> Owned:
    return Owned(
        match.person or match.name,
        match.kind.replace("_", " "),
        match.owner,
        _duty(match.on_call, match.on_call_unknown, visit),
        tuple((name, visit.contact(value)) for name, value in match.contacts.items()),
        tuple(each.name for each in match.services),
        match.runbooks,
    )


def _duty_of(catalog: Catalog, owner: str, visit: Visit) -> Duty:
    team = catalog.teams.get(owner)
    duty = on_call_now(catalog, team, visit.now) if team else None
    return _duty(duty, why_unknown(catalog, owner), visit)


def _duty(duty: OnCallNow | None, unknown: str | None, visit: Visit) -> Duty:
    if duty is None:
        return Duty(f"Unknown: {unknown}." if unknown else "Nobody.", None)
    until = moments.day(duty.until, visit.workspace.zone) if duty.until else None
    then = tuple(f"{each.layer}: {', '.join(map(str, each.people))}" for each in duty.then)
    if duty.escalate_to:
        then = (*then, f"the team {duty.escalate_to}")
    return Duty(called(duty), until, next_turn(duty) if until else "", then)


def _contacts(catalog: Catalog, owner: str, visit: Visit) -> tuple[tuple[str, str], ...]:
    team = catalog.teams.get(owner)
    return (
        tuple((name, visit.contact(value)) for name, value in team.reached_at.items())
        if team
        else ()
    )
