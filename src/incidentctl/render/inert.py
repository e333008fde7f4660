"""User text as inert Markdown: no HTML, image, link, mention or new line.

Words without meaning to Markdown and forges stay prose, whatever their script. Every other word
goes into a code span, where neither GitHub nor GitLab looks for mentions, issue numbers or links.
Bars and backticks, which even there would end a table cell or the span, become character references
outside of it.
"""

from __future__ import annotations

import re

from incidentctl.domain.common.text import clean, one_line

#: Beyond ASCII nothing has a meaning in Markdown or on a forge; to be sure, the other forms of its
#: marks, such as `＠`, are left out. What is a letter there is not asked: the answers of
#: Python's versions differ, and equal events give equal bytes.
#: They are told by what is none: the ranges of all others would take 30 ms to compile.
_LETTERS = (
    r"[^\x00-/:-@\[-`{-\xa0\ufe5f-\ufe6b\uff02-\uff07\uff0a\uff0b\uff0d\uff0f\uff1c-\uff1e\uff20"
    r"\uff3b-\uff40\uff5b-\uff60]++"
)
# A word with only the punctuation of prose: `don't`, `(see`, `auth-api`, `14:01:30`, `30%`.
# A per cent sign before something names a milestone on GitLab.
_WORD = (
    rf"""["'(]?{_LETTERS}(?:[-.,'/=+]{_LETTERS}|:\d\d(?!\d))*[%]?[)"']?[.,;:?!)…]?"""
    r"|%\)?[.,;:?!…]?|[-…⏎=+]"
)
_SAFE = re.compile(rf"(?:{_WORD})\Z")
# Without backtracking: `(a) (a) (a) ...` can be matched in two ways at every word.
_ALL_SAFE = re.compile(rf"(?:(?>{_WORD})(?: (?=\S)|\Z))++\Z")
# What a forge turns into a link anywhere in a word.
_LINKED = re.compile(r"www\.|gh-\d")
# Marks of Markdown that an escape makes plain; a forge does not look for them in the page.
_MARKS = re.compile(r"[_*\[\]()<>&|\\]")
_ESCAPABLE = re.compile(rf"(?:{_LETTERS}|[_*\[\]()<>&|\\.,;?'\"+=/-])+\Z")
_SPLIT = re.compile(r"([|`]+)")
_REFERENCES = {"|": "&#124;", "`": "&#96;"}
# No user name, no `;` and no quotes: the address that is shown is the one that opens.
_URL = re.compile(
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]{0,200}[A-Za-z0-9])?(?::\d{1,5})?"
    r"(?:/[A-Za-z0-9._~/=%+,:@-]*)?(?:\?[A-Za-z0-9._~/=%+,:@&-]*)?(?:#[A-Za-z0-9._~/=%+,:@-]*)?\Z"
)


def inert(text: str) -> str:
    """Return `text` as one line of inert Markdown.

    It must not be at the start of a line or list item, where even `1.` has a meaning.
    """
    line = text if text.isascii() and text.isprintable() else one_line(text)
    folded = line.lower()
    linked = ("www." in folded or "gh-" in folded) and _LINKED.search(folded) is not None
    if not linked and _ALL_SAFE.match(line):
        return line
    parts: list[str] = []
    risky: list[str] = []
    for word in line.split():
        if _SAFE.match(word) and not (linked and _LINKED.search(word.lower())):
            if risky:
                parts.append(_code(" ".join(risky)))
                risky = []
            parts.append(word)
        else:
            risky.append(word)
    if risky:
        parts.append(_code(" ".join(risky)))
    return " ".join(parts)


def heading(text: str) -> str:
    """Return `text` as one line of inert Markdown that reads as text: marks are escaped.

    What a forge looks for behind an escape, such as a mention, stays code.
    """
    words = one_line(text).split()
    return " ".join(
        _MARKS.sub(r"\\\g<0>", word)
        if _ESCAPABLE.match(word) and not _LINKED.search(word.lower())
        else inert(word)
        for word in words
    )


def _code(text: str) -> str:
    spans = []
    for index, part in enumerate(_SPLIT.split(text)):
        if index % 2:
            spans.append("".join(_REFERENCES[char] for char in part))
        elif part:
            inner = part.strip(" ")
            if inner:
                before = " " if part[0] == " " else ""
                spans.append(f"{before}`{inner}`{' ' if part[-1] == ' ' else ''}")
            else:
                spans.append(" ")
    return "".join(spans)


def address(url: str) -> str:
    """Return a plain http or https address as a link, anything else as inert text."""
    return f"<{url}>" if is_address(url) else inert(url)


def is_address(url: str) -> bool:
    """Say whether a text is a plain http or https address, which opens what it shows."""
    return len(url) <= 1000 and _URL.match(url) is not None


def block(text: str) -> str:
    """Return a text of several lines as a fenced block, whose fence is longer than any in it."""
    body = clean(text.replace("\r\n", "\n").strip("\n"), keep_lines=True)
    longest = max((len(run) for run in re.findall("`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{body}\n{fence}"
