"""The record of a clone: the shared part and the restricted one, each incident where it belongs."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from incidentctl.domain.incident.events import Event, Unsynced
from incidentctl.domain.incident.facts import Declared, Redacted
from incidentctl.domain.incident.head import Head
from incidentctl.errors import EnvironmentFailedError, Problem
from incidentctl.git import permissions
from incidentctl.git.author import Author
from incidentctl.record.reader import find, unread
from incidentctl.record.record import Record
from incidentctl.record.restricted.ids import RestrictedIds
from incidentctl.record.restricted.undecided import REASON, Undecided
from incidentctl.record.sync.background import Background
from incidentctl.record.sync.sent import unsynced
from incidentctl.record.sync.status import Exchanged, Status, together
from incidentctl.record.write import fallback, outbox
from incidentctl.record.write.acknowledge import Acknowledged
from incidentctl.record.write.flush import Flushed
from incidentctl.record.write.outbox import Action
from incidentctl.record.write.part import Part

if TYPE_CHECKING:
    from incidentctl.record.sync.exchange import Retries


class RecordPair:
    """Reads and writes each incident in the part where it belongs.

    What belongs to `restricted` never enters `shared`, and is never sent to its remote.
    """

    def __init__(self, part: Part, *, restricted_remote: str | None) -> None:
        """Take the shared part of a clone, and the remote for restricted incidents, if any."""
        self.shared = Record(part, also_waiting=lambda: self._undecided(shared=True))
        self.restricted = Record(
            part.restricted(restricted_remote), also_waiting=lambda: self._undecided(shared=False)
        )
        self.undecided = Undecided(part.state, part.user_state, part.git_dir)
        self._ids = RestrictedIds(self.restricted)
        self._stated: set[str] = set()
        """The incidents that this process was told to restrict."""
        self._declared: set[str] = set()
        """Those that it declared."""
        self._last_is_restricted = False

    # --- which incident belongs where ------------------------------------------------------------

    def restrict(self, incident: str) -> None:
        """Let an incident that is about to be declared be a restricted one."""
        self._stated.add(incident)

    def is_restricted(self, incident: str) -> bool:
        """Say whether an incident is restricted; also where that cannot be told."""
        return self._belongs_to_restricted(incident) is not False

    def _belongs_to_restricted(self, incident: str) -> bool | None:
        """Say whether an incident is restricted; None where nobody can tell that now.

        What was restricted once is so for ever: the memory is asked first, and git only then.
        """
        try:
            if incident in self._stated or self._ids.remembered.has(incident):
                return True
            return incident not in self._declared and incident in self._ids.recorded()
        except EnvironmentFailedError:
            if incident in self._ids.known():
                return True
            if incident in self._declared:
                return False
            shared = self.shared.own_ids()
            if self._ids.remembered.exists():
                shared |= self.shared.last_ids()
            return False if incident in shared else None

    def restricted_ids(self) -> frozenset[str]:
        """Return which incidents are restricted, as far as that can be told: which ever were."""
        found = self._ids.known() | self._stated
        with contextlib.suppress(EnvironmentFailedError):
            found |= self._ids.recorded()
        return frozenset(found)

    def published_ids(self) -> frozenset[str]:
        """Return which incidents are restricted and are in the shared part all the same.

        EnvironmentFailedError where that cannot be read.
        """
        restricted = self.restricted_ids()
        return restricted.intersection(self.shared.ids()) if restricted else restricted

    def waits_for_place(self, incident: str) -> bool:
        """Say whether something of an incident waits, which this record has nowhere else."""
        waits = incident in self.undecided.incidents()
        return waits and not (
            self._belongs_to_restricted(incident) or incident in self._shared_ids()
        )

    def _shared_ids(self) -> set[str]:
        """Return the ids of the shared part, without those that only wait for a place."""
        return self.shared.own_ids().union(self.shared.part.store.index().ids)

    def _undecided(self, *, shared: bool) -> list[Path]:
        """Return what waits for a place and is shown with the shared part, or with the other."""
        return [
            path
            for path in self.undecided.files()
            if (self._belongs_to_restricted(outbox.incident_of(path)) is False) is shared
        ]

    def _of(self, incident: str) -> Record:
        return self.restricted if self.is_restricted(incident) else self.shared

    def _readable_restricted(self) -> Record:
        """Return the restricted part; EnvironmentFailedError where git cannot tell."""
        self._ids.recorded()
        return self.restricted

    # --- reading ---------------------------------------------------------------------------------

    def events(self, incident: str) -> tuple[list[Event], list[Problem]]:
        """Return the events of an incident; as `Reader.events`."""
        return self._of(incident).events(incident)

    def many_events(
        self, incidents: Iterable[str]
    ) -> Iterator[tuple[str, list[Event], list[Problem]]]:
        """Return the events of many incidents; as `Reader.many_events`."""
        restricted = self.restricted_ids()
        wanted = list(incidents)
        yield from self.shared.many_events(each for each in wanted if each not in restricted)
        yield from self.restricted.many_events(each for each in wanted if each in restricted)

    def newest_id(self, incident: str) -> str | None:
        """Return the newest event's id; as `Reader.newest_id`."""
        return self._of(incident).newest_id(incident)

    def open_heads(self) -> list[Head]:
        """Return the open incidents of both parts, the newest first."""
        return _newest_first([*self.shared.open_heads(), *self._readable_restricted().open_heads()])

    def own_open_heads(self) -> list[Head]:
        """Return the open incidents of both parts; as `Reader.own_open_heads`.

        EnvironmentFailedError where others are restricted that cannot be read: which is meant is
        not guessed then.
        """
        try:
            restricted = self._readable_restricted().open_heads()
        except EnvironmentFailedError:
            if self._ids.known() or not self._ids.remembered.exists():
                raise
            restricted = []
        return _newest_first([*self.shared.own_open_heads(), *restricted])

    def heads(self) -> list[Head]:
        """Return the incidents of both parts, the newest first."""
        return _newest_first([*self.shared.heads(), *self._readable_restricted().heads()])

    def ids(self) -> list[str]:
        """Return the ids of the incidents of both parts, sorted."""
        return sorted({*self.shared.ids(), *self._readable_restricted().ids()})

    def last_ids(self) -> set[str]:
        """Return the ids of both parts as they were last known; as `Reader.last_ids`."""
        return self.shared.last_ids() | self._ids.known() | self.undecided.incidents()

    def find(self, part: str) -> list[str]:
        """Return the ids that contain a text, sorted; as `Reader.find`."""
        return find(part, self.ids())

    def log_path(self, incident: str) -> str:
        """Return where an incident's log.md is on its branch."""
        return self.shared.log_path(incident)

    def change_token(self) -> tuple[object, ...]:
        """Return what differs when either part has changed; as `Record.change_token`."""
        undecided = tuple(path.name for path in self.undecided.files())
        return (self.shared.change_token(), self.restricted.change_token(), undecided)

    # --- what waits ------------------------------------------------------------------------------

    def pending(self) -> int:
        """Count the acknowledged actions of both parts that are not yet committed."""
        waiting = len(self.undecided.files())
        return self.shared.pending() + self.restricted.pending() + waiting

    def held_up(self) -> str | None:
        """Say why the last flush left something in either part; None where it did not."""
        undecided = REASON if self.undecided.files() else None
        return self.shared.held_up() or self.unread() or self.restricted.held_up() or undecided

    def unread(self) -> str | None:
        """Say so where something that waits cannot be read by this account; None where all can."""
        places = (*self.shared.places, *self.restricted.places, *self.undecided.boxes)
        return unread(places)

    def ensure_read(self) -> None:
        """Refuse where something that waits cannot be read; as `Reader.ensure_read`."""
        if hidden := self.unread():
            raise EnvironmentFailedError(f"{hidden}.", hint=permissions.ADVICE)

    def unclaimed(self) -> dict[Path, list[Path]]:
        """Return what waits in the user's own state and may be of this repository, by folder."""
        return fallback.unclaimed(self.shared.part.user_state, self.shared.part.git_dir)

    def has_unsent(self) -> bool:
        """Say whether either remote lacks something."""
        return self.shared.has_unsent() or self.restricted.has_unsent()

    def _left(self) -> Unsynced | None:
        """Count what the shared part's remote lacks, and what waits for a place."""
        sent = self.shared.part.sent
        if sent is None:
            return None
        return unsynced((*self.shared.part.boxes, sent, *self.undecided.boxes))

    def unsynced(self) -> Unsynced | None:
        """Count what either remote lacks; None where neither part has one."""
        found = [each for each in (self._left(), self.restricted.unsynced()) if each is not None]
        if not found:
            return None
        since = [each.since for each in found if each.since is not None]
        return Unsynced(sum(each.events for each in found), min(since, default=None))

    # --- writing ---------------------------------------------------------------------------------

    def acknowledge(self, action: Action) -> Acknowledged:
        """Put an action on disk, where its incident belongs; as `Record.acknowledge`.

        Where nobody can tell whether that is restricted it waits by itself, and is never refused.
        """
        if isinstance(action.events[0].fact, Declared):
            self._declared.add(action.incident)
        restricted = self._belongs_to_restricted(action.incident)
        self._last_is_restricted = restricted is not False
        if restricted is None:
            return self.undecided.acknowledge(action)
        return (self.restricted if restricted else self.shared).acknowledge(action)

    def flush(self) -> Flushed:
        """Commit what waits in both parts; as `Record.flush`."""
        undecided = self._decide()
        restricted = self.restricted.flush()
        self._redact_published()
        shared = self.shared.flush()
        return Flushed(
            (restricted if self._last_is_restricted else shared).commit,
            shared.pending + restricted.pending + undecided,
            shared.reason or restricted.reason or (REASON if undecided else None),
            (*shared.notes, *restricted.notes),
        )

    def _decide(self) -> int:
        """Move each action that waits for a place where it belongs; return how many still wait.

        Into the shared part only where that has the incident: that the restricted part does not
        have it may be because it was lost.
        """
        for path in self.undecided.files():
            incident = outbox.incident_of(path)
            restricted = self._belongs_to_restricted(incident)
            with contextlib.suppress(OSError, EnvironmentFailedError):
                if restricted:
                    self.restricted.part.announce([incident])
                    outbox.move(path, self.restricted.part.box)
                elif restricted is False and incident in self._shared_ids():
                    outbox.move(path, self.shared.part.box)
        return len(self.undecided.files())

    def _redact_published(self) -> None:
        """Redact in the shared part, too, what is there of a restricted incident."""
        with contextlib.suppress(EnvironmentFailedError):
            for incident in self.published_ids():
                there = {event.id for event in self.shared.events(incident)[0]}
                for event in self.restricted.events(incident)[0]:
                    if isinstance(event.fact, Redacted) and event.id not in there:
                        author = Author(event.name or event.by, f"{event.by}@redacted.invalid")
                        summary = f"{incident}: {event.kind}"
                        self.shared.acknowledge(Action(incident, (event,), author, summary))

    def refresh_stale(self) -> None:
        """Show what others should have; as `Upkeep.refresh_stale`. Nothing restricted is shown."""
        self.shared.refresh_stale()

    # --- exchanges and upkeep --------------------------------------------------------------------

    def background(self) -> Background:
        """Return the lock and the stamp of the exchanges of this clone, those of both parts."""
        return self.shared.background()

    def exchange(
        self, author: Author, *, limit: float, retries: Retries | None = None
    ) -> Exchanged | None:
        """Exchange each part with its own remote; return the worse of the two ends."""
        until = time.monotonic() + limit
        repaired = self._repair_each()
        shared = self.shared.exchange(author, limit=limit, retries=retries, flush=self.flush)
        left = max(until - time.monotonic(), 1.0)
        restricted = self.restricted.exchange(author, limit=left, retries=retries)
        done = [each for each in (shared, restricted) if each is not None]
        return together(done, repaired) if done else None

    def exchange_while_asked(self, author: Author, *, limit: float, descriptor: int) -> None:
        """Exchange for as long as commands leave something to share, and pack what has grown.

        `limit` is for each exchange, `descriptor` the lock of exchanges, which this process got.
        """

        def exchange() -> bool:
            done = self.exchange(author, limit=limit)
            self.maintain()
            return done is not None and done.state == "ok"

        self.background().work(exchange, descriptor)

    def purge(self, author: Author, *, marker: str, limit: float) -> str | None:
        """Purge both parts; as `Record.purge`."""
        self.ensure_read()
        restricted = self.restricted.purge(author, marker=marker, limit=limit)
        shared = self.shared.purge(author, marker=marker, limit=limit, flush=self.flush)
        return shared or restricted

    def repair(self, *, deep: bool = False) -> tuple[str, ...]:
        """Repair what git has lost of the shared part; as `Upkeep.repair`."""
        return self.shared.repair(deep=deep)

    def _repair_each(self) -> list[str]:
        """Repair the refs of both: a damaged one stops each fetch of the other, too."""
        notes: list[str] = []
        for record in (self.shared, self.restricted):
            with contextlib.suppress(EnvironmentFailedError):
                notes += record.repair()
        return notes

    def is_due(self) -> bool:
        """Say whether there is something to do for either part; as `Upkeep.is_due`."""
        return self.shared.is_due() or self.restricted.is_due()

    def maintain(self) -> None:
        """Look after both parts; as `Upkeep.maintain`."""
        self.shared.maintain()
        self.restricted.maintain()

    def mirror_note(self) -> str | None:
        """Say why the branch for people is not where the shared part is; None when it is."""
        return self.shared.mirror_note()

    def exchange_status(self) -> Status | None:
        """Return how the last exchange of the shared part ended; None before the first."""
        return self.shared.exchange_status()

    def exchanges(self) -> list[tuple[str, Status | None]]:
        """Return of each remote its name, and how the last exchange ended; counts nothing."""
        parts = (self.shared, self.restricted)
        return [(each.part.remote, each.exchange_status()) for each in parts if each.part.remote]

    def shares(self) -> list[tuple[str, Unsynced, Status | None]]:
        """Return of each remote its name, what it lacks, and how the last exchange ended."""
        found = ((self.shared, self._left()), (self.restricted, self.restricted.unsynced()))
        return [
            (each.part.remote, left, each.exchange_status())
            for each, left in found
            if each.part.remote and left is not None
        ]

    def clear_notes(self) -> None:
        """Forget the notes of exchanges with both remotes; as `Record.clear_notes`."""
        self.shared.clear_notes()
        self.restricted.clear_notes()


def _newest_first(heads: list[Head]) -> list[Head]:
    return sorted(heads, key=lambda head: (head.declared, head.id), reverse=True)
