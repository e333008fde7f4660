"""What must not be, whatever a command is given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fuzz.place import LIMIT, Ran

#: What acts on a terminal: controls beside line ends and tabs, and what turns the direction.
_ACTS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def findings(ran: Ran) -> Iterator[str]:
    """Yield what is wrong with what a command did."""
    if ran.code is None:
        yield f"it took more than {LIMIT:.0f} s"
    elif ran.code not in range(7):
        yield f"exit {ran.code}: {ran.bug or ran.err[-300:].strip()}"
    if "Traceback (most recent call last)" in ran.err:
        yield f"a traceback: {ran.err[-300:].strip()}"
    for name, text in (("stdout", ran.out), ("stderr", ran.err)):
        if acts := _ACTS.search(text):
            around = text[max(acts.start() - 40, 0) : acts.end() + 20]
            yield f"on {name} a character that acts: {around!r}"
