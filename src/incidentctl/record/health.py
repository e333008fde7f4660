"""Facts about git and the record's files, for `doctor`. Nothing here changes anything."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from incidentctl.domain.common.times import moment_of
from incidentctl.domain.incident.event_json import EventError
from incidentctl.domain.incident.events import is_id
from incidentctl.domain.incident.ids import is_record_id
from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import refs, tree
from incidentctl.git.objects import Found, Objects, entries, raw_entries
from incidentctl.git.run import Git
from incidentctl.record.store import last_tips, paths
from incidentctl.record.store.ref_names import LOG_REF, RESTRICTED_REF
from incidentctl.record.write import outbox

#: The time limit for each call of git, in seconds.
_LIMIT = 5.0
#: A lock file older than this, in seconds, was left behind by a git that is no longer running.
_OLD = 60.0


class Holder(NamedTuple):
    """A process that holds a lock, and for how many seconds it has been running."""

    pid: int
    age: float


def git_version(given: Mapping[str, str]) -> str | None:
    """Return what `git --version` prints; None when git cannot be started."""
    with contextlib.suppress(EnvironmentFailedError):
        return Git(Path("/"), given).run("--version", timeout=_LIMIT).out.decode().strip()
    return None


def is_reftable(common: Path) -> bool:
    """Say whether a repository keeps its refs in a reftable."""
    return (common / "reftable").is_dir()


def is_writable(folder: Path) -> bool:
    """Say whether this account may write into a folder, and its disk is not read-only."""
    return os.access(folder, os.W_OK)


def damaged(folders: Iterable[Path]) -> list[Path]:
    """Return the damaged files of some outboxes, among those that this account may read."""
    found = []
    for path in outbox.paths(folders):
        if not os.access(path, os.R_OK):
            continue  # see `outbox.unreadable`
        try:
            outbox.read(path)
        except EventError:
            found.append(path)
    return found


def torn_refs(folder: Path) -> list[Path]:
    """Return the files in a part's folder that keep the content of damaged refs."""
    return sorted(folder.glob("damaged-log-ref-*"))


def names_no_commit(git: Git, ref: str) -> bool:
    """Say whether a ref of the record exists but names no commit of this clone."""
    return (git.git_dir / ref).is_file() and not refs.is_there(git, refs.read(git, ref))


def was_deleted(git: Git, folder: Path, ref: str) -> bool:
    """Say whether a ref of the record is gone that this clone has noted in a part's folder."""
    noted = last_tips.read(folder)  # before the ref: the first event may be committed just now
    return bool(noted) and refs.read(git, ref) is None


def foreign_files(git: Git, commit: str) -> list[str]:
    """Return the names at the top of a commit's tree that are not the record's own folders."""
    return [name for name in tree.names(git, commit) if name not in (*paths.SHELVES, paths.PURGED)]


def newest_event(git: Git, commit: str | None, folders: Iterable[str]) -> str | None:
    """Return the newest event's id in some folders of a commit; None if they hold no event.

    Each folder is a month's or an incident's. A tree that occurs under many names is read once;
    folders outside the layout are not entered.
    """
    if commit is None:
        return None
    newest = None
    with Objects(git) as objects:
        found = list(objects.many(f"{commit}:{folder}" for folder in sorted(set(folders))))
        found += objects.many(_below(found, is_record_id))
        for tree in objects.many(_below(found, "events".__eq__)):
            for _, raw, _ in raw_entries(tree):
                name = raw.decode(errors="replace")
                if paths.split_name(name):
                    newest = max(newest or "", name[:26])
    return newest


def _below(trees: Iterable[Found | None], fits: Callable[[str], bool]) -> list[str]:
    """Return the ids of the subfolders whose names fit, each once."""
    lines = (line for tree in trees for line in entries(tree))
    return list(dict.fromkeys(oid for mode, name, oid in lines if mode == b"40000" and fits(name)))


def newest_waiting(folders: Iterable[Path]) -> str | None:
    """Return the newest id among the file names of some outboxes."""
    names = [path.name[:26] for path in outbox.paths(folders)]
    return max(filter(is_id, names), default=None)


def commit_date(git: Git, commit: str) -> datetime | None:
    """Return when a commit was made, by its committer's clock."""
    done = git.run("log", "-1", "--format=%ct", commit, "--", timeout=_LIMIT)
    with contextlib.suppress(ValueError):
        return moment_of(int(done.out))
    return None


def old_ref_locks(common: Path, branch: str) -> list[tuple[Path, float]]:
    """Return stale lock files on the record's refs, each with its age in seconds."""
    found = []
    for name in (LOG_REF, RESTRICTED_REF, f"refs/heads/{branch}"):
        path = common / f"{name}.lock"
        with contextlib.suppress(OSError):
            age = time.time() - path.stat().st_mtime
            if age > _OLD:
                found.append((path, age))
    return found


def holder(lock: Path) -> Holder | None:
    """Return who holds a lock of ours; None if nobody does, or the system cannot say (macOS).

    Trying the lock would get in the way of others. /proc/locks names the process that took it,
    which may have ended while a child still holds it, so look for a process that has it open.
    """
    with contextlib.suppress(OSError):
        inode = str(lock.stat().st_ino)
        fields = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
        takers = [int(f[4]) for f in fields if f[1] == "FLOCK" and f[5].rpartition(":")[2] == inode]
        if takers:
            file = lock.resolve()
            pids = [pid for pid in _pids() if _has_open(pid, file)] or takers
            ages = [(age, pid) for pid in pids if (age := _age(pid)) is not None]
            if ages:
                age, pid = max(ages)
                return Holder(pid, age)
    return None


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdecimal()]  # noqa: PTH208 (names are wanted, and three times as fast)


def _has_open(pid: int, file: Path) -> bool:
    with contextlib.suppress(OSError):
        folder = Path(f"/proc/{pid}/fd")
        return any(str(entry.readlink()) == str(file) for entry in folder.iterdir())
    return False


def _age(pid: int) -> float | None:
    """Return for how many seconds a process has been running (proc(5), field 22 of stat)."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        begun = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
        up = float(Path("/proc/uptime").read_text().split()[0])
        return max(0.0, up - begun / os.sysconf("SC_CLK_TCK"))
    return None
