"""What this program is made of, for caches: what another build computed is computed again."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache

from incidentctl import __version__


def fingerprint(*more: str) -> str:
    """Return a text that changes whenever the modules that compute change, of `more` folders, too.

    The version alone would not do for whoever runs the program from a checkout. Some 300 stats,
    1 ms.
    """
    folders = ("domain", "files", "git", "record", *more)
    return " ".join((__version__, sys.version, *map(_modules, folders)))


@cache
def _modules(layer: str) -> str:
    """Return the modules of a folder and below, each with its size and time."""
    return " ".join(sorted(_found(f"{os.path.dirname(__file__)}/{layer}")))  # noqa: PTH120 (slower)


def _found(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                found = entry.stat()
                yield f"{entry.path} {found.st_size} {found.st_mtime_ns}"
            elif entry.is_dir():
                yield from _found(entry.path)
