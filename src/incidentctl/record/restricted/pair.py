"""The record of a clone: the shared part and the restricted one, each incident where it belongs."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from incidentctl.domain.incident.facts import AlertOpened, Declared, Redacted
from incidentctl.domain.incident.unsynced import Unsynced
from incidentctl.errors import EnvironmentFailedError
from incidentctl.git.author import Author
from incidentctl.record.record import Record
from incidentctl.record.restricted.pair_reader import PairReader
from incidentctl.record.restricted.undecided import REASON, Undecided
from incidentctl.record.write.acknowledge import Acknowledged
from incidentctl.record.write.flush import Flushed
from incidentctl.record.write.outbox import Action
from incidentctl.record.write.part import Part

if TYPE_CHECKING:
    from incidentctl.record.sync.background import Background
    from incidentctl.record.sync.claims import Claimed
    from incidentctl.record.sync.exchange import Retries
    from incidentctl.record.sync.lookout import Lookout
    from incidentctl.record.sync.status import Exchanged, Status


class RecordPair(PairReader):
    """Reads and writes each incident in the part where it belongs.

    What belongs to `restricted` never enters `shared`, and is never sent to its remote.
    """

    def __init__(self, part: Part, *, restricted_remote: str | None) -> None:
        """Take the shared part of a clone, and the remote for restricted incidents, if any."""
        super().__init__(part, restricted_remote=restricted_remote)
        self._last_is_restricted = False

    # --- writing ---------------------------------------------------------------------------------

    def restrict(self, incident: str) -> None:
        """Restrict an incident that is about to be declared."""
        self._placement.restrict(incident)

    def acknowledge(self, action: Action) -> Acknowledged:
        """Put an action on disk, in the part where its incident belongs; as `Record.acknowledge`.

        If it cannot be known whether the incident is restricted, the action waits in a folder of
        its own. It is never refused.
        """
        return self._place_of(action).acknowledge(action)

    def acknowledge_all(self, actions: Iterable[Action]) -> None:
        """Put actions on disk together, each as `acknowledge`; as `Record.acknowledge_all`."""
        places: dict[Record | Undecided, list[Action]] = {}
        for action in actions:
            places.setdefault(self._place_of(action), []).append(action)
        for place, some in places.items():
            place.acknowledge_all(some)

    def _place_of(self, action: Action) -> Record | Undecided:
        if isinstance(action.events[0].fact, (Declared, AlertOpened)):
            self._placement.declare(action.incident)
        restricted = self._placement.is_restricted(action.incident)
        self._last_is_restricted = restricted is not False
        if restricted is None:
            return self.undecided
        return self.restricted if restricted else self.shared

    def flush(self) -> Flushed:
        """Commit what waits in both parts; as `Record.flush`."""
        undecided = self._placement.decide()
        restricted = self.restricted.flush()
        self._redact_published()
        shared = self.shared.flush()
        return Flushed(
            (restricted if self._last_is_restricted else shared).commit,
            shared.pending + restricted.pending + undecided,
            shared.reason or restricted.reason or (REASON if undecided else None),
            (*shared.notes, *restricted.notes),
        )

    def _redact_published(self) -> None:
        """Redact in the shared part as well, if it holds a restricted incident."""
        with contextlib.suppress(EnvironmentFailedError):
            for incident in self.published_ids():
                there = {event.id for event in self.shared.events(incident)[0]}
                for event in self.restricted.events(incident)[0]:
                    if isinstance(event.fact, Redacted) and event.id not in there:
                        author = Author(event.name or event.by, f"{event.by}@redacted.invalid")
                        summary = f"{incident}: {event.kind}"
                        self.shared.acknowledge(Action(incident, (event,), author, summary))

    def refresh_stale(self) -> None:
        """Update stale views; as `Upkeep.refresh_stale`. Restricted incidents have no view."""
        self.shared.refresh_stale()

    # --- exchanges and upkeep --------------------------------------------------------------------

    def background(self) -> Background:
        """Return the lock and the stamp of the exchanges of this clone, those of both parts."""
        return self.shared.background()

    def lookout(self) -> Lookout:
        """Return what asks the remotes of both parts whether they have anything new."""
        from incidentctl.record.sync.lookout import Lookout  # noqa: PLC0415 (only who waits)

        parts = (self.shared, self.restricted)
        remotes = (each.remote() for each in parts if each.part.remote)
        return Lookout([remote for remote in remotes if remote.fault() is None])

    def claim(self, incident: str, key: str, turn: int, *, limit: float) -> Claimed | None:
        """Claim an attempt at a deed of an incident on its remote; None where that has none."""
        part = self.restricted if self.is_restricted(incident) else self.shared
        return part.claim(key, turn, limit=limit)

    def clean_claims(self, *, limit: float) -> None:
        """Remove claims of long ago from each remote; looks once a day."""
        self.shared.clean_claims(limit=limit)
        self.restricted.clean_claims(limit=limit)

    def exchange(
        self, author: Author, *, limit: float, retries: Retries | None = None
    ) -> Exchanged | None:
        """Exchange each part with its own remote; return the worse of the two results."""
        until = time.monotonic() + limit
        repaired = self._repair_each()
        shared = self.shared.exchange(author, limit=limit, retries=retries, flush=self.flush)
        waiting = len(self.undecided.files())
        if waiting and self._placement.decide() < waiting:  # what came in decided it
            left = max(until - time.monotonic(), 1.0)
            shared = self.shared.exchange(author, limit=left, retries=retries, flush=self.flush)
        left = max(until - time.monotonic(), 1.0)
        restricted = None
        if not self.excluded():
            restricted = self.restricted.exchange(author, limit=left, retries=retries)
        if shared and restricted and shared.state == "ok" != restricted.state:
            repaired.append(
                f"Only restricted incidents are affected; {self.shared.part.remote} is up to date."
            )
        done = [each for each in (shared, restricted) if each is not None]
        if not done:
            return None
        from incidentctl.record.sync.status import together  # noqa: PLC0415 (only with a remote)

        return together(done, repaired)

    def exchange_while_asked(self, author: Author, *, limit: float, descriptor: int) -> None:
        """Exchange as long as commands leave something to share; pack the repository if it grew.

        `limit` applies to each exchange. `descriptor` is the inherited lock of exchanges.
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
        """Repair what git lost of the shared part; as `Upkeep.repair`."""
        return self.shared.repair(deep=deep)

    def _repair_each(self) -> list[str]:
        """Repair the refs of both parts: a damaged one also stops each fetch of the other part."""
        notes: list[str] = []
        for record in (self.shared, self.restricted):
            with contextlib.suppress(EnvironmentFailedError):
                notes += record.repair()
        return notes

    def is_due(self) -> bool:
        """Say whether either part needs upkeep; as `Upkeep.is_due`."""
        return self.shared.is_due() or self.restricted.is_due()

    def maintain(self) -> None:
        """Look after both parts; as `Upkeep.maintain`."""
        self.shared.maintain()
        self.restricted.maintain()

    def mirror_note(self) -> str | None:
        """Say why the mirror is not where the shared part is; None if it is."""
        return self.shared.mirror_note()

    def exchange_status(self) -> Status | None:
        """Return how the last exchange of the shared part ended; None before the first."""
        return self.shared.exchange_status()

    def exchanges(self) -> list[tuple[str, Status | None]]:
        """Return each remote's name and how its last exchange ended; counts nothing."""
        return [(each.part.remote or "", each.exchange_status()) for each in self._with_remote()]

    def never_read(self, *, only_shared: bool = False) -> list[tuple[str, Status | None]]:
        """Return each remote whose record this clone has never seen, and its last exchange."""
        parts = [self.shared] if only_shared else self._with_remote()
        unseen = (each for each in parts if each.is_unseen())
        return [(each.part.remote or "", each.exchange_status()) for each in unseen]

    def shares(self) -> list[tuple[str, Unsynced, Status | None]]:
        """Return each remote's name, what it lacks, and how its last exchange ended."""
        found = (
            (each, self._left() if each is self.shared else each.unsynced())
            for each in self._with_remote()
        )
        return [
            (each.part.remote or "", left, each.exchange_status())
            for each, left in found
            if left is not None
        ]

    def is_shared_with(self, remote: str) -> bool:
        """Say whether a remote has the part that everybody reads."""
        return remote == self.shared.part.remote

    def clear_notes(self) -> None:
        """Forget the notes of exchanges with both remotes; as `Record.clear_notes`."""
        self.shared.clear_notes()
        self.restricted.clear_notes()
