"""The order of incidents that are shown together: what hurts most comes first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from incidentctl.domain.incident.head import Head, Incident

Shown = TypeVar("Shown", Head, Incident)


def worst_first(
    found: Iterable[Shown], scale: Sequence[str], *, newest: bool = False
) -> list[Shown]:
    """Return incidents: critical first, then as the scale of severities has it, the oldest first.

    A severity that is no longer on the scale comes behind those that are; none comes last. With
    `newest` the newest of a severity comes first.
    """
    places = {name: place for place, name in enumerate(scale)}

    def how_bad(each: Shown) -> tuple[object, ...]:
        known = places.get(each.severity or "", len(places))
        return (not each.critical, known, each.severity or "~")

    by_time = sorted(found, key=lambda each: (each.declared, each.id), reverse=newest)
    return sorted(by_time, key=how_bad)
