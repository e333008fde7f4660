"""The view: log.md files in the work tree for editors; written, never read, never the user's."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from incidentctl.record.paths import log_path

_IGNORE = "*\n"


class View:
    """Writes log.md files below `incidents/` of one work tree."""

    def __init__(self, work_tree: Path, state: Path) -> None:
        """Take the work tree, and a folder to remember what was written to this one."""
        self._root = work_tree
        self._state = state

    def show(self, incident: str, log: str) -> str | None:
        """Write one incident's log.md; return a sentence when it could not be or was left."""
        path = self._root / log_path(incident)
        shown = path.relative_to(self._root)
        data = log.encode()
        if (path.parent / "events").exists():
            return None  # a checkout of the mirror: this log.md is git's
        try:
            if any(folder.is_symlink() for folder in self._folders(path)) or path.is_symlink():
                return f"{shown} is not written: a part of its path is a symbolic link"
            self._make(path.parent)
            note = self._state / incident
            current = path.read_bytes() if path.exists() else None
            if current != data:
                if current is not None and self._written(note) != _digest(current):
                    return f"{shown} was changed by somebody and is left as it is"
                temporary = path.with_name(f".log.md.{os.getpid()}")
                try:
                    temporary.write_bytes(data)
                    temporary.replace(path)
                finally:
                    temporary.unlink(missing_ok=True)
            if self._written(note) != _digest(data):
                self._state.mkdir(mode=0o700, parents=True, exist_ok=True)
                note.write_text(_digest(data))
        except OSError as error:
            return f"{shown} could not be written: {error.strerror}"
        return None

    def has(self, incident: str) -> bool:
        """Say whether the view shows an incident."""
        return (self._root / log_path(incident)).exists()

    def _folders(self, path: Path) -> list[Path]:
        folders = []
        while path.parent != self._root:
            path = path.parent
            folders.append(path)
        return folders

    def _make(self, folder: Path) -> None:
        """Make a folder that git ignores; a folder that was there stays the user's."""
        missing = [each for each in (folder, *self._folders(folder)) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        if not any(_ignores(each) for each in (folder, *self._folders(folder))):
            (missing[-1] if missing else folder).joinpath(".gitignore").write_text(_IGNORE)

    @staticmethod
    def _written(note: Path) -> str | None:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            return note.read_text()
        return None


def _ignores(folder: Path) -> bool:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return (folder / ".gitignore").read_text() == _IGNORE
    return False


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
