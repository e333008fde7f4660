"""Who must get the plan of a drill, or the announcement of an unplanned one, and why."""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.domain.catalog.blast_radius import blast_radius
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.drill.plan import ENGINEERING, Drill, outside


class Reader(NamedTuple):
    """A team or person who gets it, and why."""

    name: str
    kind: str
    """`team`, `person`, `outside` for an address or words, or `unknown` for another name that the
    catalog does not have."""
    reasons: tuple[str, ...]


def audience(catalog: Catalog, drill: Drill) -> list[Reader]:
    """Return who gets it, in the order of the catalog.

    Of a planned drill all of engineering, and whom the blast radius of its services reaches. Of an
    unplanned one only whom the public half names: the services are secret, and a list that depends
    on them would tell.
    """
    found: dict[str, list[str]] = {}
    if drill.planned or ENGINEERING in drill.announced.distribute_to:
        found = {team: ["all of engineering"] for team in catalog.teams}
    if drill.planned and drill.plan is not None:
        for service in drill.plan.services:
            if service not in catalog.services:
                continue
            for team in blast_radius(catalog, service).teams:
                found.setdefault(team, []).append(f"reached through {service}")
    for name in drill.announced.distribute_to:
        if name != ENGINEERING:
            found.setdefault(name, []).append("named by the drill")
    people = catalog.members()
    return [
        Reader(
            name,
            "team"
            if name in catalog.teams
            else "person"
            if name in people
            else "outside"
            if outside(name)
            else "unknown",
            tuple(reasons),
        )
        for name, reasons in found.items()
    ]
