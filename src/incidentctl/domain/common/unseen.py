"""Characters that are not seen, or are taken for others: for messages about names and keys."""

from __future__ import annotations

import unicodedata


def unseen(text: str) -> str | None:
    """Name the first character that a reader does not see or takes for another, or None.

    In names and keys of YAML that is all beyond ASCII, and any white space.
    """
    for at, char in enumerate(text):
        if char.isascii() and char.isprintable() and not char.isspace():
            continue
        where = " at its end" if at == len(text) - 1 else " at its beginning" if at == 0 else ""
        if char == " ":
            return f"a space{where}"
        if char == "\n":
            return f"a line break{where}"
        return f"U+{ord(char):04X} {unicodedata.name(char, 'a control character')}{where}"
    return None
