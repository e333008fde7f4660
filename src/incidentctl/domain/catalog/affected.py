"""What an incident affects: the words of a declarer become services, product areas and an owner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from incidentctl.domain.catalog.model import Catalog, ProductArea, Service
from incidentctl.domain.common.text import did_you_mean, one_line

#: Shorter words of a title are ignored.
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
    """Read what is affected: each word names a service, a product area or a functionality.

    A name may be written with spaces, and words of `catalog who` do, where one thing is meant.
    """
    services: dict[str, None] = {}
    areas: dict[str, None] = {}
    owner = reason = None
    unknown = []
    for word in words:
        named = _exactly(catalog, word.strip().casefold()) or _alike(catalog, word)
        if named is None:
            unknown.append(_unknown(catalog, word))
            continue
        services.update(dict.fromkeys(named.services))
        areas.update(dict.fromkeys(named.product_areas))
        if owner is None:
            owner, reason = named.owner, named.reason
    return Affected(tuple(services), tuple(areas), owner, reason, tuple(unknown))


def _exactly(catalog: Catalog, folded: str) -> Affected | None:
    """Return what is affected by a thing of this name, title or word."""
    for service in catalog.services.values():
        if _is(folded, service.name, service.title):
            return _service(catalog, service)
    for area in catalog.product_areas.values():
        if _is(folded, area.name, area.title):
            return _area(area)
    for area in catalog.product_areas.values():
        for functionality in area.functionalities:
            if _is(folded, functionality.name, *functionality.words):
                return _area(area, functionality.services)
    return None


def _alike(catalog: Catalog, word: str) -> Affected | None:
    """Return what is affected by the one thing that `catalog who` takes for the same."""
    from incidentctl.domain.catalog.search import search  # noqa: PLC0415 (only what has no such name pays)

    same = [each for each in search(catalog, [word]) if each.score == 1 and each.kind != "team"]
    if len(same) != 1:
        return None
    found = same[0]
    if found.kind == "service":
        return _service(catalog, catalog.services[found.name])
    area = catalog.product_areas[found.product_area or found.name]
    powered = (f.services for f in area.functionalities if f.name == found.name)
    return _area(area, next(powered, ()) if found.product_area else ())


def _service(catalog: Catalog, service: Service) -> Affected:
    areas = tuple(area.name for area in catalog.areas_of(service.name))
    return Affected((service.name,), areas, service.owner, f"{service.owner} owns {service.name}.")


def _area(area: ProductArea, powered: tuple[str, ...] = ()) -> Affected:
    reason = f"{area.owner} answers for {area.title or area.name}."
    return Affected(powered, (area.name,), area.owner, reason)


def suggest_affected(catalog: Catalog, title: str) -> list[str]:
    """Return the service or area whose name stands in a title, else whose words do; best first.

    Only the best are returned: at night a wrong guess is worse than no guess.
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


def _unknown(catalog: Catalog, word: str) -> str:
    near = did_you_mean(word, [*catalog.services, *catalog.product_areas])
    hint = f" Did you mean {near!r}?" if near else ""
    return f"The catalog has no service and no product area {one_line(word)!r}.{hint}"
