"""What somebody does in a clone while commands run there: git prunes, or the clone is copied."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

from torture.world import Clone, git

#: A slow deed lasts about so many seconds, as long as a command or two.
_LASTS = 0.3
_OBJECT = re.compile(r"[0-9a-f]{38}(?:[0-9a-f]{24})?\Z")


def start(what: str, clone: Clone, which: int, *, target: Path) -> None:
    """Start it in a process of its own, which the history reaps; a copy goes to `target`."""
    dice = random.Random(which)
    work: Callable[[], object]
    if what == "prune":
        # Git looks first at what is reachable, and takes its time, in a large repository.
        reachable = _reachable(clone)
        if not reachable:
            return  # git refuses to prune where a ref names no object
        work = lambda: _prune(clone, reachable, dice)  # noqa: E731
    elif what == "gc":
        work = lambda: _gc(clone, dice)  # noqa: E731
    else:
        work = lambda: _copy(clone.path, target, dice)  # noqa: E731
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with contextlib.suppress(OSError, RuntimeError):
            work()
        os._exit(0)


def _reachable(clone: Clone) -> frozenset[str]:
    listed = git(clone.path, "rev-list", "--objects", "--all", "--reflog", "--indexed-objects",
                 check=False)  # fmt: skip
    return frozenset(line.partition(" ")[0] for line in listed.splitlines())


def _prune(clone: Clone, reachable: frozenset[str], dice: random.Random) -> None:
    """Do what `git prune --expire=now` does: folder after folder, whatever came meanwhile."""
    time.sleep(dice.random() * _LASTS)
    pause = dice.choice((0.0, 0.001))
    for number in range(256):
        folder = clone.git_dir / "objects" / f"{number:02x}"
        for path in folder.iterdir() if folder.is_dir() else ():
            whole = _OBJECT.match(path.name)
            if not whole or f"{number:02x}{path.name}" not in reachable:
                path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            folder.rmdir()
        time.sleep(pause)


def _gc(clone: Clone, dice: random.Random) -> None:
    time.sleep(dice.random() * _LASTS / 3)
    git(clone.path, "gc", "-q", "--prune=now", check=False)


def _copy(source: Path, target: Path, dice: random.Random) -> None:
    """Copy a clone file by file, its parts in any order: some are older than others."""
    parts = sorted(path for path in source.iterdir() if path.name != ".git")
    inner = sorted((source / ".git").iterdir())
    dice.shuffle(inner)
    pause = _LASTS / len(inner)
    for part in (*parts, *inner):
        place = target / part.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError, shutil.Error):  # what vanished meanwhile is not copied
            if part.is_dir() and not part.is_symlink():
                shutil.copytree(part, place, symlinks=True, dirs_exist_ok=True)
            else:
                shutil.copy2(part, place, follow_symlinks=False)
        time.sleep(dice.random() * pause)


def tear(clone: Clone, dice: random.Random) -> None:
    """Empty some of the newest loose objects, as of a disk that was pulled out."""
    loose = [path for path in (clone.git_dir / "objects").glob("??/*") if _OBJECT.match(path.name)]
    loose.sort(key=lambda path: (path.stat().st_mtime_ns, path.name))
    for path in dice.sample(loose[-12:], min(3, len(loose))):
        path.unlink()
        path.touch()
