"""Find what somebody asks for in words: product areas, functionalities, services, teams, people.

A question is often a sentence: "nobody can log in". An entry is found when one of its texts stands
in the question, or when most of the telling words of the question stand in one of its texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from incidentctl.domain.catalog.labels import labels, naming
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.catalog.words import FORM, GENERIC, SAME, near, plain, stem, words

#: What people ask for first; of equal matches the earlier kind stands above.
KINDS = ("product_area", "functionality", "service", "team", "person")
#: How much of an entry's text, or of the question, must stand in the other.
_WHOLE, _MOST, _HALF = 0.75, 0.6, 0.5
#: How near to the best match another one is shown.
_NEAR_BEST = 0.75
#: What words weigh that say little by themselves.
_LITTLE, _HARDLY = 0.3, 0.2
#: A text that somebody pasted is not compared beyond so many characters and words.
_LONGEST, _MAX_WORDS = 4000, 40
#: So many words together may be one: `sign in` is `signin`.
_TOGETHER = 3


class Found(NamedTuple):
    """Something that the words may mean; the greater score fits better, 1 is its very name."""

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


class _Text(NamedTuple):
    """A text of an entry: its words with their weights, and all of them written together."""

    weights: dict[str, float]
    together: str
    first: str
    """The first word of a service's, which often is what people call it."""
    nothing_told: bool
    """Whether it is made of words that every question has."""


def search(catalog: Catalog, asked: Sequence[str]) -> list[Found]:
    """Return what a question or an alert's labels may mean, best first, or nothing."""
    text = " ".join(asked)[:_LONGEST]
    known = _Known(catalog, text)
    found = labels(text)
    for question in [*naming(found), " ".join(found.values())] if found else [text]:
        if best := _search(known, question):
            return best
    return []


def _search(known: _Known, asked: str) -> list[Found]:
    question = _Question(asked, known)
    found = [
        Found(each.kind, each.name, score, each.product_area)
        for each, texts in known.texts
        if (score := max(map(question.score, texts), default=0.0))
    ]
    found.sort(key=lambda each: (-each.score, KINDS.index(each.kind), each.name))
    return [each for each in found if each.score >= _NEAR_BEST * found[0].score]


def names(catalog: Catalog) -> list[str]:
    """Return every name that `search` knows, to suggest one of them."""
    return [candidate.name for candidate in _candidates(catalog)]


def _candidates(catalog: Catalog, asked: str = "") -> Iterator[_Candidate]:
    """Yield every entry; a person's address only where all of it is `asked` for."""
    for area in catalog.product_areas.values():
        yield _Candidate("product_area", area.name, _texts(area.name, area.title))
        for each in area.functionalities:
            yield _Candidate("functionality", each.name, (each.name, *each.words), area.name)
    for service in catalog.services.values():
        known = (*service.tags, *service.identifiers.values())
        yield _Candidate("service", service.name, _texts(service.name, service.title, *known))
    for team in catalog.teams.values():
        yield _Candidate("team", team.name, _texts(team.name, team.title))
    for handle, (_, member) in catalog.members().items():
        # All addresses end alike: `water is brown` asks for nobody at waterworks.example.
        local = (member.email or "").partition("@")[0]
        email = member.email if member.email and member.email.casefold() in asked else None
        yield _Candidate(
            "person", handle, _texts(handle, member.name, local, email, *member.aliases)
        )


def _texts(*texts: str | None) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _text(text: str, kind: str) -> _Text:
    own = words(text)
    weights = {
        word: _LITTLE if word in GENERIC else _HARDLY if plain(word) else 1.0 for word in own
    }
    nothing_told = all(plain(word) for word in own)
    if nothing_told or all(weight < 1 for weight in weights.values()):
        weights = dict.fromkeys(own, 1.0)
    first = own[0] if own and kind == "service" else ""
    return _Text(weights, "".join(own), first, nothing_told)


class _Known:
    """The texts of a catalog's entries, and the words they are made of."""

    def __init__(self, catalog: Catalog, asked: str) -> None:
        self.texts = [
            (each, [_text(t, each.kind) for t in each.texts])
            for each in _candidates(catalog, asked.casefold())
        ]
        #: Each word, also of several written together, by what its forms have in common.
        self.stems: dict[str, set[str]] = {}
        first: Counter[str] = Counter()
        for _, texts in self.texts:
            for word in {word for text in texts for word in (*text.weights, text.together)}:
                self.stems.setdefault(stem(word), set()).add(word)
            first.update({text.first for text in texts if text.first})
        #: The words with which the texts of one service alone begin.
        self.telling = {word for word, count in first.items() if count == 1}


class _Question:
    """What is asked: its telling words, and how like they are to the words of the catalog."""

    def __init__(self, text: str, known: _Known) -> None:
        own = words(text)[:_MAX_WORDS]
        telling = [place for place, word in enumerate(own) if not plain(word)]
        self._names = {"".join(own), "".join(own[place] for place in telling)}
        self._weights = {
            place: _LITTLE if own[place] in GENERIC and len(telling) > 1 else 1.0
            for place in telling
        }
        #: Of each known word that is asked about: how like, and the places of the words asked.
        self._likes: dict[str, tuple[float, frozenset[int]]] = {}
        self._known = known
        self._compare(own)

    def _compare(self, own: list[str]) -> None:
        met: set[int] = set()
        for count in range(_TOGETHER, 0, -1):
            for start in range(len(own) - count + 1):
                together = "".join(own[start : start + count])
                places = frozenset(range(start, start + count))
                for each in self._known.stems.get(stem(together), ()):
                    self._like(each, SAME if each == together else FORM, places)
                    met |= places
        every = {w for words in self._known.stems.values() for w in words if not plain(w)}
        for place in self._weights:
            if place not in met and own[place] not in GENERIC:
                for each, like in near(own[place], every).items():
                    self._like(each, like, frozenset({place}))

    def _like(self, word: str, like: float, places: frozenset[int]) -> None:
        before = self._likes.get(word, (0.0, frozenset()))
        self._likes[word] = (max(like, before[0]), places | before[1])

    def score(self, text: _Text) -> float:
        """Return how well a text fits, from 0 to 1; 0 when it is not what is asked for."""
        if text.together in self._names:
            return 1.0
        if text.nothing_told:
            return 0.0
        nothing = (0.0, frozenset[int]())
        likes = {word: self._likes.get(word, nothing) for word in (*text.weights, text.together)}
        total = sum(text.weights.values())
        held = sum(weight * likes[word][0] for word, weight in text.weights.items()) / total
        held = max(held, likes[text.together][0])
        asked = self._share(places for _, places in likes.values())
        first = text.first in self._known.telling and likes[text.first][0] >= FORM
        if not asked or (held < _WHOLE and asked < (_HALF if first else _MOST)):
            return 0.0
        return 0.99 * (0.6 * held + 0.4 * asked)

    def _share(self, places: Iterable[frozenset[int]]) -> float:
        """Return the share of the telling words that stand at these places."""
        found = frozenset[int]().union(*places)
        total = sum(self._weights.values())
        held = sum(weight for place, weight in self._weights.items() if place in found)
        return held / total if total else 0.0
