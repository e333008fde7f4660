"""Find what somebody means by a few words: product areas, functionalities, services, teams."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from incidentctl.domain.catalog.model import Catalog

_TOKEN = re.compile(r"[^\W_]+")
_FILLING = frozenset(
    {"who", "whose", "owns", "own", "owner", "responsible", "does", "is", "are", "the", "a", "an"}
    | {"of", "for", "on", "call", "team", "service"}
)
_LABEL = re.compile(r"([A-Za-z_][\w.-]*)=(.*)", re.DOTALL)
#: Labels of alerts that name what is hit, as common exporters and rules write them.
_NAMING = frozenset(
    {"service", "service_name", "app", "application", "job", "component", "container"}
    | {"deployment", "workload", "team", "owner", "product_area", "area", "pagerduty"}
)
#: What people ask for first; of equal matches the earlier kind stands above.
KINDS = ("product_area", "functionality", "service", "team")
#: How well the words must fit, from 0 to 1, and how near to the best one.
_ENOUGH, _NEAR_BEST = 0.6, 0.7
#: A text that somebody pasted is not compared beyond so many words of so many characters.
_MOST_WORDS, _LONGEST = 30, 100


class Found(NamedTuple):
    """Something that the words may mean; the greater score fits better."""

    kind: str
    name: str
    score: float
    product_area: str | None = None
    """The area of a functionality."""


class _Candidate(NamedTuple):
    kind: str
    name: str
    texts: tuple[str, ...]
    product_area: str | None = None


def wanted(words: Sequence[str]) -> str:
    """Return what is asked for: words without filling, or what an alert's labels name."""
    labels = [match for word in words if (match := _LABEL.match(word.strip("{},")))]
    if labels:
        values = {match[1]: match[2].strip("\"'") for match in labels}
        naming = [value for label, value in values.items() if label.casefold() in _NAMING]
        return " ".join(naming or values.values())
    tokens = [t for word in words for t in _TOKEN.findall(word)]
    telling = [token for token in tokens if token.casefold() not in _FILLING]
    return " ".join(telling or tokens)


def search(catalog: Catalog, words: Sequence[str]) -> list[Found]:
    """Return what the words may mean, best first; empty when nothing is near."""
    tokens = _TOKEN.findall(wanted(words))[:_MOST_WORDS]
    asked = [token[:_LONGEST].casefold() for token in tokens]
    if not asked:
        return []
    found = [
        Found(candidate.kind, candidate.name, score, candidate.product_area)
        for candidate in _candidates(catalog)
        if (score := max(_score(asked, text) for text in candidate.texts)) >= _ENOUGH
    ]
    found.sort(key=lambda each: (-each.score, KINDS.index(each.kind), each.name))
    return [each for each in found if each.score >= _NEAR_BEST * found[0].score]


def names(catalog: Catalog) -> list[str]:
    """Return every name that `search` knows, to suggest one of them."""
    return [candidate.name for candidate in _candidates(catalog)]


def _candidates(catalog: Catalog) -> Iterable[_Candidate]:
    for area in catalog.product_areas.values():
        yield _Candidate("product_area", area.name, _texts(area.name, area.title))
        for each in area.functionalities:
            yield _Candidate("functionality", each.name, (each.name, *each.words), area.name)
    for service in catalog.services.values():
        known = (*service.tags, *service.identifiers.values())
        yield _Candidate("service", service.name, _texts(service.name, service.title, *known))
    for team in catalog.teams.values():
        yield _Candidate("team", team.name, _texts(team.name, team.title))


def _texts(*texts: str | None) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _score(asked: list[str], text: str) -> float:
    """Return how well a text fits, from 0 to 1: alike as a whole, else word by word."""
    tokens = [token.casefold() for token in _TOKEN.findall(text)]
    if "".join(tokens) == "".join(asked):
        return 1.0
    if not tokens:
        return 0.0
    fits = sum(max(_likeness(word, token) for token in tokens) for word in asked) / len(asked)
    # Of two texts that hold all words the one that says less besides is meant.
    return fits * (0.9 - 0.1 * (1 - min(1.0, len(asked) / len(tokens))))


def _likeness(word: str, token: str) -> float:
    if word == token:
        return 1.0
    if len(word) >= 3 and token.startswith(word):
        return 0.9
    if len(word) >= 4 and word in token:
        return 0.8
    matcher = SequenceMatcher(None, word, token)
    if min(len(word), len(token)) >= 4 and matcher.quick_ratio() >= 0.75:
        ratio = matcher.ratio()
        return ratio * 0.9 if ratio >= 0.75 else 0.0
    return 0.0
