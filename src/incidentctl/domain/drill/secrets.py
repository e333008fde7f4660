"""Whether a text reveals a secret: the whole of it, or any four consecutive words."""

from __future__ import annotations

from collections.abc import Iterator

from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.drill.plan import PrivateHalf
from incidentctl.domain.drill.spelling import Spelled, words

#: This many consecutive words of a secret reveal it.
RUN = 4


def runs(secret: str) -> Iterator[tuple[str, ...]]:
    """Yield the words that reveal a secret: any four consecutive ones, or all of a shorter one."""
    parts = words(secret)
    run = min(RUN, len(parts))
    for start in range(len(parts) - run + 1 if run else 0):
        yield parts[start : start + run]


def tells(text: str, secret: str) -> str | None:
    """Return the words of a secret that a text reveals, or None.

    A secret of at most four words is revealed only as a whole.
    """
    spelled = Spelled(text)
    return next((" ".join(run) for run in runs(secret) if spelled.line("".join(run))), None)


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
