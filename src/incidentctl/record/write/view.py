"""The view: log.md files in the work tree for editors; written, never read, never the user's."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from incidentctl.domain.incident.ids import is_incident_id
from incidentctl.git import atomic, permissions, safe_read
from incidentctl.record.store.crash_points import VIEW_POINT, point
from incidentctl.record.store.paths import log_path
from incidentctl.record.write.lock import Lock

_IGNORE = b"*\n"
#: No log.md of ours has more bytes.
_MAX_LOG_BYTES = 256 << 20
#: How long to wait for another process that writes to the view, in seconds.
_WAIT = 1.0
#: An incident that is owed for so long, in seconds, is so by a process that was killed.
_KILLED = 5.0


class View:
    """Writes log.md files below `incidents/` of one work tree."""

    def __init__(self, work_tree: Path, state: Path) -> None:
        """Take the work tree, and a folder to remember what was written to this one."""
        self._root = work_tree
        self._state = state
        self._marks = state / "owed"

    def mark_stale(self, incident: str) -> None:
        """Remember that an incident has to be shown wherever it was, also in other work trees.

        So it is also where this process will be killed.
        """
        with contextlib.suppress(OSError):
            for name in os.listdir(self._state.parent):  # noqa: PTH208 (pathlib costs more)
                state = self._state.with_name(name)
                if name.startswith("view") and (state / incident).exists():
                    permissions.make_folder(state / "owed")
                    permissions.touch(state / "owed" / incident)

    def stale(self) -> list[str]:
        """Return the incidents that nobody has shown who should have."""
        found = []
        with contextlib.suppress(OSError):
            for entry in os.scandir(self._marks):
                age = time.time() - entry.stat(follow_symlinks=False).st_mtime
                if is_incident_id(entry.name) and age > _KILLED:
                    found.append(entry.name)
        return sorted(found)

    def show(self, incident: str, render: Callable[[], str]) -> str | None:
        """Write one incident's log.md; return a sentence when it could not be or was left.

        `render` gives the text; it is called when no other process can write an older one.
        """
        path = self._root / log_path(incident)
        shown = path.relative_to(self._root)
        told = None
        try:
            permissions.make_folder(self._state)
            lock = Lock(self._state / "lock")
            if not lock.take(wait=_WAIT):
                return None  # it stays owed
            with lock:
                if any(folder.is_symlink() for folder in self._folders(path)) or path.is_symlink():
                    told = f"{shown} is not written: a part of its path is a symbolic link"
                elif (path.parent / "events").exists():
                    pass  # a checkout of the mirror: this log.md is git's
                elif not self._write(path, render().encode(), self._state / incident):
                    told = f"{shown} was changed by somebody and is left as it is"
                (self._marks / incident).unlink(missing_ok=True)
        except OSError as error:
            return f"{shown} could not be written: {error.strerror}"
        return told

    def _write(self, path: Path, data: bytes, note: Path) -> bool:
        """Write a file; False when it is not what was written here before."""
        self._make(path.parent)
        current = ""
        with contextlib.suppress(FileNotFoundError):
            inside = os.path.realpath(self._root)
            current = _digest(safe_read.read(str(path), inside=inside, limit=_MAX_LOG_BYTES))
        new, ours = _digest(data), self._written(note)
        if current and current != new and current not in ours:
            return False
        if {current, new} - {""} != ours:
            # Noted first: else a process that is killed would make the file a stranger's.
            atomic.replace(note, f"{current}\n{new}".encode(), durable=False)
        point(VIEW_POINT)
        if current != new:
            atomic.replace(path, data, mode=atomic.USUAL_MODE, durable=False)
        return True

    def has(self, incident: str) -> bool:
        """Say whether the view shows an incident."""
        # Not where this account may not look: another has made the folder.
        return os.path.exists(self._root / log_path(incident))  # noqa: PTH110

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
        inside = os.path.realpath(self._root)
        if not any(_ignores(each, inside) for each in (folder, *self._folders(folder))):
            ignore = (missing[-1] if missing else folder) / ".gitignore"
            # What is there is the user's; where it is a link, it may lead anywhere.
            with contextlib.suppress(FileExistsError), ignore.open("xb") as file:
                file.write(_IGNORE)

    @staticmethod
    def _written(note: Path) -> set[str]:
        """Return the digests of what may stand there: what was, or what was to replace it."""
        with contextlib.suppress(OSError, UnicodeDecodeError):
            return set(note.read_text().split())
        return set()


def _ignores(folder: Path, inside: str) -> bool:
    with contextlib.suppress(OSError):
        file = str(folder / ".gitignore")
        return safe_read.read(file, inside=inside, limit=len(_IGNORE)) == _IGNORE
    return False


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
