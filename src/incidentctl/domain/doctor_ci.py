"""Whether a CI file asks to run for a branch, from what it says; for `doctor`, so never strict."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
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
        if fnmatchcase(branch, text.removeprefix("!")):
            named = not text.startswith("!")
    return named
