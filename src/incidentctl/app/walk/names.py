"""The names of the catalog that answer a question of the walk, the likeliest first."""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.app.catalog.who import Called, on_call_now
from incidentctl.app.incident.respond import Response
from incidentctl.domain.catalog.affected import suggest_affected
from incidentctl.domain.incident.walk.machine import Choice


class Name(NamedTuple):
    """A name to type, and what it is."""

    name: str
    about: str


def names_for(response: Response, choice: Choice) -> list[Name]:
    """Return what the choice asks for, such as people or teams; none where any text answers it."""
    if choice.of == "team":
        return _teams(response)
    if choice.of in ("person", "task"):
        return _people(response)
    if choice.of == "severity":
        scale = response.workspace.catalog.scale
        return [Name(each.name, each.title or "") for each in scale.severities]
    if choice.of == "affected":
        return _affected(response)
    if choice.of == "role":
        roles = [Name(role, "role") for role in response.roles]
        more = [Name("team", "the responding team"), Name("individual", "the one who responds")]
        return [*roles, *more, *_people(response), *_teams(response, "team")]
    return []


def _first_teams(response: Response) -> list[str]:
    """Return the teams that are meant first: the responding one, then the owner."""
    incident = response.incident
    stated = (incident.team, incident.owner, *incident.escalated)
    teams = response.workspace.catalog.teams
    return [name for name in dict.fromkeys(stated) if name is not None and name in teams]


def _people(response: Response) -> list[Name]:
    """Who is on call for the team of the incident, its other members, then everybody else."""
    workspace = response.workspace
    catalog, now = workspace.catalog, workspace.now()
    found: dict[str, str] = {}
    first = _first_teams(response)
    for name in first:
        if duty := on_call_now(catalog, catalog.teams[name], now):
            for each in duty.first:
                found.setdefault(each.handle, f"{_called(each)}, on call for {name}")
            for layer in duty.then:
                for each in layer.people:
                    about = f"{_called(each)}, {layer.layer} on call for {name}"
                    found.setdefault(each.handle, about)
    teams = [catalog.teams[name] for name in first]
    for team in (*teams, *catalog.teams.values()):
        for member in team.members:
            about = f"{member.name}, {team.name}" if member.name else team.name
            found.setdefault(member.handle, about)
    for person in response.incident.people:
        found.setdefault(person, "takes part")
    return [Name(*pair) for pair in found.items()]


def _called(person: Called) -> str:
    return person.name or person.handle


def _affected(response: Response) -> list[Name]:
    """What the title may mean, then every product area and service."""
    catalog = response.workspace.catalog
    areas = {area.name: area.title or "product area" for area in catalog.product_areas.values()}
    services = {each.name: each.title or "service" for each in catalog.services.values()}
    everything = {**services, **areas}
    guessed = suggest_affected(catalog, response.incident.title)[:3]
    return [Name(name, everything[name]) for name in dict.fromkeys((*guessed, *areas, *services))]


def _teams(response: Response, untitled: str = "") -> list[Name]:
    catalog = response.workspace.catalog
    first = _first_teams(response)
    owner = response.incident.owner
    names = dict.fromkeys((*first, *catalog.teams))
    titles = {name: catalog.teams[name].title or untitled for name in names}
    return [
        Name(name, "owns what is affected" if name == owner else title)
        for name, title in titles.items()
    ]
