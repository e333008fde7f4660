"""The view: log.md files in the work tree for editors; written, never read.

A file that the user made or changed is never overwritten.
"""

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
#: Before the digest in the last line of a log.md that is written here.
_SEAL = b"\n<!-- The digest of this text, which shows whether somebody has changed it: "
#: The most bytes that a log.md can have.
_MAX_LOG_BYTES = 256 << 20
#: How long to wait for another process that writes to the view, in seconds.
_WAIT = 1.0
#: The folder of marks for stale views, as clones have it from before.
_MARKS = "owed"
#: After this many seconds a stale view was left by a process that was killed.
_KILLED = 5.0


class View:
    """Writes log.md files below `incidents/` of one work tree."""

    def __init__(self, work_tree: Path, state: Path) -> None:
        """Take the work tree, and a folder to remember which incidents are shown there."""
        self._root = work_tree
        self._state = state
        self._marks = state / _MARKS

    def mark_stale(self, incident: str) -> None:
        """Remember to refresh an incident in every work tree that shows it.

        So the views are refreshed even if this process is killed.
        """
        with contextlib.suppress(OSError):
            for name in os.listdir(self._state.parent):  # noqa: PTH208 (names are wanted, and three times as fast)
                state = self._state.with_name(name)
                if name.startswith("view") and (state / incident).exists():
                    permissions.make_folder(state / _MARKS)
                    permissions.touch(state / _MARKS / incident)

    def stale(self) -> list[str]:
        """Return the incidents whose view another process should have refreshed."""
        found = []
        with contextlib.suppress(OSError):
            for entry in os.scandir(self._marks):
                age = time.time() - entry.stat(follow_symlinks=False).st_mtime
                if is_incident_id(entry.name) and age > _KILLED:
                    found.append(entry.name)
        return sorted(found)

    def show(self, incident: str, render: Callable[[], str]) -> str | None:
        """Write one incident's log.md; return a sentence if that failed or the file was left alone.

        `render` returns the text; it is called while no other process can write an older one.
        """
        path = self._root / log_path(incident)
        shown = path.relative_to(self._root)
        note = None
        try:
            permissions.make_folder(self._state)
            lock = Lock(self._state / "lock")
            if not lock.take(wait=_WAIT):
                return None  # it stays stale
            with lock:
                if any(folder.is_symlink() for folder in self._folders(path)) or path.is_symlink():
                    note = f"{shown} is not written: a part of its path is a symbolic link"
                elif (path.parent / "events").exists():
                    pass  # a checkout of the mirror: this log.md is git's
                elif not self._write(path, _sealed(render().encode()), self._state / incident):
                    note = f"{shown} was changed by somebody and left alone"
                (self._marks / incident).unlink(missing_ok=True)
        except OSError as error:
            return f"{shown} could not be written: {error.strerror}"
        return note

    def _write(self, path: Path, data: bytes, note: Path) -> bool:
        """Write a file; False if it is not what was written here before."""
        self._make(path.parent)
        current = b""
        with contextlib.suppress(FileNotFoundError):
            inside = os.path.realpath(self._root)
            current = safe_read.read(str(path), inside=inside, limit=_MAX_LOG_BYTES)
        if current not in (b"", data) and not _is_ours(current, note):
            return False
        if not note.exists():
            permissions.touch(note)
        point(VIEW_POINT)
        if current != data:
            atomic.replace(path, data, mode=atomic.USUAL_MODE, durable=False)
        return True

    def has(self, incident: str) -> bool:
        """Say whether the view shows an incident."""
        # False if this account may not look there: another account made the folder.
        return os.path.exists(self._root / log_path(incident))  # noqa: PTH110 (as above)

    def _folders(self, path: Path) -> list[Path]:
        folders = []
        while path.parent != self._root:
            path = path.parent
            folders.append(path)
        return folders

    def _make(self, folder: Path) -> None:
        """Make a folder that git ignores; leave an existing folder to the user."""
        missing = [each for each in (folder, *self._folders(folder)) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        inside = os.path.realpath(self._root)
        if not any(_ignores(each, inside) for each in (folder, *self._folders(folder))):
            ignore = (missing[-1] if missing else folder) / ".gitignore"
            # An existing file is the user's; if it is a link, it may lead anywhere.
            with contextlib.suppress(FileExistsError), ignore.open("xb") as file:
                file.write(_IGNORE)


def _ignores(folder: Path, inside: str) -> bool:
    with contextlib.suppress(OSError):
        file = str(folder / ".gitignore")
        return safe_read.read(file, inside=inside, limit=len(_IGNORE)) == _IGNORE
    return False


def _sealed(text: bytes) -> bytes:
    """Return a text with its digest, which tells whether somebody has changed it.

    The digest is in the file itself: a copy of a repository in use, or a new clone, may have the
    file as it is now and the notes of another time.
    """
    return text + _SEAL + _digest(text)[:16].encode() + b" -->\n"


def _is_ours(data: bytes, note: Path) -> bool:
    """Say whether nobody has changed a file since it was written here."""
    text, seal, _ = data.rpartition(_SEAL)
    if seal and data == _sealed(text):
        return True
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return _digest(data) in note.read_text().split()  # as earlier versions noted it
    return False


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
