"""Reconcile the record here with the remote's: find what each of the two lacks, follow purges."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident.ids import ulid
from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import refs, tree
from incidentctl.git.author import Author
from incidentctl.git.objects import Objects
from incidentctl.git.presence import failed
from incidentctl.record.store import paths, purge_marks
from incidentctl.record.store.compare import (
    Difference,
    compare,
    holds_only_the_record,
    redacting,
    redacts,
)
from incidentctl.record.store.stored_event import redacted
from incidentctl.record.sync.merge import merge
from incidentctl.record.sync.purge import new_root, on_mirror, only_in, onto, replace
from incidentctl.record.write.part import Part

#: If more events than this come at once, as in a fresh clone, they are only read when needed.
_MAX_READ = 10_000
#: How long to wait for a command that commits, in seconds.
_WAIT = 5.0


class Offer(NamedTuple):
    """A commit for the remote; `instead_of` is a tip that a purge has replaced."""

    commit: str
    instead_of: str | None = None
    theirs: bool = False
    """Whether the remote has it already, so that this clone only takes it in."""


class ForeignError(EnvironmentFailedError):
    """The branch of the remote holds no record."""


class Reconcile:
    """Reconciles during one exchange."""

    def __init__(self, part: Part, author: Author, tracking: str) -> None:
        """Take the part of the record, who is named on merges, and the remote-tracking ref."""
        self._part = part
        self._store = part.store
        self._git = part.git
        self._author = author
        self._tracking = tracking
        self.received: dict[str, set[str]] = {}
        """The names of the received events, by incident."""
        self.notes: dict[str, None] = {}
        self._refused: AbstractSet[str] = frozenset()
        """Paths of the marks of purges that this clone does not follow."""

    def reconcile(self, theirs: str | None) -> Offer | None:
        """Return what the remote lacks; None if it lacks nothing.

        If theirs follows the log ref, or there is no log ref yet, the log ref moves at once. A
        merge is taken in only once the remote has it: else each refused push would leave a merge.
        """
        log_tip = self._store.tips().log_tip
        self._refused = frozenset()
        if theirs is None or theirs == log_tip:
            return Offer(log_tip) if log_tip is not None and theirs is None else None
        if log_tip is not None and refs.follows(self._git, theirs, log_tip):
            self._store.absorb(theirs)
            return Offer(log_tip)
        difference = compare(self._git, log_tip, theirs, most=_MAX_READ)
        adds = bool(difference.added or difference.unread)
        self._tell(difference)
        if log_tip is None:
            clean = difference.follows and holds_only_the_record(self._git, theirs)
            foreign = not adds
        else:
            clean = difference.follows and refs.follows(self._git, log_tip, theirs)
            foreign = not adds and self._is_foreign(theirs, log_tip)
        if foreign:
            raise ForeignError(
                f"The branch {self._tracking.removeprefix('refs/remotes/')} holds no record. Name "
                "another in incidentctl.yaml: record: {branch: ...}."
            )
        for part in (difference.added, difference.changed, difference.unread):
            for incident, names in part.items():
                self.received.setdefault(incident, set()).update(names)
        self._part.announce(self.received)
        if log_tip is not None and (offer := self._purged(log_tip, theirs, difference)):
            return offer
        whole = self._with_text(log_tip, theirs, difference)
        if clean and not whole:
            return Offer(theirs, theirs=True)
        merged = merge(
            self._part, self._author, log_tip, theirs, difference, anew=whole, refused=self._refused
        )
        return Offer(merged)

    def _with_text(self, log_tip: str | None, theirs: str, difference: Difference) -> set[str]:
        """Return the incidents where one side redacts a text that the other side brings."""
        if log_tip is None:
            return set()
        parts = (difference.added, difference.changed, difference.unread)
        touched = {incident for part in parts for incident in part}
        wanted = redacting(self._git, log_tip, touched)
        for part in parts:
            wanted |= {incident for incident, names in part.items() if any(map(redacts, names))}
        folders = self._store.folders(sorted(wanted), (log_tip, theirs))
        return {incident for incident, folder in folders if redacted(folder.stored)}

    def _purged(self, log_tip: str, theirs: str, difference: Difference) -> Offer | None:
        """Follow a purge that one of the two has not seen; None if there is none to follow."""
        with Objects(self._git) as objects:
            ours_marks, their_marks = (purge_marks.of(objects, tip) for tip in (log_tip, theirs))
        purge_marks.check_number((*ours_marks, *their_marks))
        named = purge_marks.combined(ours_marks, their_marks)
        if not any(named.values()):
            return None
        by_theirs = their_marks.keys() & purge_marks.replacing(self._git, named, log_tip, by=theirs)
        by_ours = ours_marks.keys() & purge_marks.replacing(self._git, named, theirs, by=log_tip)
        both = bool(by_theirs and by_ours) or (
            not by_theirs
            and self._both_purged(log_tip, theirs, named, ours_marks.keys(), their_marks.keys())
        )
        if difference.disputed and (by_theirs or by_ours or both):
            # Else the events from before the purge would be lost, with nothing to compare them to.
            self._refused = by_theirs | by_ours
            self.notes[
                f"A purge of the record changes {len(difference.disputed)} event(s), such as "
                f"{one_line(difference.disputed[0])[:100]}: it is not followed, and nothing is "
                "dropped here."
            ] = None
            return None
        part, author = self._part, self._author
        kept = {path: mark.oid for path, mark in ours_marks.items() if path not in their_marks}
        if by_theirs or both:
            missing = only_in(self._store, log_tip, difference)
            for incident, stored in on_mirror(self._store, log_tip).items():
                missing.setdefault(incident, {}).update(stored)
            commit = onto(part, author, theirs, missing, kept=kept, without=difference.left_out)
            instead_of = None
            if both:  # what each purge left out is in the other's history
                marker = ulid(int(part.now().timestamp() * 1000), secrets.randbits(80))
                commit, instead_of = new_root(part, author, commit, marker, also=log_tip), theirs
            with part.lock() as lock:
                if lock.take(wait=_WAIT) and replace(part, commit, log_tip):
                    self.notes[
                        "The record was purged elsewhere, so its old history is dropped here."
                    ] = None
            return Offer(commit, instead_of)
        if by_ours:
            if difference.unread:
                difference = compare(self._git, log_tip, theirs)
            added = {i: dict(stored) for i, stored in difference.added.items()}
            for incident, stored in difference.changed.items():
                added.setdefault(incident, {}).update(stored)
            more = difference.markers
            return Offer(onto(part, author, log_tip, added, kept=more), instead_of=theirs)
        return None

    def _both_purged(
        self,
        log_tip: str,
        theirs: str,
        named: Mapping[str, frozenset[str]],
        ours_marks: AbstractSet[str],
        their_marks: AbstractSet[str],
    ) -> bool:
        """Say whether two purges replaced the same history without knowing of each other."""
        by_us, by_them = (
            frozenset[str]().union(*(named[path] for path in only))
            for only in (ours_marks - their_marks, their_marks - ours_marks)
        )
        return bool(by_us & by_them) and self._are_unrelated(theirs, log_tip)

    def _is_foreign(self, theirs: str, log_tip: str) -> bool:
        """Say whether a branch is unrelated to the record: no common folder, no common history."""
        held = tree.names(self._git, theirs, paths.SHELVES)
        return not held and self._are_unrelated(theirs, log_tip)

    def _are_unrelated(self, theirs: str, log_tip: str) -> bool:
        done = self._git.run("merge-base", theirs, log_tip)
        if done.code not in (0, 1):
            raise failed("compare commits of the record", done)
        return done.code == 1

    def _tell(self, difference: Difference) -> None:
        for found, what in (
            (difference.left_out, "are not events of the record, and are ignored"),
            (difference.disputed, "were changed on the remote; every clone keeps the same version"),
        ):
            if found:
                example = one_line(found[0])[:100]
                self.notes[f"{len(found)} file(s) of the remote {what}, such as {example}."] = None
