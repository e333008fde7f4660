"""Compare two commits of the record: what each has that the other lacks, and stray files."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from incidentctl.domain.incident.event_json import EventError
from incidentctl.domain.incident.ids import record_folder
from incidentctl.git import tree
from incidentctl.git.objects import Objects, raw_entries
from incidentctl.git.run import Git
from incidentctl.record.store import paths, purge_marks
from incidentctl.record.store.changes import Change, Place, changes
from incidentctl.record.store.stored_event import (
    Stored,
    check,
    is_derived,
    pick_version,
    redaction_targets,
)

#: The history of so many files at most is looked at: the branch may be hostile.
_MAX_ASKED = 200
#: The kinds that ask to blank the text of an event.
_NAMING = (b"-redacted.json", b"-amended.json")


class Difference(NamedTuple):
    """How `theirs` differs from `ours`; events by incident and file name."""

    added: dict[str, dict[str, Stored]]
    """Whole events at their own paths that only they have."""
    unread: dict[str, dict[str, str]]
    """The ids of events that only they have, if these are too many to read now."""
    missing: dict[str, set[str]]
    """Names of events that only we have."""
    changed: dict[str, dict[str, Stored]]
    """Events that both have with different bytes, where another version than ours counts."""
    kept: dict[str, set[str]]
    """Names of events that both have with different bytes, where our version counts."""
    disputed: tuple[str, ...]
    """Paths of events that differ by more than a redaction."""
    logs: dict[str, str]
    """The id of their log.md if it differs from ours."""
    markers: dict[str, str]
    """The id of each mark of a purge that only they have, or that names fewer commits than ours."""
    kept_markers: tuple[str, ...]
    """Paths of marks that only we have, or where our version counts."""
    left_out: tuple[str, ...]
    """Paths outside the record's layout, or whose content is no event."""
    strays: tuple[str, ...]
    """Such paths that only ours has: the clone began from a branch that held them."""

    @property
    def follows(self) -> bool:
        """Whether `theirs` could replace ours: it lacks nothing and holds nothing foreign."""
        lacks = self.missing or self.kept or self.kept_markers
        return not (lacks or self.disputed or self.left_out)


def holds_only_the_record(git: Git, commit: str) -> bool:
    """Say whether a commit holds only a record: incidents, alerts, and marks of purges."""
    names, shelves = set(tree.names(git, commit)), set(paths.SHELVES)
    return bool(names & shelves) and names <= shelves | {paths.PURGED}


def compare(git: Git, ours: str | None, theirs: str, *, most: int | None = None) -> Difference:
    """Compare two commits; only whole events at their own paths count as additions.

    Without ours, every event of theirs is one, and everything else in theirs is ignored. If there
    are more than `most` changes, the events that only they have are not read here: they are known
    by their paths, and a later reader checks them. `changes.TooManyError` if there are too many.
    """
    with Objects(git) as objects:
        return _Comparison(git, objects, (ours, theirs)).run(most)


class _Comparison:
    """What is known so far about two commits."""

    def __init__(self, git: Git, objects: Objects, commits: tuple[str | None, str]) -> None:
        self._git = git
        self._asked = 0
        """How often the history of a file was asked for."""
        self._objects = objects
        self._commits = commits
        self._found = Difference({}, {}, {}, {}, {}, (), {}, {}, (), (), ())
        self._left_out: list[str] = []
        self._strays: list[str] = []
        self._gone: list[Change] = []
        self._kept_marks: list[str] = []

    def run(self, most: int | None) -> Difference:
        found = self._found
        both: list[Change] = []
        marked: list[Change] = []
        new: dict[str, dict[str, str]] = {}
        for change in changes(self._objects, *self._commits):
            if change.place is Place.OTHER:
                self._left_out += [change.path] if change.theirs else []
                self._strays += [change.path] if change.ours else []
            elif change.place is Place.MARKER:
                marked.append(change)
            elif change.place is Place.LOG:
                if change.theirs:
                    found.logs[change.incident] = change.theirs
            elif change.theirs is None:
                self._gone.append(change)
            elif change.ours:
                both.append(change)
            else:
                name = change.path.rpartition("/")[2]
                new.setdefault(change.incident, {})[name] = change.theirs
        if most is not None and len(both) + sum(map(len, new.values())) > most:
            found.unread.update(new)
        else:
            self._read_new(new)
        disputed = self._read_both(both)
        self._read_marks(marked)
        if most is None or len(self._gone) <= most:
            self._gone = self._whole(self._gone)
        for change in self._gone:
            name = change.path.rpartition("/")[2]
            found.missing.setdefault(change.incident, set()).add(name)
        return found._replace(
            disputed=tuple(disputed),
            kept_markers=tuple(self._kept_marks),
            left_out=tuple(self._left_out),
            strays=tuple(self._strays),
        )

    def _blobs(self, oids: Iterable[str]) -> Iterator[bytes]:
        """Return the content of some files; empty bytes for what cannot be an event.

        Raises if a file is missing in this clone: that must not read as an invalid event, which
        would be left out.
        """
        for blob in self._objects.present(oids):
            yield (blob.data if blob.type == "blob" else None) or b""

    def _read_new(self, new: dict[str, dict[str, str]]) -> None:
        """Read and check the events that only they have."""
        blobs = self._blobs([oid for names in new.values() for oid in names.values()])
        for incident, names in new.items():
            for name in names:
                try:
                    event = check(name, next(blobs))
                    self._found.added.setdefault(incident, {})[name] = event
                except EventError:
                    self._left_out.append(paths.event_path(incident, name))

    def _read_both(self, both: Sequence[Change]) -> list[str]:
        """Decide between two versions of the same events; return the disputed ones.

        Disputed events differ by more than a redaction.
        """
        disputed = []
        found = self._found
        named = {incident: self._named(incident) for incident in {c.incident for c in both}}
        blobs = self._blobs([oid for change in both for oid in (change.theirs, change.ours) if oid])
        for change in both:
            name, incident = change.path.rpartition("/")[2], change.incident
            others, own = next(blobs), next(blobs)
            try:
                theirs = check(name, others)
            except EventError:
                self._left_out.append(change.path)
                self._gone.append(change)
                continue
            try:
                mine = check(name, own)
            except EventError:
                found.added.setdefault(incident, {})[name] = theirs
                continue
            first, second, is_changed = self._in_order(change, mine, theirs)
            stands, same = pick_version(first, second, named=named[incident])
            same = same and not (is_changed and stands is first)
            if stands is theirs:
                found.changed.setdefault(incident, {})[name] = theirs
            else:
                found.kept.setdefault(incident, set()).add(name)
            disputed += [] if same else [change.path]
        return disputed

    def _in_order(
        self, change: Change, mine: Stored, theirs: Stored
    ) -> tuple[Stored, Stored, bool]:
        """Return two versions with the one first that counts where receivers derived both.

        That is the earlier in the history, where the other is a change of it, which is said, too;
        else that with the smaller bytes.
        """
        if is_derived(mine.event) and is_derived(theirs.event) and self._asked < _MAX_ASKED:
            from incidentctl.git import origin  # noqa: PLC0415 (seldom needed)

            self._asked += 1
            first = origin.earlier(self._git, change.path, self._commits, change[3:])
            if first is not None:
                pair = (mine, theirs) if first == change.ours else (theirs, mine)
                return *pair, True
        pair = (theirs, mine) if theirs.data < mine.data else (mine, theirs)
        return *pair, False

    def _named(self, incident: str) -> set[str]:
        """Return the ids of the events of an incident that redactions on both commits name."""
        stored: list[Stored] = []
        folder = f"{record_folder(incident)}/events"
        trees = self._objects.at(filter(None, self._commits), folder)
        files = dict.fromkeys(
            (name, oid.hex())
            for found in trees
            for _, name, oid in raw_entries(found)
            if name.endswith(_NAMING)
        )
        for (name, _), data in zip(files, self._blobs(oid for _, oid in files), strict=True):
            with contextlib.suppress(EventError):
                stored.append(check(name.decode(errors="replace"), data))
        return redaction_targets(stored)

    def _whole(self, gone: Sequence[Change]) -> list[Change]:
        """Return the whole events among what only ours has; the rest goes to the strays."""
        whole = []
        for change, data in zip(gone, self._blobs(each.ours or "" for each in gone), strict=True):
            try:
                check(change.path.rpartition("/")[2], data)
                whole.append(change)
            except EventError:
                self._strays.append(change.path)
        return whole

    def _read_marks(self, marked: Sequence[Change]) -> None:
        """Decide on the marks of purges; of two that differ, the one with fewer commits counts."""
        purge_marks.check_number(change.path for change in marked)
        wanted = sorted({oid for change in marked for oid in change[3:] if oid})
        named = dict(zip(wanted, map(purge_marks.read, self._blobs(wanted)), strict=True))
        orders = {oid: (len(each), oid) for oid, each in named.items() if each is not None}
        for change in marked:
            mine, theirs = orders.get(change.ours or ""), orders.get(change.theirs or "")
            if change.theirs and theirs and (mine is None or theirs < mine):
                self._found.markers[change.path] = change.theirs
            elif mine is not None:
                self._kept_marks.append(change.path)
            elif change.ours:
                self._strays.append(change.path)
            if change.theirs and theirs is None:
                self._left_out.append(change.path)


def redacts(name: str) -> bool:
    """Say whether an event is a redaction, by its file name."""
    return name.endswith("-redacted.json")


def redacting(git: Git, commit: str, incidents: Iterable[str]) -> set[str]:
    """Return which of some incidents have a redaction on a commit."""
    folders = [f"{record_folder(incident)}/events/" for incident in sorted(incidents)]
    places = map(paths.parse, tree.names(git, commit, folders))
    return {place.incident for place in places if place and redacts(place.name)}
