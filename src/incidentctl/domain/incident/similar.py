"""Which other incidents are like one: the same services, or titles about the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

#: So many are worth a look at three in the morning.
MAX_SIMILAR = 3
#: Titles are alike if they share at least this part of the words that say something.
_SHARE = 0.5
_SERVICE, _WORDS = 2.0, 3.0


class Traits(NamedTuple):
    """What incidents are compared by: the terms of the title, and the services, lower-case."""

    terms: frozenset[str]
    services: frozenset[str]

    def like(self, other: Traits) -> float:
        """Return how alike two incidents are: 0 if not worth a look, at most `best`."""
        shared = len(self.terms & other.terms)
        least = min(len(self.terms), len(other.terms)) or 1
        alike = shared / least if shared >= least * _SHARE else 0.0
        return _WORDS * alike + _SERVICE * bool(self.services & other.services)

    @property
    def best(self) -> float:
        """The most that `like` can say."""
        return _WORDS * bool(self.terms) + _SERVICE * bool(self.services)


def line_of(traits: Traits) -> str:
    """Write traits as a line in which each term and service stands between spaces."""
    return f" {' '.join(sorted(traits.terms))} | {' '.join(sorted(traits.services))} "


def traits_of(line: str) -> Traits:
    """Read what `line_of` wrote."""
    terms, _, services = line.partition(" | ")
    return Traits(frozenset(terms.split()), frozenset(services.split()))


def most_like(wanted: Traits, lines: Iterable[str], *, most: int = MAX_SIMILAR) -> list[int]:
    """Return which of some lines are like an incident, the most alike first; else as they come.

    It ends as soon as nothing better can follow: the lines may be ten thousand.
    """
    best = wanted.best
    parts = [f" {word} " for word in (*wanted.terms, *wanted.services)]
    found: list[tuple[float, int]] = []
    perfect = 0
    for place, line in enumerate(lines):
        if not _any(parts, line):
            continue
        like = wanted.like(traits_of(line))
        if like > 0:
            found.append((-like, place))
            perfect += like >= best
            if perfect == most:
                break
    return [place for _, place in sorted(found)[:most]]


def _any(parts: Sequence[str], line: str) -> bool:
    return any(part in line for part in parts)


def services_of(names: Collection[str]) -> frozenset[str]:
    """Return services as traits have them."""
    return frozenset("_".join(name.casefold().split()) for name in names)
