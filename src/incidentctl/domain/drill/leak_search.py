"""What texts must not reveal about an unplanned drill, and the line where a text does.

Free text counts as in `domain.drill.secrets`: the whole of it, or any four consecutive words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.drill.plan import PrivateHalf, PublicHalf
from incidentctl.domain.drill.secrets import free_answers, name_answers, runs, tells
from incidentctl.domain.drill.spelling import Spelled, words


class Needle(NamedTuple):
    """Words of a private answer that must not follow each other in a public text."""

    answer: str
    words: str
    letters: str
    """What is looked for: however the words are spelled, these are their letters."""


class Hit(NamedTuple):
    """Where a text tells an answer: the words, and the line from 1."""

    answer: str
    words: str
    line: int


def needles(
    catalog: Catalog, half: PrivateHalf, public: PublicHalf
) -> tuple[list[Needle], list[Needle]]:
    """Return what to look for everywhere, and what only where it is about the drill.

    The second are names of the catalog, of which everybody may speak, also where a free text is no
    more than one. What the public reason says as well is neither.
    """
    found = [each for answer, text in free_answers(half) for each in _needles(answer, text)]
    found += [each for each in _needles("why", half.why) if not tells(public.why, each.words)]
    called = {
        " ".join(words(name))
        for entry in catalog.entries
        for name in (entry.name, getattr(entry.value, "title", None))
        if name
    }
    texts = name_answers(catalog, half)
    names = [_needle(answer, wanted) for answer, text in texts if (wanted := words(text))]
    names += [each for each in found if each.words in called]
    return [each for each in found if each.words not in called], names


def hits(text: Spelled, needles: Iterable[Needle]) -> list[Hit]:
    """Return the first place of each answer that a text tells."""
    found: dict[str, Hit] = {}
    for needle in needles:
        if needle.answer not in found and (line := text.line(needle.letters)):
            found[needle.answer] = Hit(needle.answer, needle.words, line)
    return list(found.values())


def _needles(answer: str, text: str) -> Iterator[Needle]:
    return (_needle(answer, run) for run in runs(text))


def _needle(answer: str, wanted: tuple[str, ...]) -> Needle:
    return Needle(answer, " ".join(wanted), "".join(wanted))
