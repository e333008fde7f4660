"""What an incident affects: the words of a declarer become services, product areas and an owner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from incidentctl.domain.catalog import Catalog, ProductArea
from incidentctl.domain.text import did_you_mean, one_line

#: A word of a title that is shorter tells nothing.
_SHORTEST = 3


class Affected(NamedTuple):
    """Services and areas in the order named; the first named gives the owner."""

    services: tuple[str, ...] = ()
    product_areas: tuple[str, ...] = ()
    owner: str | None = None
    reason: str | None = None
    unknown: tuple[str, ...] = ()
    """A sentence for each word that the catalog does not know."""


def resolve_affected(catalog: Catalog, words: Sequence[str]) -> Affected:
    """Read what is affected: each word names a service, a product area or a functionality."""
    services: dict[str, None] = {}
    areas: dict[str, None] = {}
    owner = reason = None
    unknown = []
    for word in words:
        folded = word.strip().casefold()
        service = next((s for s in catalog.services.values() if _is(folded, s.name, s.title)), None)
        area = next(
            (a for a in catalog.product_areas.values() if _is(folded, a.name, a.title)), None
        )
        named: tuple[str, str] | None = None
        if service:
            services[service.name] = None
            areas.update(dict.fromkeys(a.name for a in catalog.areas_of(service.name)))
            named = service.owner, f"{service.owner} owns {service.name}."
        elif area:
            areas[area.name] = None
            named = area.owner, f"{area.owner} answers for {area.title or area.name}."
        elif found := _functionality(catalog, folded):
            area, powered = found
            areas[area.name] = None
            services.update(dict.fromkeys(powered))
            named = area.owner, f"{area.owner} answers for {area.title or area.name}."
        else:
            unknown.append(_unknown(catalog, word))
        if named and owner is None:
            owner, reason = named
    return Affected(tuple(services), tuple(areas), owner, reason, tuple(unknown))


def suggest_affected(catalog: Catalog, title: str) -> list[str]:
    """Return the service or area whose name stands in a title, else whose words do; best first.

    Only the best are returned: a guess that is wrong is worse at night than none.
    """
    words = {w for w in _words(title) if len(w) >= _SHORTEST}
    found: dict[str, int] = {}
    for area in catalog.product_areas.values():
        _count(found, area.name, words, [area.name, area.title or ""], weight=2)
        for functionality in area.functionalities:
            _count(found, area.name, words, [functionality.name, *functionality.words])
    for service in catalog.services.values():
        _count(found, service.name, words, [service.name, service.title or ""], weight=2)
    best = max(found.values(), default=0)
    return [name for name, count in found.items() if count == best]


def _count(
    found: dict[str, int], name: str, words: set[str], texts: Iterable[str], *, weight: int = 1
) -> None:
    """Keep the greatest share of a text's words that stand in a title, in thousandths."""
    for text in texts:
        own = {w for w in _words(text) if len(w) >= _SHORTEST}
        hits = len(words & own)
        if hits:
            found[name] = max(found.get(name, 0), weight * 1000 * hits // len(own))


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()


def _is(folded: str, *names: str | None) -> bool:
    return any(name is not None and name.casefold() == folded for name in names)


def _functionality(catalog: Catalog, folded: str) -> tuple[ProductArea, tuple[str, ...]] | None:
    for area in catalog.product_areas.values():
        for functionality in area.functionalities:
            if _is(folded, functionality.name, *functionality.words):
                return area, functionality.services
    return None


def _unknown(catalog: Catalog, word: str) -> str:
    near = did_you_mean(word, [*catalog.services, *catalog.product_areas])
    hint = f"; did you mean {near}?" if near else "."
    return f"The catalog has no service and no product area {one_line(word)!r}{hint}"
