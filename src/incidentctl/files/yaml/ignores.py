"""Comments that silence lint rules: `# incidentctl: ignore[IC203]`, or `[IC203, IC204]`.

A rule is silenced on the line of the comment. What looks like one inside a text is a text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from incidentctl.files.yaml.breaks import hide
from incidentctl.files.yaml.strict import FAULTS, Loader

#: Without this word, in any case, a file has no such comment.
WORD = b"incidentctl:"
_COMMENT = re.compile(r"(?:^|(?<=[\s]))#[^\r\n]*", re.MULTILINE)
_OURS = re.compile(r"#\s*incidentctl:\s*([^#]*)", re.IGNORECASE)
_CODES = re.compile(r"ignore\s*\[([^\]]*)\]", re.IGNORECASE)


class Ignore(NamedTuple):
    """One comment for lint: its place, and the codes it silences; none if it is not understood."""

    line: int
    column: int
    codes: tuple[str, ...]
    text: str


def ignores(data: bytes) -> list[Ignore]:
    """Return the comments for lint in a file, in their order."""
    if WORD not in data.lower():
        return []
    text = data.decode("utf-8", errors="replace").removeprefix("\ufeff")
    lines = [0, *(end.end() for end in re.finditer("\n", text))]
    found = []
    for start, comment in _comments(text):
        for ours in _OURS.finditer(comment):
            at = start + ours.start()
            line = bisect_right(lines, at)
            listed = _CODES.match(ours[1])
            codes = (code.strip().upper() for code in listed[1].split(",")) if listed else ()
            place = line, at - lines[line - 1] + 1
            found.append(Ignore(*place, tuple(filter(None, codes)), ours[0].strip()))
    return found


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield each comment with its place, from the beginning of the text."""
    scalars, end = _scalars(text)
    here = 0
    for match in _COMMENT.finditer(text, 0, end):
        while here < len(scalars) and scalars[here][1] <= match.start():
            here += 1
        if here == len(scalars) or match.start() < scalars[here][0]:
            yield match.start(), match[0]


def _content(text: str, token: yaml.ScalarToken) -> int:
    """Return where the text of a scalar begins: a comment may stand behind `|`."""
    start: int = token.start_mark.index
    return text.find("\n", start) if token.style in ("|", ">") else start


def _scalars(text: str) -> tuple[list[tuple[int, int]], int]:
    """Return where each scalar begins and ends, and where the scanner gave up."""
    found: list[tuple[int, int]] = []
    try:
        found.extend(
            (_content(text, token), token.end_mark.index)
            for token in yaml.scan(hide(text.encode())[0].decode(), Loader=Loader)
            if isinstance(token, yaml.ScalarToken)
        )
    except FAULTS as error:
        marks = (getattr(error, name, None) for name in ("context_mark", "problem_mark"))
        return found, min((mark.index for mark in marks if mark), default=0)
    return found, len(text)
