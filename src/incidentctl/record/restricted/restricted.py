"""The record, and beside it the restricted incidents: kept apart, and never sent to its remote."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from incidentctl.domain.incident.events import Event, Unsynced
from incidentctl.domain.incident.facts import Declared, Redacted
from incidentctl.domain.incident.head import Head
from incidentctl.errors import EnvironmentFailedError, Problem
from incidentctl.git.author import Author
from incidentctl.record.record import Record
from incidentctl.record.restricted.part import Apart
from incidentctl.record.restricted.undecided import REASON, Unsure
from incidentctl.record.store.ref_names import restricted_branch
from incidentctl.record.sync.restricted_remote import Shared
from incidentctl.record.sync.sent import unsynced
from incidentctl.record.sync.status import Exchanged, Status, together
from incidentctl.record.write import outbox
from incidentctl.record.write.acknowledge import Acknowledged
from incidentctl.record.write.flush import Flushed
from incidentctl.record.write.outbox import Action

if TYPE_CHECKING:
    from incidentctl.record.sync.exchange import Retries


class RecordWithRestricted(Record):
    """A record that reads and writes each incident where it belongs."""

    def __init__(self, *arguments: Any, restricted_remote: str | None, **given: Any) -> None:
        """Take what a `Record` takes, and the remote for restricted incidents, if there is one."""
        super().__init__(*arguments, **given)
        remote, branch = given.get("remote"), given.get("branch", "incident-log")
        apart = {
            "remote": restricted_remote,
            "branch": restricted_branch(branch),
            "apart_from": Shared(remote, branch) if remote else None,
            "share": None,
        }
        self._apart = Apart(*arguments, **given | apart)
        self._apart.waits_elsewhere = lambda: self._unplaced(shared=False)
        self._restricted_remote = restricted_remote
        self.unsure = Unsure(self._state, given["fallback"], self._git_dir)
        self._named: set[str] = set()
        self._declared: set[str] = set()
        self._last_apart = False

    @property
    def places(self) -> tuple[Path, ...]:
        """Return the folders of both; as `Record.places`."""
        return (*super().places, *self._apart.places, *self.unsure.boxes)

    def restrict(self, incident: str) -> None:
        """Let an incident that is about to be declared be a restricted one."""
        self._named.add(incident)

    def is_restricted(self, incident: str) -> bool:
        """Say whether an incident is kept apart; also where that cannot be told."""
        return self._belongs_apart(incident) is not False

    def _belongs_apart(self, incident: str) -> bool | None:
        """Say whether an incident is kept apart; None where nobody can tell that now.

        What was restricted once is so for ever: the memory is asked first, and git only then.
        """
        try:
            if incident in self._named or self._apart.remembers(incident):
                return True
            return incident not in self._declared and incident in self._apart.recorded_ids()
        except EnvironmentFailedError:
            if incident in self._apart.known_ids():
                return True
            if incident in self._declared:
                return False
            shared = super()._own_ids()
            if self._apart.has_memory():
                shared |= super().last_ids()
            return False if incident in shared else None

    def restricted_ids(self) -> frozenset[str]:
        """Return which incidents are kept apart, as far as that can be told: which ever were."""
        found = self._apart.known_ids() | self._named
        with contextlib.suppress(EnvironmentFailedError):
            found |= self._apart.recorded_ids()
        return frozenset(found)

    def last_ids(self) -> set[str]:
        """Return the ids of both as they were last known; as `Record.last_ids`."""
        return super().last_ids() | self._apart.known_ids() | self.unsure.incidents()

    def own_open_heads(self) -> list[Head]:
        """Return the open incidents of both; as `Record.own_open_heads`.

        EnvironmentFailedError where others are kept apart that cannot be read: which is meant is
        not guessed then.
        """
        try:
            apart = self._readable_apart().open_heads()
        except EnvironmentFailedError:
            if self._apart.known_ids() or not self._apart.has_memory():
                raise
            apart = []
        return _newest_first([*super().own_open_heads(), *apart])

    def acknowledge(self, action: Action) -> Acknowledged:
        """Put an action on disk, where its incident belongs; as `Record.acknowledge`.

        Where nobody can tell whether that is restricted it waits apart, and is never refused.
        """
        if isinstance(action.events[0].fact, Declared):
            self._declared.add(action.incident)
        apart = self._belongs_apart(action.incident)
        self._last_apart = apart is not False
        if apart is None:
            return self.unsure.acknowledge(action)
        return self._apart.acknowledge(action) if apart else super().acknowledge(action)

    def published_ids(self) -> frozenset[str]:
        """Return which incidents are kept apart and are in the shared record all the same.

        EnvironmentFailedError where that cannot be read.
        """
        apart = self.restricted_ids()
        return apart.intersection(super().ids()) if apart else apart

    def flush(self) -> Flushed:
        """Commit what waits in both; as `Record.flush`."""
        unsure = self.unsure.place(
            self._belongs_apart, self._shared_ids, take_apart=self._apart.take, box=self._box
        )
        apart = self._apart.flush()
        self._redact_published()
        ours = super().flush()
        return Flushed(
            apart.commit if self._last_apart else ours.commit,
            ours.pending + apart.pending + len(unsure),
            ours.reason or apart.reason or (REASON if unsure else None),
            (*ours.notes, *apart.notes),
        )

    def _shared_ids(self) -> set[str]:
        """Return the ids of the shared part, without those that only wait for a place."""
        return super()._own_ids().union(self._store.index().ids)

    def waits_for_place(self, incident: str) -> bool:
        """Say whether something of an incident waits, which this record has nowhere else."""
        waits = incident in self.unsure.incidents()
        return waits and not (self._belongs_apart(incident) or incident in self._shared_ids())

    def _redact_published(self) -> None:
        """Redact in the shared record, too, what is there of a restricted incident."""
        with contextlib.suppress(EnvironmentFailedError):
            for incident in self.published_ids():
                there = {event.id for event in super().events(incident)[0]}
                for event in self._apart.events(incident)[0]:
                    if isinstance(event.fact, Redacted) and event.id not in there:
                        author = Author(event.name or event.by, f"{event.by}@redacted.invalid")
                        told = f"{incident}: {event.kind}"
                        super().acknowledge(Action(incident, (event,), author, told))

    def _unplaced(self, *, shared: bool) -> list[Path]:
        """Return what waits for a place and is shown with the shared part, or with the other."""
        return [
            path
            for path in self.unsure.files()
            if (self._belongs_apart(outbox.incident_of(path)) is False) is shared
        ]

    def _pending(self) -> dict[str, list[Path]]:
        found = super()._pending()
        for path in self._unplaced(shared=True):
            found.setdefault(outbox.incident_of(path), []).append(path)
        return found

    def held_up(self) -> str | None:
        """Say why the last flush left something in either; as `Record.held_up`."""
        unsure = REASON if self.unsure.files() else None
        return super().held_up() or self._apart.held_up() or unsure

    def is_due(self) -> bool:
        """Say whether there is something to do for either; as `Record.is_due`."""
        return super().is_due() or self._apart.is_due()

    def maintain(self) -> None:
        """Look after both; as `Record.maintain`."""
        super().maintain()
        self._apart.maintain()

    def has_unsent(self) -> bool:
        """Say whether either remote lacks something."""
        return super().has_unsent() or self._apart.has_unsent()

    def exchange(
        self, author: Author, *, limit: float, retries: Retries | None = None
    ) -> Exchanged | None:
        """Exchange each with its own remote; as `Record.exchange`, and the worse of the two."""
        until = time.monotonic() + limit
        repaired = self._repair_each()
        ours = super().exchange(author, limit=limit, retries=retries)
        left = max(until - time.monotonic(), 1.0)
        apart = self._apart.exchange(author, limit=left, retries=retries)
        done = [each for each in (ours, apart) if each is not None]
        return together(done, repaired) if done else None

    def _repair_each(self) -> list[str]:
        """Repair the refs of both: a damaged one stops each fetch of the other, too."""
        notes: list[str] = []
        for repair in (super().repair, self._apart.repair):
            with contextlib.suppress(EnvironmentFailedError):
                notes += repair()
        return notes

    def purge(self, author: Author, *, marker: str, limit: float) -> str | None:
        """Purge both; as `Record.purge`."""
        apart = self._apart.purge(author, marker=marker, limit=limit)
        return super().purge(author, marker=marker, limit=limit) or apart

    def events(self, incident: str) -> tuple[list[Event], list[Problem]]:
        """Return the events of an incident; as `Record.events`."""
        if self.is_restricted(incident):
            return self._apart.events(incident)
        return super().events(incident)

    def many_events(
        self, incidents: Iterable[str]
    ) -> Iterator[tuple[str, list[Event], list[Problem]]]:
        """Return the events of many incidents; as `Record.many_events`."""
        apart = self.restricted_ids()
        wanted = list(incidents)
        yield from super().many_events(each for each in wanted if each not in apart)
        yield from self._apart.many_events(each for each in wanted if each in apart)

    def newest_id(self, incident: str) -> str | None:
        """Return the newest event's id; as `Record.newest_id`."""
        if self.is_restricted(incident):
            return self._apart.newest_id(incident)
        return super().newest_id(incident)

    def open_heads(self) -> list[Head]:
        """Return the open incidents of both, the newest first."""
        return _newest_first([*super().open_heads(), *self._readable_apart().open_heads()])

    def heads(self) -> list[Head]:
        """Return the incidents of both, the newest first."""
        return _newest_first([*super().heads(), *self._readable_apart().heads()])

    def ids(self) -> list[str]:
        """Return the ids of the incidents of both, sorted."""
        return sorted({*super().ids(), *self._readable_apart().ids()})

    def _readable_apart(self) -> Apart:
        """Return the part that is kept apart; EnvironmentFailedError where git does not tell."""
        self._apart.recorded_ids()
        return self._apart

    def pending(self) -> int:
        """Count the acknowledged actions of both that are not yet committed."""
        return super().pending() + self._apart.pending() + len(self.unsure.files())

    def _left(self) -> Unsynced | None:
        """Count what the shared record's remote lacks, and what waits for a place."""
        if self._sent is None:
            return None
        return unsynced((*self._boxes, self._sent, *self.unsure.boxes))

    def unsynced(self) -> Unsynced | None:
        """Count what either remote lacks; None where neither has one."""
        found = [each for each in (self._left(), self._apart.unsynced()) if each is not None]
        if not found:
            return None
        since = [each.since for each in found if each.since is not None]
        return Unsynced(sum(each.events for each in found), min(since, default=None))

    def exchanges(self) -> list[tuple[str, Status | None]]:
        """Return of each remote its name, and how the last exchange ended; counts nothing."""
        found = (
            (self._remote, super().exchange_status()),
            (self._restricted_remote, self._apart.exchange_status()),
        )
        return [(name, last) for name, last in found if name]

    def shares(self) -> list[tuple[str, Unsynced, Status | None]]:
        """Return of each remote its name, what it lacks, and how the last exchange ended."""
        found = (
            (self._remote, self._left(), super().exchange_status()),
            (self._restricted_remote, self._apart.unsynced(), self._apart.exchange_status()),
        )
        return [(name, left, last) for name, left, last in found if name and left is not None]

    def clear_notes(self) -> None:
        """Forget the notes of exchanges with both; as `Record.told`."""
        super().clear_notes()
        self._apart.clear_notes()

    def change_token(self) -> tuple[object, ...]:
        """Return what differs when either has changed; as `Record.change_token`."""
        unsure = tuple(path.name for path in self.unsure.files())
        return (super().change_token(), self._apart.change_token(), unsure)


def _newest_first(heads: list[Head]) -> list[Head]:
    return sorted(heads, key=lambda head: (head.declared, head.id), reverse=True)
