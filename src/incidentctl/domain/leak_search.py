"""What must not be found of an unplanned drill, and where a text tells it, by line.

Free text counts as `domain.leaks` has it: the whole of it, or any four consecutive words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from incidentctl.domain.catalog import Catalog
from incidentctl.domain.drill import PrivateHalf, PublicHalf
from incidentctl.domain.leaks import RUN, folded, free_answers, name_answers, tells


class Needle(NamedTuple):
    """Words of a private answer that must not follow each other in a public text."""

    answer: str
    words: str
    longest: str
    """Looked for first: most texts lack it, and are done."""
    pattern: re.Pattern[str]


class Hit(NamedTuple):
    """Where a text tells an answer: the words, and the line from 1."""

    answer: str
    words: str
    line: int


def free_text(half: PrivateHalf, public: PublicHalf) -> list[Needle]:
    """Return what to look for everywhere; not what the public reason says as well."""
    found = [each for answer, text in free_answers(half) for each in _needles(answer, text)]
    found += [each for each in _needles("why", half.why) if not tells(public.why, each.words)]
    return found


def names(catalog: Catalog, half: PrivateHalf) -> list[Needle]:
    """Return names of the catalog, looked for only in what is about the drill."""
    texts = name_answers(catalog, half)
    return [_needle(answer, folded(text)) for answer, text in texts if folded(text)]


def hits(text: str, needles: Iterable[Needle]) -> list[Hit]:
    """Return the first place of each answer that a text tells."""
    lowered = text.casefold()
    found: dict[str, Hit] = {}
    for needle in needles:
        if needle.answer in found or needle.longest not in lowered:
            continue
        if match := needle.pattern.search(lowered):
            line = lowered.count("\n", 0, match.start()) + 1
            found[needle.answer] = Hit(needle.answer, needle.words, line)
    return list(found.values())


def _needles(answer: str, text: str) -> Iterator[Needle]:
    words = folded(text)
    run = min(RUN, len(words))
    for start in range(len(words) - run + 1 if run else 0):
        yield _needle(answer, words[start : start + run])


def _needle(answer: str, words: tuple[str, ...]) -> Needle:
    between = r"\W+".join(map(re.escape, words))
    return Needle(
        answer, " ".join(words), max(words, key=len), re.compile(rf"(?<!\w){between}(?!\w)")
    )
