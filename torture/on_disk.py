"""Watches whether what is acknowledged is on disk, whoever asks for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


class OnDisk:
    """The files and folders that this process has synced."""

    def __init__(self) -> None:
        """Begin to watch."""
        self._synced: list[tuple[int, int, int]] = []
        fsync = os.fsync

        def watched(descriptor: Any) -> None:
            fsync(descriptor)
            found = os.fstat(descriptor)
            self._synced.append((found.st_dev, found.st_ino, found.st_size))

        setattr(os, "fsync", watched)  # noqa: B010 (it has another type)

    def fault(self, path: Path) -> str | None:
        """Say what of a file is not on disk: all its bytes, and after it its name in the folder."""
        try:
            found, folder = path.stat(), path.parent.stat()
        except FileNotFoundError:
            return None  # another process has committed it meanwhile
        file = (found.st_dev, found.st_ino, found.st_size)
        name = (folder.st_dev, folder.st_ino)
        if file not in self._synced:
            return "acknowledged before its file was on disk"
        if name not in [each[:2] for each in self._synced[self._synced.index(file) :]]:
            return "acknowledged before its name was on disk"
        return None
