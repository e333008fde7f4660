"""Whether a text tells a secret: the whole of it, or any four consecutive words."""

from __future__ import annotations

import re

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
