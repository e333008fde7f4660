"""Write generated pages; overwrite only pages that this program generated."""

from __future__ import annotations

import os
from pathlib import Path

from incidentctl.errors import RefusedError
from incidentctl.files.writer import check_stays
from incidentctl.git import atomic, safe_read

#: No generated page is as large as this, in bytes.
_MAX_PAGE_BYTES = 256 << 20


def write_page(target: Path, text: str, *, begins: str, private: bool = False) -> None:
    """Write a page, whole or not at all, to a new file or over a page that `begins` like this.

    Only its owner may read a `private` one. RefusedError if another file is there; OSError if it
    cannot be written.
    """
    check_stays(target)
    data = text.encode()
    if os.path.lexists(target):
        if target.is_symlink() or not _is_ours(target, begins.encode()):
            raise _taken(target)
        mode = atomic.PRIVATE_MODE if private else target.lstat().st_mode & 0o777
        atomic.replace(target, data, mode=mode)
    elif not atomic.create(
        target, data, mode=atomic.PRIVATE_MODE if private else atomic.USUAL_MODE
    ):
        raise _taken(target)


def _taken(target: Path) -> RefusedError:
    return RefusedError(
        f"{target} already exists and was not written by this command; it was left alone.",
        hint="Name another file, or move this one away.",
    )


def _is_ours(target: Path, begins: bytes) -> bool:
    inside = os.path.realpath(target.parent)
    try:
        return safe_read.read(str(target), inside=inside, limit=_MAX_PAGE_BYTES).startswith(begins)
    except safe_read.NotReadError:
        return False
