"""Detect with a few stats whether the record of this clone may have changed, for `watch`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from incidentctl.record.write import outbox


def change_token(git_dir: Path, names: Iterable[str], boxes: Iterable[Path]) -> tuple[object, ...]:
    """Return a value that differs from the one before whenever refs or outboxes have changed.

    `names` are full ref names. The value may also change when nothing else did, for example when
    git packs refs. No process is started and no file is read: git replaces ref files and never
    writes into them.
    """
    files = [*(git_dir / name for name in names), git_dir / "packed-refs"]
    files.append(git_dir / "reftable" / "tables.list")
    return (*map(_stamp, files), *(path.name for path in outbox.paths(boxes)))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
