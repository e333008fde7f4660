"""Make text from outside inert, and match words that people mistype.

Every text from outside (a title, an event of another clone, a file name) passes `clean` before it
reaches a sink for people: terminal, log.md, commit subject, HTML, calendar.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any

#: Controls, directions, zero width, fillers, separators of lines, private use, surrogates, and what
#: is no character. A table of this package: Python's differs from version to version, and the same
#: text has to look the same in every clone. A character that is newer than the table passes.
_ACTING = (
    r"\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164"
    r"\ud800-\uf8ff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U00013430-\U0001343f"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U0001fffe\U0001ffff\U0002fffe\U0002ffff"
    r"\U0003fffe-\U0010ffff"
)
#: Letters that a joiner after them joins or parts: from Arabic to Myanmar, Khmer, Mongolian, ...
_JOINING = (
    r"\u0620-\u109f\u1780-\u180d\u180f-\u18af\u1900-\u1cff\ua800-\uabff\ufb50-\ufdcf\ufdf0-\ufdff"
    r"\ufe70-\ufefc\U00010a00-\U00011fff\U0001e900-\U0001e95f"
)
_EMOJI = r"\u00a9\u00ae\u203c-\u203f\u2190-\u2bff\u3030\u303d\U0001f000-\U0001faff"
_IDEOGRAPH = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
#: A flag of a region, such as that of Scotland: it is spelled with tags, and must be whole.
_FLAG = r"\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f"

#: How like a word a known one is at least, from 0 to 1, to be meant by it.
_NEAR = 0.6


@cache
def _acting() -> re.Pattern[str]:
    """Return a pattern that matches what acts; a flag matches as well, with a group of its own."""
    return re.compile(
        rf"({_FLAG})|(?<=[{_IDEOGRAPH}])([\U000e0100-\U000e01ef])|[{_ACTING}]"
        rf"|(?<![{_JOINING}])\u200c"
        rf"|(?<![{_JOINING}])(?!(?<=[{_EMOJI}\ufe0f])\u200d[{_EMOJI}])\u200d"
    )


def clean(text: str, *, keep_lines: bool = False) -> str:
    r"""Return `text` with every character that could act on a terminal or a page made visible.

    Such a character becomes `\u{hex}`. With `keep_lines`, line feeds and tabs stay. Joiners stay
    where a script or an emoji is written with them; anywhere else they hide.
    """
    if text.isascii() and text.isprintable():
        return text

    def visible(found: re.Match[str]) -> str:
        char = found[0]
        if found.lastindex or (keep_lines and char in "\n\t"):
            return char
        return f"\\u{{{ord(char):x}}}"

    return _acting().sub(visible, text)


def ascii_json(entry: Any, **style: Any) -> str:
    """Write JSON in ASCII that every program can read: half a character of UTF-16 is U+FFFD."""
    text = json.dumps(entry, ensure_ascii=True, **style)
    if "\\ud" not in text:
        return text
    whole = re.sub("[\ud800-\udfff]", "\ufffd", json.dumps(entry, ensure_ascii=False))
    return json.dumps(json.loads(whole), ensure_ascii=True, **style)


def one_line(text: str) -> str:
    """Return `text` cleaned, on one line: each line break shows as ⏎."""
    return clean(" ⏎ ".join(part.strip() for part in text.strip().splitlines()))


def lines(text: str) -> str:
    """Return `text` cleaned, with its line breaks."""
    return "\n".join(map(clean, text.strip().splitlines()))


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is most like `word`, or None when none is near.

    Of several that are equally near it is the first; what has no order is taken in that of the
    alphabet.
    """
    import difflib  # noqa: PLC0415 (12 ms that only a mistake pays)

    found, most = None, 0.0
    matcher = difflib.SequenceMatcher(b=word.casefold())
    for name in sorted(known) if isinstance(known, AbstractSet) else known:
        matcher.set_seq1(name.casefold())
        least = max(most, _NEAR)
        if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
            continue
        like = matcher.ratio()
        if like >= _NEAR and like > most:
            found, most = name, like
    return found


def unaccented(text: str) -> str:
    """Return a text without the accents of its letters."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize(
        "NFC", "".join(char for char in apart if unicodedata.category(char) != "Mn")
    )


def name_key(name: str) -> str:
    """Return what two spellings of a person's name share: no case, no accents, single spaces."""
    return " ".join(unaccented(name).split()).casefold()


def count(number: int, thing: str) -> str:
    """Write a number of things: `1 event`, `2 events`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def sentences(*parts: str | None) -> str:
    """Join texts to one, each ending as a sentence; empty ones are left out."""
    said = [part.strip() for part in parts if part and part.strip()]
    return " ".join(part if part[-1] in ".!?" else f"{part}." for part in said)
