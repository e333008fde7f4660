"""How the last exchange with a remote ended, kept as one line of JSON."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from incidentctl.git import atomic

_FILE = "exchange.json"
#: The state of an exchange that met a bug of this program.
FAILED = "failed"
#: How many different notes are kept until somebody reads them.
_NOTES = 10


class Exchanged(NamedTuple):
    """How an exchange ended: `state` is failed, or one of the states in record/sync/answer.py."""

    state: str
    reason: str | None
    sent: int
    """How many events were sent."""
    received: frozenset[str]
    """The incidents with received or redacted events."""
    events: int
    """How many events were received."""
    notes: tuple[str, ...]


def together(done: Sequence[Exchanged], notes: Iterable[str]) -> Exchanged:
    """Return how exchanges with several remotes ended: the state is that of the first failure."""
    first = next((each for each in done if each.state != "ok"), done[0])
    every = (*notes, *(note for each in done for note in each.notes))
    return first._replace(
        sent=sum(each.sent for each in done),
        received=frozenset().union(*(each.received for each in done)),
        events=sum(each.events for each in done),
        notes=tuple(dict.fromkeys(every)),  # both remotes may have been purged
    )


class Status(NamedTuple):
    """When the last exchange ended, in which state, and why; `well` is when one last succeeded."""

    at: datetime
    state: str
    reason: str | None
    well: datetime | None
    notes: tuple[str, ...] = ()
    """What exchanges left out: background exchanges keep these notes until a command shows them."""
    was_read: bool = False
    """Whether any exchange has read what the remote has, even if that was nothing."""


def read(folder: Path) -> Status | None:
    """Return the status; None if there was no exchange yet, or the file is damaged."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        entry = json.loads((folder / _FILE).read_bytes())
        well = datetime.fromisoformat(entry["well"]) if entry["well"] else None
        at, notes = datetime.fromisoformat(entry["at"]), tuple(entry.get("notes", ()))
        was_read = bool(entry.get("was_read", well))
        return Status(at, entry["state"], entry["reason"], well, notes, was_read)
    return None


def keep(
    folder: Path,
    now: datetime,
    state: str,
    reason: str | None,
    *,
    notes: Iterable[str] = (),
    was_read: bool = False,
) -> Status:
    """Keep how an exchange ended, with the notes that nobody has read yet; return it.

    `was_read` says whether it has read what the remote has.
    """
    before = read(folder)
    well = now if state == "ok" else before and before.well
    known = dict.fromkeys((*(before.notes if before else ()), *notes))
    was_read = was_read or bool(before and before.was_read)
    status = Status(now, state, reason, well, tuple(known)[:_NOTES], was_read)
    write(folder, status)
    return status


def write(folder: Path, status: Status) -> None:
    """Keep the status, whole or not at all; ignore a file that cannot be written."""
    entry = status._asdict() | {
        "at": status.at.isoformat(),
        "well": status.well and status.well.isoformat(),
    }
    with contextlib.suppress(OSError):
        atomic.replace(folder / _FILE, json.dumps(entry).encode(), durable=False)
