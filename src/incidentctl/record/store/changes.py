"""Compare two commits of the record along its layout, folder by folder, by the ids of objects.

A folder is read only if its ids differ and its name fits the layout: a hostile branch may nest
folders that no memory could list. Everything else in a folder is one path and is never entered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from incidentctl.domain.incident.ids import is_record_id, record_folder
from incidentctl.errors import EnvironmentFailedError
from incidentctl.git.objects import Found, Objects, raw_entries
from incidentctl.git.presence import DamagedError
from incidentctl.git.run import Git
from incidentctl.record.store import paths

#: The most files and folders in which two commits may differ.
MAX_CHANGES = 1_000_000
#: The most folder lines that a comparison reads.
_MAX_LINES = 4_000_000
_WHAT = "files that are not here"
_YEAR, _MONTH = re.compile(r"[0-9]{4}\Z"), re.compile(r"[0-9]{2}\Z")
_Line = tuple[bytes, bytes, bytes]


class TooManyError(EnvironmentFailedError):
    """A commit holds more than this program takes in; nothing of it is taken in."""

    def __init__(self, number: int, what: str) -> None:
        """Say how many there are at least, of `what`, and what to do."""
        super().__init__(
            f"the branch holds more than {number:,} {what}: none of it was taken in; find out who "
            "pushed that, and reset the branch on the remote"
        )


class Place(Enum):
    """What a path is by its name: a folder of the layout, one of its files, or something else."""

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
    """A file that two commits hold differently, by its id in each; None for a commit without it.

    It is OTHER if the record has no such name, or if something else than a file has a file's name.
    """

    place: Place
    path: str
    incident: str
    ours: str | None
    theirs: str | None


class _Folder(NamedTuple):
    """A folder that two commits hold differently; None for a commit without such a folder."""

    place: Place
    path: str
    incident: str
    ours: str | None
    theirs: str | None


def changes(objects: Objects, ours: str | None, theirs: str) -> Iterator[Change]:
    """Return what two commits hold differently; without ours, only files in the layout's folders.

    TooManyError if there are too many changes; EnvironmentFailedError if an object is missing.
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
    """Count the events in a commit, by their names."""
    with Objects(git) as objects:
        return sum(each.place is Place.EVENT for each in changes(objects, None, commit))


def _lines(tree: Found | None) -> list[_Line] | None:
    """Return the lines of a folder; None if it is no folder, or too large for the record."""
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
            top = dict.fromkeys(paths.SHELVES, Place.YEARS) | {paths.PURGED: Place.MARKERS}
            return top.get(name, Place.OTHER)
        case Place.YEARS:
            return Place.MONTHS if _YEAR.match(name) else Place.OTHER
        case Place.MONTHS:
            return Place.INCIDENTS if _MONTH.match(name) else Place.OTHER
        case Place.INCIDENTS:
            fits = is_record_id(name) and record_folder(name) == path
            return Place.INCIDENT if fits else Place.OTHER
        case Place.INCIDENT:
            if name == "log.md" and path.startswith(f"{paths.INCIDENTS}/"):
                return Place.LOG
            return Place.EVENTS if name == "events" else Place.OTHER
        case Place.EVENTS:
            return Place.EVENT if paths.split_name(name) else Place.OTHER
        case _:
            return Place.MARKER if paths.is_marker(path) else Place.OTHER
