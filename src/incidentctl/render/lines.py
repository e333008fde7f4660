"""Wrap and cut inert text for a screen: between words, by the columns that it takes there."""

from __future__ import annotations

import re
import unicodedata

#: A line gets at least so many columns of text, however narrow the screen.
_LEAST = 20
_CUT = "..."
_JOINER = "\u200d"


def width(text: str) -> int:
    """Return how many columns a text takes on a terminal."""
    if text.isascii():
        return len(text)
    columns, before = 0, ""
    for char in text:
        joined = before == _JOINER  # one emoji with what stands before it
        before = char
        if not joined and unicodedata.category(char) not in ("Mn", "Me", "Cf"):
            columns += 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
    return columns


def wrapped(text: str, columns: int, indent: int = 0) -> list[str]:
    """Wrap a line between words; all lines but the first begin with so many spaces.

    A longer word makes a longer line: an address stays whole, to be copied.
    """
    return _broken(text, max(columns, indent + _LEAST), indent, whole=True)


def shortened(
    text: str, columns: int, indent: int = 0, *, most: int = 1, more: str = ""
) -> list[str]:
    """Wrap a line into at most so many, and cut the rest; it ends with `more` in any case.

    It is cut between words, and inside of one where nothing of the text would be left.
    """
    columns = max(columns, indent + _LEAST)
    lines = _broken(text + more, columns, indent, whole=False)
    if len(lines) <= most:
        return lines
    lines = _broken(text, columns, indent, whole=False)[:most]
    room = columns - width(f" {_CUT}{more}")
    last, begin = lines[-1], indent if most > 1 or indent else 0
    if width(last) > room:
        last = _start(last, room)
        space = last.rstrip().rfind(" ")
        last = last[:space].rstrip() + " " if space > begin else last
    else:
        last += " "
    return [*lines[:-1], f"{last}{_CUT}{more}"]


def fitting(text: str, columns: int) -> str:
    """Return a text that fits on one line: cut where the room ends, also inside of a word."""
    if width(text) <= columns:
        return text
    return f"{_start(text, columns - width(_CUT)).rstrip()}{_CUT}"


def _broken(text: str, columns: int, indent: int, *, whole: bool) -> list[str]:
    """Break a line before words, and, if they need not be `whole`, in words that are too long."""
    lines, line = [], ""
    for found in re.findall(r" *[^ ]+", text):
        word = found
        gap = len(word) - len(word.lstrip(" "))
        # On the next line it would begin no further to the left of where it begins here.
        if width(line) + gap > indent and width(line + word) > columns:
            lines.append(line)
            line, word = " " * indent, word[gap:]
        line += word
        while not whole and width(line) > columns:
            begin = _start(line, columns)
            lines.append(begin)
            line = " " * indent + line[len(begin) :]
    return [*lines, line] if line.strip() or not lines else lines


def _start(text: str, columns: int) -> str:
    """Return as much of the start of a text as fits."""
    end = min(len(text), columns)
    while width(text[:end]) > columns:
        end -= 1
    return text[:end]
