"""The last commits that the log ref of this clone named, kept outside git.

Git may lose every ref at once: `git fetch --prune '+refs/*:refs/*'` deletes refs that only this
clone has, and a prune that began before a commit deletes its objects. Then the record continues
from the newest of these commits that is whole. A line holds an id and when it was noted, the
newest last. Readers check each of them.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from incidentctl.git import atomic, permissions

_FILE = "last-tips"
_LINE = rb"([0-9a-f]{40}(?:[0-9a-f]{24})?) ([0-9]{1,12})\n"
#: How many are kept when the file is shortened, and the size in bytes above which it is.
_MAX_TIPS = 200
_LONG = 25_000


class Noted(NamedTuple):
    """A commit, and when the log ref was moved to it, in seconds since 1970."""

    commit: str
    at: int


def note(state: Path, commit: str) -> None:
    """Note what the log ref names now; ignore a file that cannot be written."""
    with contextlib.suppress(OSError):
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        descriptor = permissions.open_file(state / _FILE, flags)
        try:
            os.write(descriptor, _lines([Noted(commit, int(time.time()))]))
        finally:
            os.close(descriptor)


def read(state: Path) -> list[Noted]:
    """Return the noted commits, the newest first, each once."""
    with contextlib.suppress(OSError):
        found: dict[str, Noted] = {}
        for commit, at in reversed(re.findall(_LINE, (state / _FILE).read_bytes())):
            found.setdefault(commit.decode(), Noted(commit.decode(), int(at)))
        return list(found.values())
    return []


def rewrite(state: Path, noted: Iterable[Noted]) -> None:
    """Keep only these, in the order of `read`; a purge and a repair drop the others."""
    with contextlib.suppress(OSError):
        atomic.replace(state / _FILE, _lines(list(noted)[::-1]), durable=False)


def shorten(state: Path) -> None:
    """Keep the file from growing for ever; only for the holder of the lock."""
    with contextlib.suppress(OSError):
        if (state / _FILE).stat().st_size > _LONG:
            rewrite(state, read(state)[:_MAX_TIPS])


def _lines(noted: Iterable[Noted]) -> bytes:
    return "".join(f"{commit} {at}\n" for commit, at in noted).encode()
