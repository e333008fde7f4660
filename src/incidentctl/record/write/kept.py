"""What is committed, and kept until a later look proves that git still has it.

A prune that began before a commit deletes the objects of that commit, with or without a ref on it:
`git gc --prune=now` did so with all that was logged while it ran. So a file of the outbox is not
deleted on the word of the git that wrote it. It stays in `kept/` for longer than a prune takes, and
until the truth then still holds the events and their objects are there.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from incidentctl.domain.incident.event_json import EventError
from incidentctl.git import permissions, presence, tree
from incidentctl.git.run import Git
from incidentctl.record.store.stored_event import Stored, check, redacted
from incidentctl.record.write import outbox
from incidentctl.record.write.outbox import Pending

FOLDER = "kept"
#: What was committed so long ago, in seconds, is looked at; no prune takes as long.
AGE = 3600.0
_STAMP = "kept-looked"
#: Git takes its own `gc.pid` for one of a gc that was killed after so many seconds (builtin/gc.c).
_GC = 12 * 3600.0
#: So many paths are asked of one git.
_BATCH_SIZE = 500


def keep(path: Path, state: Path) -> None:
    """Move a file whose events are committed, or seen on the remote, to those that are kept."""
    with contextlib.suppress(PermissionError):  # of another account: the copy is a new file
        os.utime(path)  # before it is there: a look must not find it old
    outbox.move(path, state / FOLDER)


def spools(state: Path) -> tuple[Path, Path]:
    """Return the folders of what was committed and may have to be committed again."""
    return (state / "sent", state / FOLDER)


def to_outbox(state: Path, box: Path) -> None:
    """Let all that git may have lost be committed again; what it has is not committed twice."""
    for path in outbox.paths(spools(state)):
        with contextlib.suppress(FileNotFoundError):
            outbox.move(path, box)


def is_due(state: Path) -> bool:
    """Say whether it is time for a look; a stat where it is not."""
    limit = time.time() - AGE
    with contextlib.suppress(OSError):
        if (state / _STAMP).stat().st_mtime > limit:
            return False
    with contextlib.suppress(OSError):
        if any(state.glob("damaged-log-ref-*")):
            return True
    with contextlib.suppress(OSError), os.scandir(state / FOLDER) as entries:
        return any(entry.stat().st_mtime < limit for entry in entries)
    return False


def look(git: Git, state: Path, log_tip: str) -> bool:
    """Drop what the truth holds whole; False where something of it is missing.

    Only for the holder of the clone's lock.
    """
    with contextlib.suppress(OSError):
        if time.time() - (git.git_dir / "gc.pid").stat().st_mtime < _GC:
            return True  # one is under way
    limit, whole = time.time() - AGE, True
    old = [path for path in outbox.paths((state / FOLDER,)) if path.stat().st_mtime < limit]
    for start in range(0, len(old), _BATCH_SIZE):
        actions = list(_read(old[start : start + _BATCH_SIZE]))
        held = _held(git, log_tip, actions)
        for action in actions:
            if held.issuperset(outbox.event_paths(action)):
                action.path.unlink(missing_ok=True)
            else:
                whole = False
    permissions.touch(state / _STAMP)
    return whole


def _held(git: Git, log_tip: str, actions: Sequence[Pending]) -> set[str]:
    """Return the paths at which the truth has a blob that is in this clone."""
    wanted = [path for action in actions for path in outbox.event_paths(action)]
    oids = {line.path: line.oid for line in tree.lines(git, log_tip, wanted)}
    found = presence.kinds(git, oids.values())
    return {path for path, oid in oids.items() if found[oid] == "blob"}


def blank(state: Path, incident: str, stored: Mapping[str, Stored]) -> None:
    """Take the text of what is redacted out of the files that wait for a look or for the remote.

    `stored` are the events of the incident; else a repair would bring the text back.
    """
    files = [path for path in outbox.paths(spools(state)) if outbox.incident_of(path) == incident]
    for action in _read(files) if files else ():
        mine = {name: check(name, data) for name, data in action.entries.items()}
        forms = redacted({**stored, **mine})
        if forms.keys() & mine.keys():
            outbox.rewrite(action, {name: form.data for name, form in forms.items()})


def _read(files: Sequence[Path]) -> list[Pending]:
    found = []
    for path in files:
        with contextlib.suppress(EventError):  # a damaged one stays, for `doctor` to tell
            action = outbox.read(path)
            found += [action] if action else []
    return found
