"""One receiver a clone: its lock, and the signs of life that others in this clone read."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.times import iso
from incidentctl.errors import EnvironmentFailedError, RefusedError
from incidentctl.git import atomic, permissions
from incidentctl.record import health
from incidentctl.record.write.lock import Lock

_LOCK, _STATE = "receiver.lock", "receiver.json"


class Signs(NamedTuple):
    """The last signs of life of the receiver of this clone, and of each source."""

    at: datetime
    """When the receiver last said that it runs."""
    pid: int
    listens: str
    sources: dict[str, datetime]
    """When each source last delivered."""
    heartbeats: dict[str, datetime]
    """When each heartbeat was last heard, by the name of its rule."""
    problems: tuple[str, ...]
    """What it lacks, in sentences."""
    stopped: bool = False
    """Whether it was stopped, and did not just fall silent."""


class Station:
    """The lock and the state file of the receiver of one clone."""

    def __init__(self, workspace: Workspace) -> None:
        """Take the workspace of the team's repository."""
        self._folder = _folder(workspace)
        self._lock = Lock(self._folder / _LOCK)

    def take(self) -> None:
        """Become the receiver of this clone; RefusedError, with who it is, if there is one."""
        try:
            permissions.make_folder(self._folder)
            taken = self._lock.take()
        except OSError as error:
            where = error.filename or self._folder
            raise EnvironmentFailedError(f"{where} cannot be written: {error.strerror}.") from None
        if taken:
            return
        found, holder = _read(self._folder), health.holder(self._folder / _LOCK)
        pid = holder.pid if holder else found.pid if found else None
        process = f"process {pid}" if pid else "another process"
        listens = f", which listens on {found.listens}" if found and found.pid == pid else ""
        raise RefusedError(
            f"This clone has a receiver already: {process}{listens}.",
            hint="Stop it first, or serve from a clone of your own.",
        )

    def say(self, signs: Signs) -> None:
        """Leave signs of life for others; what cannot be written is left out."""
        entry = signs._asdict() | {
            "at": iso(signs.at),
            "sources": {name: iso(at) for name, at in signs.sources.items()},
            "heartbeats": {name: iso(at) for name, at in signs.heartbeats.items()},
        }
        with contextlib.suppress(OSError):
            atomic.replace(self._folder / _STATE, json.dumps(entry).encode(), durable=False)

    def leave(self) -> None:
        """Let another process be the receiver."""
        self._lock.release()


def signs_of_life(workspace: Workspace) -> Signs | None:
    """Return the last signs of life of the receiver of this clone; None if it never had one."""
    try:
        return _read(_folder(workspace))
    except EnvironmentFailedError:
        return None


def _folder(workspace: Workspace) -> Path:
    place = workspace.repository()
    if place is None:
        raise EnvironmentFailedError(
            f"{workspace.root} is not a git repository, so there is no record to receive into.",
            hint="Run `git init` there.",
        )
    return place.common_dir / "incidentctl"


def _read(folder: Path) -> Signs | None:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        entry = json.loads((folder / _STATE).read_bytes())
        return Signs(
            datetime.fromisoformat(entry["at"]),
            int(entry["pid"]),
            str(entry["listens"]),
            _moments(entry["sources"]),
            _moments(entry["heartbeats"]),
            tuple(map(str, entry["problems"])),
            bool(entry["stopped"]),
        )
    return None


def _moments(entry: Mapping[str, Any]) -> dict[str, datetime]:
    return {str(name): datetime.fromisoformat(at) for name, at in entry.items()}
