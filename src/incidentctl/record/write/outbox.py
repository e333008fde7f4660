"""The outbox: acknowledged actions that are not yet committed, one file each.

A file holds JSON lines: a header (author, summary, incident, count), then each event with the
exact bytes that it will have on the branch. It is complete and on disk before its name appears.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from incidentctl.domain.incident.event_json import EventError, encode
from incidentctl.domain.incident.events import Event, is_id
from incidentctl.domain.incident.ids import is_record_id
from incidentctl.git import atomic, permissions
from incidentctl.git.author import Author
from incidentctl.record.store.crash_points import point
from incidentctl.record.store.paths import event_name, event_path
from incidentctl.record.store.stored_event import read_event

_VERSION = 1
#: Temporary files older than this many seconds were left behind by a killed process.
_ABANDONED = 60.0


class Begun:
    """Whether this process began to write an action: only before that nothing is recorded."""

    ever = False
    last: str | None = None
    """The incident that one command wrote of last."""


class Action(NamedTuple):
    """What one command does to one incident: its events are acknowledged together."""

    incident: str
    events: tuple[Event, ...]
    author: Author
    summary: str


class Pending(NamedTuple):
    """An action in the outbox: where its file is, and the bytes of each event by file name."""

    path: Path
    incident: str
    author: Author
    summary: str
    entries: dict[str, bytes]


def write(folder: Path, action: Action) -> Path:
    """Put an action into the outbox; once this returns it is on disk. OSError if it is not.

    EventError if it could not be read back: what can never be committed is not acknowledged.
    """
    path, data = _file(folder, action)
    permissions.make_folder(folder)
    Begun.ever, Begun.last = True, action.incident
    if not atomic.create(path, data, passed=lambda step: point(f"outbox.{step}")):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    point("outbox.acknowledged")
    return path


def write_all(folder: Path, actions: Iterable[Action]) -> list[Path]:
    """Put actions into the outbox as `write` does, all together; if it fails, perhaps some."""
    files = dict(_file(folder, action) for action in actions)
    permissions.make_folder(folder)
    Begun.ever = True
    atomic.create_all(files)
    return list(files)


def _file(folder: Path, action: Action) -> tuple[Path, bytes]:
    if not action.events:
        raise EventError("an action without an event")
    head = {
        "v": _VERSION,
        "incident": action.incident,
        "name": action.author.name,
        "email": action.author.email,
        "summary": action.summary,
        "events": len(action.events),
    }
    data = json.dumps(head, ensure_ascii=True).encode("ascii") + b"\n"
    data += b"".join(encode(event) for event in action.events)
    name = f"{action.events[0].id}~{action.incident}"
    path = folder / name
    _parse(path, name, data)
    return path, data


def paths(folders: Iterable[Path]) -> list[Path]:
    """List the actions in some outboxes, oldest first; a missing folder is an empty one."""
    found = []
    for folder in folders:
        with contextlib.suppress(OSError):
            found += [folder / name for name in os.listdir(folder) if name[0] != "."]  # noqa: PTH208 (names are wanted, and three times as fast)
    return sorted(found, key=lambda path: path.name)


def unreadable(folders: Iterable[Path]) -> list[Path]:
    """Return the outboxes that this account may not read, and such files in the others."""
    found = []
    for folder in folders:
        try:
            names = os.listdir(folder)  # noqa: PTH208 (names are wanted, and three times as fast)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            found.append(folder)
            continue
        base = f"{folder}{os.sep}"  # ten thousand paths would take a tenth of a second
        closed = (name for name in names if name[0] != "." and not os.access(base + name, os.R_OK))
        found += [folder / name for name in closed if not _has_gone(folder / name)]
    return found


def _has_gone(path: Path) -> bool:
    try:
        path.lstat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


def incident_of(path: Path) -> str:
    """Return the incident that a file of the outbox belongs to, by its name."""
    return path.name.partition("~")[2]


def read(path: Path) -> Pending | None:
    """Read an action; None if the file is gone meanwhile. EventError if it is damaged."""
    try:
        data = content(path)
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise EventError(f"{path} cannot be read: {error.strerror}") from None
    except OSError:
        raise EventError(f"{path} is damaged") from None
    return _parse(path, path.name, data)


def event_paths(action: Pending) -> list[str]:
    """Return where the events of an action are on the branch."""
    return [event_path(action.incident, name) for name in action.entries]


def content(path: Path) -> bytes:
    """Return the bytes of a file that another user may have put there; OSError unless regular."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "is not a regular file", str(path))
        return file.read()


def _parse(path: Path, name: str, data: bytes) -> Pending:
    try:
        head, *lines = data.splitlines(keepends=True)
        entry = json.loads(head)
        author = Author(str(entry["name"]), str(entry["email"]))
        incident, summary, count = entry["incident"], str(entry["summary"]), entry["events"]
        fits = is_id(name[:26]) and incident == name[27:] and is_record_id(incident)
        fits = fits and count == len(lines) and entry["v"] == _VERSION
    except (ValueError, KeyError, TypeError):
        raise EventError(f"{path} is damaged") from None
    if not fits:
        raise EventError(f"{path} is damaged, or was written by a newer incidentctl")
    entries = {event_name(read_event(line).event): line for line in lines}
    if len(entries) != len(lines):
        raise EventError(f"{path} holds two events of one name")
    return Pending(path, incident, author, summary, entries)


def move(path: Path, folder: Path) -> None:
    """Move a file to another folder, which may be on another disk, or have other permissions."""
    permissions.make_folder(folder)
    if permissions.of(path) == permissions.of(folder):
        try:
            path.replace(folder / path.name)
        except FileNotFoundError:
            raise
        except OSError:
            pass
        else:
            return
    atomic.replace(folder / path.name, content(path))
    path.unlink()


def rewrite(action: Pending, forms: Mapping[str, bytes]) -> None:
    """Replace the bytes of some events, by file name, in the file of an action; keep its age."""
    with contextlib.suppress(FileNotFoundError):
        before, data = action.path.stat(), action.path.read_bytes().partition(b"\n")[0] + b"\n"
        data += b"".join(forms.get(name, line) for name, line in action.entries.items())
        atomic.replace(action.path, data)
        os.utime(action.path, ns=(before.st_atime_ns, before.st_mtime_ns))


def sweep(folders: Iterable[Path]) -> None:
    """Remove old temporary files that a killed process left behind."""
    for folder in folders:
        with contextlib.suppress(OSError):
            for name in os.listdir(folder):  # noqa: PTH208 (names are wanted, and three times as fast)
                if name[0] == "." and time.time() - (folder / name).stat().st_mtime > _ABANDONED:
                    (folder / name).unlink()
