"""Write paths as a person can open them from the current folder."""

from __future__ import annotations

import os
from pathlib import Path


def from_here(root: Path | str | None, path: str) -> str:
    """Return a path from `root` as one from the current folder, or a whole one if that is far.

    Unchanged without a root, as for a file of a commit.
    """
    if root is None:
        return path
    whole = Path(root) / path
    try:
        here = Path.cwd()
    except OSError:  # the folder was removed
        return str(whole)
    base = Path(root).resolve()
    if here.is_relative_to(base) or base.is_relative_to(here):
        return os.path.relpath(base / path, here)
    return str(whole)
