"""Where the truth of this clone stood: kept beside git, which may lose every ref at once.

`git fetch --prune '+refs/*:refs/*'` deletes refs that only this clone has, and a prune that began
before a commit takes its objects. Then the record goes on from the newest commit of these that is
whole. A line holds an id and when it was noted, the newest last; who reads trusts none of them.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from incidentctl.git import permissions as modes

_FILE = "last-tips"
_LINE = re.compile(rb"([0-9a-f]{40}(?:[0-9a-f]{24})?) ([0-9]{1,12})\n")
#: So many are kept when the file is made shorter, which is done above so many bytes.
_MOST = 200
_LONG = 25_000


class Noted(NamedTuple):
    """A commit, and when the truth was moved to it, in seconds since 1970."""

    commit: str
    at: int


def note(state: Path, commit: str) -> None:
    """Note where the truth stands now; it is no harm when that cannot be written."""
    _append(state / _FILE, [Noted(commit, int(time.time()))], os.O_APPEND)


def read(state: Path) -> list[Noted]:
    """Return what was noted, the newest first, each commit once."""
    with contextlib.suppress(OSError):
        found: dict[str, Noted] = {}
        for commit, at in reversed(_LINE.findall((state / _FILE).read_bytes())):
            found.setdefault(commit.decode(), Noted(commit.decode(), int(at)))
        return list(found.values())
    return []


def rewrite(state: Path, noted: Iterable[Noted]) -> None:
    """Keep only some, given as `read` does; a purge and a repair drop the others."""
    temporary = state / f".{_FILE}.{os.getpid()}"
    _append(temporary, list(noted)[::-1], os.O_TRUNC)
    with contextlib.suppress(OSError):
        temporary.replace(state / _FILE)


def shorten(state: Path) -> None:
    """Let the file not grow for ever; only for the holder of the lock."""
    with contextlib.suppress(OSError):
        if (state / _FILE).stat().st_size > _LONG:
            rewrite(state, read(state)[:_MOST])


def _append(path: Path, noted: list[Noted], how: int) -> None:
    with contextlib.suppress(OSError):
        descriptor = modes.open_file(path, os.O_WRONLY | os.O_CREAT | how)
        try:
            os.write(descriptor, "".join(f"{commit} {at}\n" for commit, at in noted).encode())
        finally:
            os.close(descriptor)
