"""Whether a CI file asks to run for a branch, from what it says; for `doctor`, so never strict."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

GITLAB = ".gitlab-ci.yml"


def runs_on(path: str, document: Any, text: str, branch: str) -> bool:
    """Say whether a push to a branch is meant by a GitHub workflow or a `.gitlab-ci.yml`.

    `document` is the file's content, None where it cannot be read strictly: then `text` decides.
    """
    if path == GITLAB:
        return branch not in text and not re.search(r"^workflow:", text, re.MULTILINE)
    if isinstance(document, Mapping):
        return _on_push(document.get("on"), branch)
    return "push" in text and branch not in text and "branches" not in text


def _on_push(events: Any, branch: str) -> bool:
    if isinstance(events, str):
        return events == "push"
    if not isinstance(events, Mapping):
        return isinstance(events, tuple | list) and "push" in events
    if "push" not in events:
        return False
    push = events["push"]
    if not isinstance(push, Mapping):
        return True
    if "branches" in push:
        return _named(push["branches"], branch)
    if "branches-ignore" in push:
        return not _named(push["branches-ignore"], branch)
    # With tags alone no branch is meant.
    return "tags" not in push and "tags-ignore" not in push


def _named(patterns: Any, branch: str) -> bool:
    """Say whether a list of patterns names a branch; the last that fits decides."""
    named = False
    for pattern in patterns if isinstance(patterns, tuple | list) else (patterns,):
        text = str(pattern)
        if _fits(branch, text.removeprefix("!")):
            named = not text.startswith("!")
    return named


def _fits(branch: str, pattern: str) -> bool:
    """Say whether a pattern with `*`, `?` and `[abc]` fits a branch, in steps of their lengths.

    It tracks all places in the pattern that the text read so far may have reached, and tries none
    twice, so that no pattern can make it slow.
    """
    if len(pattern) > _LONGEST:
        return False  # no forge takes it either
    parts = re.findall(r"\*+|\[(?:![^]]+|[^]!][^]]*)\]|.", pattern, re.DOTALL)
    at = _with_stars({0}, parts)
    for char in branch:
        stay = {place for place in at if place < len(parts) and parts[place][0] == "*"}
        step = {place + 1 for place in at - stay if place < len(parts) and _is(char, parts[place])}
        at = _with_stars(stay | step, parts)
    return len(parts) in at


#: A pattern of more characters fits no branch.
_LONGEST = 1000


def _with_stars(places: set[int], parts: list[str]) -> set[int]:
    """Add the places after a star, which may stand for nothing."""
    return places | {p + 1 for p in places if p < len(parts) and parts[p][0] == "*"}


def _is(char: str, part: str) -> bool:
    if len(part) > 1 and part[0] == "[":
        inner = part[1:-1]
        ranges = re.findall(r"(.)-(.)|(.)", inner.removeprefix("!"), re.DOTALL)
        held = any(a <= char <= b if a else char == one for a, b, one in ranges)
        return held != inner.startswith("!")
    return part in ("?", char)
