"""Make text from outside inert, and match words that people mistype.

Every text from outside (a title, an event of another clone, a file name) passes `clean` before it
reaches a sink for people: terminal, log.md, commit subject, HTML, calendar.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

# Controls, format characters (bidi, zero width), surrogates, private use, unassigned, and the two
# separators that some programs take for a new line (Unicode general categories).
_INERT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(text: str, *, keep_lines: bool = False) -> str:
    r"""Return `text` with every character that could act on a terminal or a page made visible.

    Such a character becomes `\u{hex}`. With `keep_lines`, line feeds and tabs stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char
        if (keep_lines and char in "\n\t") or unicodedata.category(char) not in _INERT
        else f"\\u{{{ord(char):x}}}"
        for char in text
    )


def one_line(text: str) -> str:
    """Return `text` cleaned, on one line: each line break shows as ⏎."""
    return clean(" ⏎ ".join(part.strip() for part in text.strip().splitlines()))


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is most like `word`, or None when none is near."""
    import difflib  # noqa: PLC0415 (12 ms that only a mistake pays)

    folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else None


def count(number: int, thing: str) -> str:
    """Write a number of things: `1 event`, `2 events`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
