"""Keep the repository small: each event leaves about ten loose objects, which git packs well."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import permissions
from incidentctl.git.run import Git

#: Pack above this number of loose objects; git itself waits for 6,700, which may be 500 MiB here.
_MAX_LOOSE_OBJECTS = 3000
#: If packing did not help, wait this many seconds before the next attempt.
_PAUSE = 600.0
_STAMP = "not-packed"


def is_crowded(git_dir: Path, state: Path) -> bool:
    """Say whether there are too many loose objects; estimated from one folder, as git does.

    False for a while after packing has failed.
    """
    with contextlib.suppress(OSError):
        if time.time() - (state / _STAMP).stat().st_mtime < _PAUSE:
            return False
    return _loose(git_dir) > _MAX_LOOSE_OBJECTS


def _loose(git_dir: Path) -> int:
    try:
        return 256 * sum(1 for _ in (git_dir / "objects" / "17").iterdir())
    except OSError:
        return 0


def pack(git: Git, state: Path) -> None:
    """Pack the loose objects, and remove those that are in a pack; readers and writers can go on.

    This also runs while an incident is open: 2,000 events of it would take 145 MiB until it is over
    (docs/benchmarks.md), and packing takes a second in a background process.
    """
    with contextlib.suppress(EnvironmentFailedError):
        git.run("maintenance", "run", "--quiet", "--task=loose-objects", timeout=300.0)
        git.run("prune-packed", "--quiet", timeout=300.0)
    if _loose(git.git_dir) > _MAX_LOOSE_OBJECTS:
        with contextlib.suppress(OSError):
            permissions.touch(state / _STAMP)
