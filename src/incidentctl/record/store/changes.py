"""Compare two commits of the record along its layout, folder by folder, by the ids of objects.

Only where ids differ and names fit the layout is a folder read: a branch may hold folders in
folders that no memory could list. Whatever else stands in a folder is one path, and never entered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from incidentctl.domain.incident.ids import incident_folder, is_incident_id
from incidentctl.errors import EnvironmentFailedError
from incidentctl.git.objects import Found, Objects, raw_entries
from incidentctl.git.presence import DamagedError
from incidentctl.git.run import Git
from incidentctl.record.store import paths

#: In so many files and folders may two commits differ.
MAX_CHANGES = 1_000_000
#: So many lines of folders are looked at for that.
_MAX_LINES = 4_000_000
_WHAT = "files that are not here"
_YEAR, _MONTH = re.compile(r"[0-9]{4}\Z"), re.compile(r"[0-9]{2}\Z")
_Line = tuple[bytes, bytes, bytes]


class TooManyError(EnvironmentFailedError):
    """A commit holds more than this program takes in, and nothing of it is."""

    def __init__(self, number: int, what: str) -> None:
        """Say how many of what there are at least, and what to do."""
        super().__init__(
            f"the branch holds more than {number:,} {what}: none of it is taken in; see who pushed "
            "that, and set the branch back on the remote"
        )


class Place(Enum):
    """What a path is by its name: a folder of the layout, one of its files, or none of both."""

    TOP = auto()
    YEARS = auto()
    MONTHS = auto()
    INCIDENTS = auto()
    INCIDENT = auto()
    EVENTS = auto()
    MARKERS = auto()
    EVENT = auto()
    LOG = auto()
    MARKER = auto()
    OTHER = auto()


_FILES = frozenset({Place.EVENT, Place.LOG, Place.MARKER})


class Change(NamedTuple):
    """A file that two commits hold differently, by its id in each; None where one has it not.

    It is OTHER where the name is none of the record's, or holds no file where it is a file's.
    """

    place: Place
    path: str
    incident: str
    ours: str | None
    theirs: str | None


class _Folder(NamedTuple):
    """A folder that two commits hold differently; None where one has no such folder."""

    place: Place
    path: str
    incident: str
    ours: str | None
    theirs: str | None


def changes(objects: Objects, ours: str | None, theirs: str) -> Iterator[Change]:
    """Return what two commits hold differently; without ours only what is in the layout's folders.

    TooManyError where there is no end of it; EnvironmentFailedError where an object is missing.
    """
    folders = [_Folder(Place.TOP, "", "", ours and f"{ours}:", f"{theirs}:")]
    found = lines = 0
    while folders:
        below: list[_Folder] = []
        trees = objects.many(oid for folder in folders for oid in folder[3:] if oid)
        for folder in folders:
            mine = _lines(next(trees)) if folder.ours else []
            others = _lines(next(trees)) if folder.theirs else []
            if mine is None:
                raise TooManyError(MAX_CHANGES, _WHAT)
            if others is None:
                yield Change(Place.OTHER, folder.path.rstrip("/"), "", None, folder.theirs)
                continue
            lines += len(mine) + len(others)
            for each in _differences(folder, mine, others):
                found += 1
                if found > MAX_CHANGES or lines > _MAX_LINES:
                    raise TooManyError(MAX_CHANGES, _WHAT)
                if isinstance(each, _Folder):
                    below.append(each)
                elif ours or folder.place is not Place.TOP:
                    yield each
        folders = below


def count_events(git: Git, commit: str) -> int:
    """Count the events that a commit holds, by their names."""
    with Objects(git) as objects:
        return sum(each.place is Place.EVENT for each in changes(objects, None, commit))


def _lines(tree: Found | None) -> list[_Line] | None:
    """Return the lines of a folder; None when it is none, or too large to be one of the record."""
    if tree is None:
        raise DamagedError("folders of it are not in this clone")
    return None if tree.type != "tree" or tree.data is None else raw_entries(tree)


def _differences(
    folder: _Folder, mine: list[_Line], others: list[_Line]
) -> Iterator[_Folder | Change]:
    same = set(mine).intersection(others)
    before = {line[1]: line for line in mine if line not in same}
    after = {line[1]: line for line in others if line not in same}
    for raw in before | after:
        name = raw.decode(errors="surrogateescape")
        path = f"{folder.path}{name}"
        place = _place(folder, name, path)
        mode = b"100644" if place in _FILES else b"40000"
        ids, odd = [], []
        for line in (before.get(raw), after.get(raw)):
            fits = line is not None and line[0] == mode and place is not Place.OTHER
            ids.append(line[2].hex() if line and fits else None)
            odd.append(line[2].hex() if line and not fits else None)
        if any(odd):
            yield Change(Place.OTHER, path, "", *odd)
        if any(ids):
            incident = name if place is Place.INCIDENT else folder.incident
            if place in _FILES:
                yield Change(place, path, incident, *ids)
            else:
                yield _Folder(place, f"{path}/", incident, *ids)


def _place(folder: _Folder, name: str, path: str) -> Place:
    match folder.place:
        case Place.TOP:
            return {"incidents": Place.YEARS, paths.PURGED: Place.MARKERS}.get(name, Place.OTHER)
        case Place.YEARS:
            return Place.MONTHS if _YEAR.match(name) else Place.OTHER
        case Place.MONTHS:
            return Place.INCIDENTS if _MONTH.match(name) else Place.OTHER
        case Place.INCIDENTS:
            fits = is_incident_id(name) and incident_folder(name) == path
            return Place.INCIDENT if fits else Place.OTHER
        case Place.INCIDENT:
            return {"events": Place.EVENTS, "log.md": Place.LOG}.get(name, Place.OTHER)
        case Place.EVENTS:
            return Place.EVENT if paths.split_name(name) else Place.OTHER
        case _:
            return Place.MARKER if paths.is_marker(path) else Place.OTHER
