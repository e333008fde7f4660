"""What the record holds of one incident: checked events by file name, and what was refused.

Events come from other clones: a faulty one is counted and reported, and stops nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident.event_json import EventError, decode
from incidentctl.domain.incident.events import Event, Unknown
from incidentctl.domain.incident.facts import LIFECYCLE
from incidentctl.domain.incident.ids import MAX_AHEAD, ulid
from incidentctl.errors import Problem
from incidentctl.git.objects import Found, Objects, TreeEntry, entries
from incidentctl.record.store.paths import event_name
from incidentctl.record.store.stored_event import Stored, check, pick_version, redaction_targets

#: Above this number of events an incident's committed log.md may lag by a minute: committing it
#: with each event would fill the repository with copies.
_LAG_ABOVE = 500
_LAG = timedelta(minutes=1)
TOO_LARGE = "larger than 64 kB"
_FILE = b"100644"


class Folder(NamedTuple):
    """The events of an incident by file name, with the ids of the trees they were read from.

    `faults` counts by reason what was refused, each with the name of one example; 0 if it is
    unknown how many.
    """

    key: str
    stored: dict[str, Stored]
    faults: dict[str, tuple[int, str]]

    def union(self, more: Mapping[str, Stored]) -> Folder:
        """Return the folder with more events; those that it already has stay as they are."""
        return self._replace(stored={**more, **self.stored})

    def events(self) -> list[Event]:
        """Return the events in the order of their ids, each id once."""
        unique = {stored.event.id: stored.event for _, stored in sorted(self.stored.items())[::-1]}
        return [unique[ident] for ident in sorted(unique)]


EMPTY = Folder("", {}, {})


def lifecycle(events: Iterable[Event]) -> list[Event]:
    """Return the events that decide what a list shows of an incident."""
    return [event for event in events if event.kind in LIFECYCLE]


def knows_all(events: Iterable[Event]) -> bool:
    """Say whether this program understands every event."""
    return not any(isinstance(event.fact, Unknown) for event in events)


def _events_tree(objects: Objects, tree: Found) -> list[TreeEntry]:
    for mode, name, oid in entries(tree):
        if name == "events" and mode == b"40000":
            return entries(next(objects.present([oid])))
    return []


def load(objects: Objects, trees: Sequence[Found]) -> Folder:
    """Read an incident from its folders on one or more commits, the log ref's first.

    A version of an event that does not count beside that of the log ref is none of the incident's
    faults: it is on a mirror or a remote of this clone alone, and an exchange tells of it.
    """
    wanted: list[tuple[str, str]] = []
    faults: dict[str, tuple[int, str]] = {}
    for tree in trees:
        for mode, name, oid in _events_tree(objects, tree):
            if mode != _FILE:
                _count(faults, "not a plain file", name)
            else:
                wanted.append((name, oid))
    wanted = list(dict.fromkeys(wanted))
    stored: dict[str, Stored] = {}
    others: list[tuple[str, Stored]] = []
    for (name, _), found in zip(wanted, objects.many(oid for _, oid in wanted), strict=True):
        try:
            if found is None or found.type != "blob":
                raise EventError("missing in this clone")
            if found.data is None:
                raise EventError(TOO_LARGE)
            event = check(name, found.data)
            if name in stored:
                others.append((name, event))
            else:
                stored[name] = event
        except EventError as error:
            _count(faults, str(error), name)
    named = redaction_targets(stored.values()) if others else ()
    for name, event in others:
        first = stored[name]
        stored[name], same = pick_version(first, event, named=named)
        if not same and stored[name] is not first:
            _count(faults, "there twice with different content", name)
    return Folder(",".join(tree.oid for tree in trees), stored, faults)


def _count(faults: dict[str, tuple[int, str]], reason: str, name: str) -> None:
    count, example = faults.get(reason, (0, name))
    faults[reason] = (count + 1, example)


def _left_out(reason: str, count: int, example: str) -> str:
    if not count:  # nobody knows how many
        return f"{example} may be left out: {reason}"
    return f"{_number(count)} of the record left out: {reason}, such as {example}"


def last_id(now: datetime) -> str:
    """Return the greatest id that an event may have unless its author's clock is clearly wrong."""
    return ulid(int((now + MAX_AHEAD).timestamp() * 1000), (1 << 80) - 1)


def problems(path: str, folder: Folder, *, now: datetime) -> list[Problem]:
    """Report what was refused of an incident, and events that claim to come from the future."""
    found = [
        Problem("IC901", "warning", _left_out(reason, count, one_line(example)[:80]), path)
        for reason, (count, example) in sorted(folder.faults.items())
    ]
    doubled = len(folder.stored) - len({stored.event.id for stored in folder.stored.values()})
    if doubled:
        found.append(
            Problem("IC902", "warning", f"{_number(doubled)} left out: its id is taken", path)
        )
    limit = last_id(now)
    ahead = sum(stored.event.id > limit for stored in folder.stored.values())
    if ahead:
        found.append(
            Problem(
                "IC903",
                "warning",
                f"{_number(ahead)} from more than 48 hours ahead: the clock of its author is wrong",
                path,
            )
        )
    return found


def _number(count: int) -> str:
    return "1 event" if count == 1 else f"{count} events"


def may_lag(folder: Folder, fresh: dict[str, Stored]) -> bool:
    """Say whether this commit may leave out the log.md of a long incident.

    It is committed with each event of the lifecycle, and with the first event of each minute.
    """
    if len(folder.stored) <= _LAG_ABOVE or any(s.event.kind in LIFECYCLE for s in fresh.values()):
        return False
    before = [s.event.recorded for name, s in folder.stored.items() if name not in fresh]
    newest = max(s.event.recorded for s in fresh.values())
    last = max(before, default=datetime.min.replace(tzinfo=UTC))
    return int(newest.timestamp()) // _LAG.seconds == int(last.timestamp()) // _LAG.seconds


def pack(folder: Folder) -> bytes:
    """Write a folder for the cache."""
    # By length and not by line: another program's event may have several lines, or no line end.
    parts = [stored.data for _, stored in sorted(folder.stored.items())]
    head = {"faults": folder.faults, "sizes": [len(part) for part in parts]}
    return json.dumps(head).encode() + b"\n" + b"".join(parts)


def unpack(key: str, data: bytes) -> Folder:
    """Read what `pack` wrote."""
    first, _, body = data.partition(b"\n")
    head = json.loads(first)
    faults = {reason: (count, name) for reason, (count, name) in head["faults"].items()}
    return Folder(key, dict(_unpacked(body, head["sizes"])), faults)


def _unpacked(body: bytes, sizes: Iterable[int]) -> Iterator[tuple[str, Stored]]:
    start = 0
    for size in sizes:
        part = body[start : start + size]
        event = decode(part)
        yield event_name(event), Stored(event, part)
        start += size
