"""Which part of the catalog a picture shows: areas, services by team, and what needs what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from incidentctl.domain.catalog.blast_radius import Blast, blast_radius
from incidentctl.domain.catalog.model import Catalog, ProductArea, Service
from incidentctl.domain.common.lookup import one_of


class Need(NamedTuple):
    """An arrow: a product area or a service needs a service."""

    area: str | None
    """The product area, where it is one that needs."""
    service: str | None
    needs: str


class Graph(NamedTuple):
    """What a picture shows; a name that the catalog lacks is left out, which lint reports."""

    teams: Mapping[str, str]
    """What to call each team that owns something here, by its name."""
    areas: tuple[ProductArea, ...]
    services: tuple[Service, ...]
    needs: tuple[Need, ...]
    only: str | None = None
    """The title of the product area or the team, where it is only about one."""
    failed: str | None = None
    """The service whose failure is shown."""
    blast: Blast | None = None
    """What it takes down."""


def whole(catalog: Catalog) -> Graph:
    """Return the picture of everything."""
    return _graph(catalog, catalog.product_areas, catalog.services)


def of_blast(catalog: Catalog, service: str) -> Graph:
    """Return a service with all that fails with it; NotFoundError for an unknown name."""
    name = one_of(service, catalog.services, "service")
    blast = blast_radius(catalog, name)
    found = _graph(catalog, blast.product_areas, {name, *blast.services})
    return found._replace(failed=name, blast=blast)


def of_area(catalog: Catalog, area: str) -> Graph:
    """Return a product area with all services it needs, over any number of steps."""
    name = one_of(area, catalog.product_areas, "product area")
    needed = dict.fromkeys(catalog.product_areas[name].all_services)
    queue = list(needed)
    for each in queue:
        service = catalog.services.get(each)
        for need in service.depends_on if service else ():
            if need not in needed:
                needed[need] = None
                queue.append(need)
    shown = _graph(catalog, {name}, needed)
    return shown._replace(only=catalog.product_areas[name].title or name)


def of_team(catalog: Catalog, team: str) -> Graph:
    """Return what a team owns, and what is one step away: what that needs, and who needs it."""
    name = one_of(team, catalog.teams, "team")
    own = {s.name for s in catalog.services.values() if s.owner == name}
    own_areas = {a.name for a in catalog.product_areas.values() if a.owner == name}
    near = {need for each in own for need in catalog.services[each].depends_on}
    near |= {s.name for s in catalog.services.values() if not own.isdisjoint(s.depends_on)}
    near |= {each for area in own_areas for each in catalog.product_areas[area].all_services}
    near_areas = {
        a.name for a in catalog.product_areas.values() if not own.isdisjoint(a.all_services)
    }
    found = _graph(catalog, own_areas | near_areas, own | near)
    # What two neighbours have to do with each other is another picture.
    touching = (
        need
        for need in found.needs
        if need.needs in own or need.service in own or need.area in own_areas
    )
    return found._replace(needs=tuple(touching), only=found.teams.get(name, name))


def _graph(catalog: Catalog, areas: Iterable[str], services: Iterable[str]) -> Graph:
    """Return these areas and services, in the order of the catalog, with the arrows among them."""
    area_names, names = set(areas), set(services)
    shown_areas = [a for a in catalog.product_areas.values() if a.name in area_names]
    shown = [s for s in catalog.services.values() if s.name in names]
    here = {service.name for service in shown}
    needs = [Need(a.name, None, n) for a in shown_areas for n in a.all_services if n in here]
    needs += [Need(None, s.name, n) for s in shown for n in s.depends_on if n in here]
    owners = dict.fromkeys([*(a.owner for a in shown_areas), *(s.owner for s in shown)])
    titles = {name: team.title for name, team in catalog.teams.items()}
    teams = {name: titles.get(name) or name for name in owners}
    return Graph(teams, tuple(shown_areas), tuple(shown), tuple(dict.fromkeys(needs)))
