"""The blast radius of a service: what depends on it, and which product areas it takes down."""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.domain.catalog.model import Catalog


class Blast(NamedTuple):
    """What a service takes down, the nearest first, and the owners of all that."""

    services: tuple[str, ...]
    product_areas: tuple[str, ...]
    teams: tuple[str, ...]


def blast_radius(catalog: Catalog, service: str) -> Blast:
    """Return what fails with a service: all that depends on it, over any number of steps."""
    needed_by: dict[str, list[str]] = {}
    for each in catalog.services.values():
        for need in each.depends_on:
            needed_by.setdefault(need, []).append(each.name)
    hit = {service: None}
    queue = [service]
    for name in queue:
        for dependent in needed_by.get(name, ()):
            if dependent not in hit:
                hit[dependent] = None
                queue.append(dependent)
    areas = [a for a in catalog.product_areas.values() if not hit.keys().isdisjoint(a.all_services)]
    owners = [catalog.services[name].owner for name in hit if name in catalog.services]
    owners += [area.owner for area in areas]
    return Blast(tuple(hit)[1:], tuple(area.name for area in areas), tuple(dict.fromkeys(owners)))
