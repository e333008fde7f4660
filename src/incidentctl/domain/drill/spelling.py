r"""A text as it is searched for a secret: its letters and digits alone, however it is spelled.

Case, spacing, punctuation and what Unicode or a format writes otherwise make no difference:
`dropping_the-TOKEN`, `Drop**ping** the`, a word that is hyphenated at the end of a line or has a
soft hyphen, tags, entities, `%20`, `\n` in JSON. Where a word begins and ends is kept, so that
`core` is not found in `score`. All of it takes time in proportion to the text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from urllib.parse import unquote_to_bytes

_WORD = re.compile(r"[^\W_]+")
_BETWEEN = re.compile(r"[\W_]+")
_TAG = re.compile(r"<[^<>]*>")
_BYTES = re.compile(r"(?:[%=][0-9A-Fa-f]{2})+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|\w{2,32});?")
_ESCAPE = re.compile(r"\\+(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))")
#: What is not seen: soft hyphens, zero width, directions, fillers, selectors of a variant.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
#: So often a text is written in a format within a format, such as JSON in JSON.
_NESTED = 3


def letters(text: str) -> str:
    """Return the letters and digits of a text, in one form of each."""
    return _BETWEEN.sub("", _one_form(text)).casefold()


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in one form of each; an underscore is between words."""
    return tuple(word.casefold() for word in _WORD.findall(_one_form(text)))


class Spelled:
    """A text in each of its readings: as it stands, with escapes resolved, without tags."""

    def __init__(self, text: str) -> None:
        """Take the text."""
        self._readings = [_Reading(each) for each in _readings(text)]

    def line(self, wanted: str) -> int | None:
        """Return the line, from 1, in which whole words have the wanted letters; None if none."""
        return next((line for each in self._readings if (line := each.line(wanted))), None)


class _Reading:
    def __init__(self, text: str) -> None:
        self._text = _one_form(text)

    @cached_property
    def _letters(self) -> str:
        return _BETWEEN.sub("", self._text).casefold()

    @cached_property
    def _edges(self) -> tuple[set[int], set[int], list[int], list[int]]:
        """Return where words begin and end among the letters, and the place of each in the text."""
        starts, ends = set(), set()
        counts, places = [], []
        count = 0
        for match in _WORD.finditer(self._text):
            counts.append(count)
            places.append(match.start())
            for part in _parts(match[0]):
                starts.add(count)
                count += len(part.casefold())
                ends.add(count)
        return starts, ends, counts, places

    def line(self, wanted: str) -> int | None:
        place = self._letters.find(wanted) if wanted else -1
        while place >= 0:
            starts, ends, counts, places = self._edges
            if place in starts and place + len(wanted) in ends:
                word = places[bisect_right(counts, place) - 1]
                return self._text.count("\n", 0, word) + 1
            place = self._letters.find(wanted, place + 1)
        return None


def _parts(word: str) -> Iterator[str]:
    """Split `DroppingTheToken` where a capital follows a small letter."""
    if word.islower() or word.isupper():
        yield word
        return
    begin = 0
    for index in range(1, len(word)):
        if word[index].isupper() and not word[index - 1].isupper():
            yield word[begin:index]
            begin = index
    yield word[begin:]


def _readings(text: str) -> Iterator[str]:
    yield text
    resolved = text
    if any(sign in text for sign in "%=&\\"):
        for _ in range(_NESTED):
            before, resolved = resolved, _resolved(resolved)
            if resolved == before:
                break
        if resolved != text:
            yield resolved
    if "<" in resolved:
        yield _TAG.sub(lambda tag: "\n" * tag[0].count("\n"), resolved)
        # A tag may also stand for a space.
        yield _TAG.sub(lambda tag: " " + "\n" * tag[0].count("\n"), resolved)


def _resolved(text: str) -> str:
    """Resolve what URLs, mails, HTML and JSON escape; line breaks stay where they were."""
    text = _BYTES.sub(_bytes, text)
    text = _ENTITY.sub(lambda found: _in_line(html.unescape(found[0])), text)
    return _ESCAPE.sub(_escape, text)


def _bytes(found: re.Match[str]) -> str:
    data = unquote_to_bytes(found[0].replace("=", "%"))
    return _in_line(data.decode("utf-8", errors="replace"))


def _escape(found: re.Match[str]) -> str:
    code, byte, sign = found.groups()
    if sign is None:
        return _in_line(chr(int(code or byte, 16)))
    return " " if sign in "nrtfvb0" else sign


def _in_line(text: str) -> str:
    return text.replace("\n", " ").replace("\r", " ")


def _one_form(text: str) -> str:
    return text if text.isascii() else _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
