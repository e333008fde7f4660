"""The layout of the record's branch: which paths are events, and whose."""

from __future__ import annotations

import re
from typing import NamedTuple

from incidentctl.domain.incident.events import Event, is_id, is_kind
from incidentctl.domain.incident.ids import is_record_id, record_folder

#: The folder of the markers that purges leave.
PURGED = "purged"
#: The folders at the top of the branch that hold events: those of incidents, and of alert groups.
INCIDENTS, ALERTS = "incidents", "alerts"
SHELVES = (INCIDENTS, ALERTS)
_EVENT = re.compile(r"((?:incidents|alerts)/\d{4}/\d{2}/([a-z0-9-]+))/events/([^/]+)\Z")


class EventPath(NamedTuple):
    """The path of an event: its incident or group, and the file name in the folder `events`."""

    incident: str
    name: str


def event_name(event: Event) -> str:
    """Return the file name of an event: `<id>-<kind>.json`."""
    return f"{event.id}-{event.kind}.json"


def split_name(name: str) -> tuple[str, str] | None:
    """Return the id and the kind in a file name; None if it is not the name of an event."""
    ident, dash, kind = name[:26], name[26:27], name[27:]
    if dash == "-" and kind.endswith(".json") and is_id(ident) and is_kind(kind[:-5]):
        return ident, kind[:-5]
    return None


def event_path(incident: str, name: str) -> str:
    """Return the path of an event on the branch."""
    return f"{record_folder(incident)}/events/{name}"


def parse(path: str) -> EventPath | None:
    """Read a path of the branch; None if it is not an event's."""
    match = _EVENT.match(path)
    if not match or not is_record_id(match[2]) or record_folder(match[2]) != match[1]:
        return None
    return EventPath(match[2], match[3]) if split_name(match[3]) else None


def log_path(incident: str) -> str:
    """Return the path of an incident's log.md on the branch."""
    return f"{record_folder(incident)}/log.md"


def marker_path(ident: str) -> str:
    """Return the path of the marker of a purge; `ident` is a ULID."""
    return f"{PURGED}/{ident}.json"


def is_marker(path: str) -> bool:
    """Say whether a path of the branch is a purge's marker."""
    folder, _, name = path.partition("/")
    return folder == PURGED and name.endswith(".json") and is_id(name.removesuffix(".json"))
