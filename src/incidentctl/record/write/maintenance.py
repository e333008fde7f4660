"""Keep the repository small: each event leaves about ten loose objects, and a storm small packs."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import permissions
from incidentctl.git.run import Git

#: Pack above this number of loose objects; git itself waits for 6,700, which may be 500 MiB here.
_MAX_LOOSE_OBJECTS = 3000
#: Join packs above this number, as git's own `gc.autoPackLimit`: each is looked through in turn.
_MAX_PACKS = 50
#: If packing did not help, wait this many seconds before the next attempt.
_PAUSE = 600.0
_STAMP = "not-packed"


def is_crowded(git_dir: Path, state: Path) -> bool:
    """Say whether there are too many packs or (estimated from one folder) loose objects.

    False for a while after packing has failed.
    """
    with contextlib.suppress(OSError):
        if time.time() - (state / _STAMP).stat().st_mtime < _PAUSE:
            return False
    return _has_too_many(git_dir)


def _has_too_many(git_dir: Path) -> bool:
    return _loose(git_dir) > _MAX_LOOSE_OBJECTS or _packs(git_dir) > _MAX_PACKS


def _loose(git_dir: Path) -> int:
    try:
        return 256 * sum(1 for _ in (git_dir / "objects" / "17").iterdir())
    except OSError:
        return 0


def _packs(git_dir: Path) -> int:
    return sum(1 for _ in (git_dir / "objects" / "pack").glob("*.pack"))


def pack(git: Git, state: Path) -> None:
    """Pack the loose objects, and join small packs; readers and writers can go on.

    This also runs while an incident is open: 2,000 events of it would take 145 MiB until it is over
    (docs/benchmarks.md), and packing takes a second in a background process.
    """
    with contextlib.suppress(EnvironmentFailedError):
        git.run("maintenance", "run", "--quiet", "--task=loose-objects", timeout=300.0)
        git.run("prune-packed", "--quiet", timeout=300.0)
        if _packs(git.git_dir) > _MAX_PACKS:  # this drops no object, reachable or not
            git.run("repack", "-d", "-l", "--quiet", "--geometric=2", timeout=300.0)
    if _has_too_many(git.git_dir):
        with contextlib.suppress(OSError):
            permissions.touch(state / _STAMP)
