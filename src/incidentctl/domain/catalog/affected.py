"""What an incident affects: the words of a declarer become services, product areas and an owner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from incidentctl.domain.catalog.model import Catalog, ProductArea, Service
from incidentctl.domain.catalog.words import FILLING
from incidentctl.domain.common.text import did_you_mean, one_line

#: A shorter word of a title alone suggests nothing.
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

    A name may be written with spaces, and words of `catalog who` do, where one thing is meant;
    several names may stand in one word, with commas, or with spaces if each is a name.
    """
    services: dict[str, None] = {}
    areas: dict[str, None] = {}
    owner = reason = None
    unknown = []
    for word in _single(catalog, words):
        named = _one(catalog, word)
        if named is None:
            unknown.append(_unknown(catalog, word))
            continue
        services.update(dict.fromkeys(named.services))
        areas.update(dict.fromkeys(named.product_areas))
        if owner is None:
            owner, reason = named.owner, named.reason
    return Affected(tuple(services), tuple(areas), owner, reason, tuple(unknown))


def _single(catalog: Catalog, words: Sequence[str]) -> Iterator[str]:
    """Yield the words, those that list names at their commas; a title may have one itself."""
    for word in words:
        listed = [word]
        if "," in word and _exactly(catalog, word.strip().casefold()) is None:
            listed = list(filter(None, map(str.strip, word.split(","))))
        for each in listed:
            yield from _spaced(catalog, each)


def _spaced(catalog: Catalog, word: str) -> list[str]:
    """Return the names that a word lists with spaces, else the word itself."""
    parts = word.split()
    names = {name.casefold() for name in (*catalog.services, *catalog.product_areas)}
    listed = len(parts) > 1 and all(part.casefold() in names for part in parts)
    return parts if listed and _one(catalog, word) is None else [word]


def _one(catalog: Catalog, word: str) -> Affected | None:
    """Return what is affected by the one thing that a word names."""
    return _exactly(catalog, word.strip().casefold()) or _alike(catalog, word)


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

    Only the best are returned, and none of several that fit the same words equally well: at night
    a wrong guess is worse than no guess.
    """
    words = _forms(title)
    found: dict[str, _Fit] = {}
    for area in catalog.product_areas.values():
        _fit(found, area.name, words, [area.name, area.title or ""], weight=2)
        for functionality in area.functionalities:
            _fit(found, area.name, words, [functionality.name, *functionality.words])
    for service in catalog.services.values():
        _fit(found, service.name, words, [service.name, service.title or ""], weight=2)
    most = max((fit.share for fit in found.values()), default=0)
    best = {name: fit.words for name, fit in found.items() if fit.share == most}
    return [
        name
        for name, said in best.items()
        if not any(said <= others for other, others in best.items() if other != name)
    ]


class _Fit(NamedTuple):
    """The greatest share of a text's words that stand in a title, in thousandths, and these."""

    share: int
    words: frozenset[str]


def _fit(
    found: dict[str, _Fit],
    name: str,
    title: Mapping[str, frozenset[str]],
    texts: Iterable[str],
    *,
    weight: int = 1,
) -> None:
    """Keep how well the best of the texts fits.

    A short word counts beside a longer one only: `9` of `venue-9` alone says nothing.
    """
    for text in texts:
        own = _words(text)
        together = "".join(_split(text))
        said = {together} if together in title else own & title.keys()
        if any(len(word) >= _SHORTEST for word in said):
            every = 1 if together in title else len(own)
            words = frozenset[str]().union(*(title[word] for word in said))
            fit = _Fit(weight * 1000 * len(said) // every, words)
            found[name] = max(found.get(name, fit), fit, key=lambda each: each.share)


def _words(text: str) -> frozenset[str]:
    """Return the words of a text, without the short ones that join others; `hall-a` keeps `a`."""
    return frozenset(
        word for word in _split(text) if len(word) != _SHORTEST - 1 or word not in FILLING
    )


def _forms(title: str) -> dict[str, frozenset[str]]:
    """Return the words of a title, and each two of them joined: `wifi` is made of `wi` and `fi`."""
    every = _split(title)
    joined = {one + other: frozenset((one, other)) for one, other in pairwise(every)}
    kept = (word for word in every if len(word) >= _SHORTEST or word not in FILLING)
    return joined | {word: frozenset((word,)) for word in kept}


def _split(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()


def _is(folded: str, *names: str | None) -> bool:
    return any(name is not None and name.casefold() == folded for name in names)


def _unknown(catalog: Catalog, word: str) -> str:
    near = did_you_mean(word, [*catalog.services, *catalog.product_areas])
    hint = f" Did you mean {near!r}?" if near else ""
    return f"The catalog has no service and no product area {one_line(word)!r}.{hint}"
