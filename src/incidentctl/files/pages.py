"""Pages that are made anew wherever somebody wants them; nothing else is overwritten."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from incidentctl.errors import RefusedError


def write_page(target: Path, text: str, *, begins: str) -> None:
    """Write a page, whole or not at all, where nothing is, or a page that `begins` so.

    RefusedError where something else is; OSError where it cannot be written.
    """
    if not os.path.lexists(target):
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        return
    if target.is_symlink() or not target.is_file() or not _is_ours(target, begins.encode()):
        raise RefusedError(
            f"{target} is there already and no report of incidentctl; it was left alone.",
            hint="name another file, or move this one away",
        )
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(target.stat().st_mode & 0o777)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _is_ours(target: Path, begins: bytes) -> bool:
    with target.open("rb") as file:
        return file.read(len(begins)) == begins
