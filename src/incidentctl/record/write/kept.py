"""Committed actions that are kept until a later check proves that git still has them.

A prune that began before a commit deletes the objects of that commit, even if a ref names it:
`git gc --prune=now` did so with everything that was logged while it ran. So a file of the outbox
is not deleted as soon as git says it is committed. It stays in `kept/` for longer than a prune
takes, and until the log ref then still holds the events and their objects are there.
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
#: Actions are checked this long after their commit, in seconds; no prune takes longer.
AGE = 3600.0
_STAMP = "kept-looked"
#: More files than this, as after a storm of alerts, are looked through once in `AGE` only.
_MANY = 500
#: After this many seconds git assumes that the gc named in `gc.pid` was killed (builtin/gc.c).
_GC = 12 * 3600.0
#: How many paths are passed to one git.
_BATCH_SIZE = 500


def keep(path: Path, state: Path) -> None:
    """Move a file to `kept/`: its events are committed, or seen on the remote.

    It is as old there as its commit, however long it waited before.
    """
    with contextlib.suppress(PermissionError):
        os.utime(path)
    outbox.move(path, state / FOLDER)


def spools(state: Path) -> tuple[Path, Path]:
    """Return the folders of committed actions that may have to be committed again."""
    return (state / "sent", state / FOLDER)


def to_outbox(state: Path, box: Path) -> None:
    """Move everything that git may have lost back to the outbox; nothing is committed twice."""
    for path in outbox.paths(spools(state)):
        with contextlib.suppress(FileNotFoundError):
            outbox.move(path, box)


def is_due(state: Path) -> bool:
    """Say whether it is time for a check; this usually costs a single stat."""
    now = time.time()
    limit = now - AGE
    with contextlib.suppress(OSError):
        if (state / _STAMP).stat().st_mtime > limit:
            return False
    with contextlib.suppress(OSError):
        if any(state.glob("damaged-log-ref-*")):
            return True
    with contextlib.suppress(OSError), os.scandir(state / FOLDER) as entries:
        times = [entry.stat().st_mtime for entry in entries]
        oldest = min(times, default=limit)
        if oldest < limit:
            return True
        if times:  # nothing is due before the oldest
            permissions.touch(state / _STAMP)
            if len(times) <= _MANY:
                os.utime(state / _STAMP, (min(oldest, now),) * 2)
    return False


def gc_runs(git: Git) -> bool:
    """Say whether a `git gc` is running: it may still delete what was committed meanwhile."""
    with contextlib.suppress(OSError):
        return time.time() - (git.git_dir / "gc.pid").stat().st_mtime < _GC
    return False


def look(git: Git, state: Path, log_tip: str) -> bool:
    """Drop the actions that the log ref still holds whole; False if one of them is missing.

    Only for the holder of the clone's lock.
    """
    if gc_runs(git):
        return True
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
    """Return the paths where the log ref has a blob that is in this clone."""
    wanted = [path for action in actions for path in outbox.event_paths(action)]
    oids = {line.path: line.oid for line in tree.lines(git, log_tip, wanted)}
    found = presence.kinds(git, oids.values())
    return {path for path, oid in oids.items() if found[oid] == "blob"}


def blank(state: Path, incident: str, stored: Mapping[str, Stored]) -> None:
    """Blank redacted texts in the files that wait for a check or for the remote.

    `stored` are the events of the incident. Without this a repair would bring the text back.
    """
    for folder in spools(state):  # in the order in which an exchange moves a file meanwhile
        files = [path for path in outbox.paths((folder,)) if outbox.incident_of(path) == incident]
        for action in _read(files) if files else ():
            mine = {name: check(name, data) for name, data in action.entries.items()}
            forms = redacted({**stored, **mine})
            if forms.keys() & mine.keys():
                outbox.rewrite(action, {name: form.data for name, form in forms.items()})


def _read(files: Sequence[Path]) -> list[Pending]:
    found = []
    for path in files:
        with contextlib.suppress(EventError):  # a damaged file stays, and `doctor` reports it
            action = outbox.read(path)
            found += [action] if action else []
    return found
