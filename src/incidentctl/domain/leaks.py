"""Whether a text tells a secret: the whole of it, or any four consecutive words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from incidentctl.domain.catalog import Catalog
from incidentctl.domain.drill import PrivateHalf

#: So many consecutive words of a secret tell it.
RUN = 4
_WORD = re.compile(r"\w+")


def folded(text: str) -> tuple[str, ...]:
    """Return the words of a text without case, spacing and punctuation."""
    return tuple(_WORD.findall(text.casefold()))


def tells(text: str, secret: str) -> str | None:
    """Return the words of a secret that a text tells, or None.

    A secret of at most four words is told only as a whole.
    """
    words = folded(secret)
    run = min(RUN, len(words))
    if not run:
        return None
    found = f" {' '.join(folded(text))} "
    for start in range(len(words) - run + 1):
        told = " ".join(words[start : start + run])
        if f" {told} " in found:
            return told
    return None


def free_answers(half: PrivateHalf) -> Iterator[tuple[str, str]]:
    """Yield what a private half tells in words of its own, by answer; not the reason.

    The public reason may be a part of the private one.
    """
    yield "what", half.what
    yield "how", half.how
    for number, inject in enumerate(half.injects):
        yield f"injects[{number}]", inject.tell


def name_answers(catalog: Catalog, half: PrivateHalf) -> Iterator[tuple[str, str]]:
    """Yield whom and what a private half names, also by the titles and names of the catalog."""
    yield "team", half.team
    if (team := catalog.teams.get(half.team)) and team.title:
        yield "team", team.title
    people = catalog.members()
    for answer in ("commander", "mitigator", "saboteur"):
        handle = getattr(half, answer)
        yield answer, handle
        if handle in people and (name := people[handle][1].name):
            yield answer, name
    for service in half.services:
        yield "services", service
