"""The signs of life of the receiver of a clone, for others who work in it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.times import iso, rough_duration
from incidentctl.errors import EnvironmentFailedError

STATE = "receiver.json"
#: A receiver that runs says so every few seconds; after so long without one nobody relies on it.
SILENT, _FORGOTTEN = timedelta(minutes=1), timedelta(days=7)


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
    missed: tuple[str, ...] = ()
    """The heartbeats that have not come for as long as their rules say."""

    def is_running(self, now: datetime) -> bool:
        """Say whether it runs, as far as it said so itself."""
        return not self.stopped and now - self.at <= SILENT


def signs_of_life(workspace: Workspace) -> Signs | None:
    """Return the last signs of life of the receiver of this clone; None if it never had one."""
    try:
        return read(folder_of(workspace))
    except EnvironmentFailedError:
        return None


def problems_of(signs: Signs, now: datetime) -> list[str]:
    """Return what is wrong with the receiver of this clone; of one given up long ago nothing."""
    ago = now - signs.at
    if ago > _FORGOTTEN:
        return []
    if not signs.is_running(now):
        how = "was stopped" if signs.stopped else "has fallen silent"
        since = f"{how} {rough_duration(ago)} ago"
        return [f"no alerts come in: the receiver of this clone {since}: see `incidentctl serve`"]
    late = [f"no heartbeat of {_since(signs, name, now)}" for name in signs.missed]
    return [f"the receiver of alerts: {problem}" for problem in (*signs.problems, *late)]


def _since(signs: Signs, name: str, now: datetime) -> str:
    heard = signs.heartbeats.get(name)
    return f"{name} for {rough_duration(now - heard)}" if heard else f"{name} since it started"


def as_json(signs: Signs, now: datetime) -> dict[str, Any]:
    """Return the signs of life as plain values."""
    return {
        "at": iso(signs.at),
        "runs": signs.is_running(now),
        "sources": {name: iso(at) for name, at in signs.sources.items()},
        "heartbeats": {name: iso(at) for name, at in signs.heartbeats.items()},
        "problems": list(signs.problems),
        "missed": list(signs.missed),
    }


def read(folder: Path) -> Signs | None:
    """Return what a folder has of signs of life; None for nothing."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        entry = json.loads((folder / STATE).read_bytes())
        return Signs(
            datetime.fromisoformat(entry["at"]),
            int(entry["pid"]),
            str(entry["listens"]),
            _moments(entry["sources"]),
            _moments(entry["heartbeats"]),
            tuple(map(str, entry["problems"])),
            bool(entry["stopped"]),
            tuple(map(str, entry.get("missed", ()))),
        )
    return None


def _moments(entry: Mapping[str, Any]) -> dict[str, datetime]:
    return {str(name): datetime.fromisoformat(at) for name, at in entry.items()}


def folder_of(workspace: Workspace) -> Path:
    """Return the folder of the record's own files; EnvironmentFailedError outside of git."""
    place = workspace.repository()
    if place is None:
        raise EnvironmentFailedError(
            f"{workspace.root} is not a git repository, so there is no record to receive into.",
            hint="Run `git init` there.",
        )
    return place.common_dir / "incidentctl"
