"""The record, and beside it the restricted incidents: kept apart, and never sent to its remote."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from incidentctl.domain.events import Event, Unsynced
from incidentctl.domain.facts import Redacted
from incidentctl.domain.incident import Head
from incidentctl.errors import EnvironmentFailedError, Problem
from incidentctl.record import refs
from incidentctl.record.flush import Flushed
from incidentctl.record.outbox import Action, Author
from incidentctl.record.record import Acknowledged, Record
from incidentctl.record.remote import Shared
from incidentctl.record.status import Exchanged, Status


class _Apart(Record):
    """The part that is kept apart; it knows its incidents also where git cannot be read."""

    def known_ids(self) -> set[str]:
        """Return the ids of what was ever recorded or received here, or known to a cache."""
        with contextlib.suppress(OSError):
            return self.last_ids().union(os.listdir(self._known))  # noqa: PTH208 (no paths wanted)
        return self.last_ids()

    def _owe(self, incidents: Iterable[str]) -> None:
        """Remember ids before anything of them is recorded or taken in; no cache has to last."""
        with contextlib.suppress(OSError):
            for incident in incidents:
                self._known.mkdir(mode=0o700, parents=True, exist_ok=True)
                (self._known / incident).touch()

    @property
    def _known(self) -> Path:
        return self._state / "known"


class RecordWithRestricted(Record):
    """A record that reads and writes each incident where it belongs."""

    def __init__(self, *arguments: Any, restricted_remote: str | None, **given: Any) -> None:
        """Take what a `Record` takes, and the remote for restricted incidents, if there is one."""
        super().__init__(*arguments, **given)
        remote, branch = given.get("remote"), given.get("branch", "incident-log")
        apart = {
            "remote": restricted_remote,
            "branch": refs.restricted_branch(branch),
            "apart_from": Shared(remote, branch) if remote else None,
            "share": None,
        }
        self._apart = _Apart(*arguments, **given | apart, restricted=True)
        self._restricted_remote = restricted_remote
        self._named: set[str] = set()
        self._last_apart = False

    def restrict(self, incident: str) -> None:
        """Let an incident that is about to be declared be a restricted one."""
        self._named.add(incident)

    def is_restricted(self, incident: str) -> bool:
        """Say whether an incident is kept apart.

        Also where git cannot be read: nobody's event is refused for that, or put where all read it.
        """
        return incident in self._named or incident in self.restricted_ids()

    def restricted_ids(self) -> frozenset[str]:
        """Return which incidents are kept apart; where git cannot be read, which ever were."""
        try:
            return frozenset(self._apart.ids())
        except EnvironmentFailedError:
            return frozenset(self._apart.known_ids())

    def last_ids(self) -> set[str]:
        """Return the ids of both as they were last known; as `Record.last_ids`."""
        return super().last_ids() | self._apart.known_ids()

    def own_open_heads(self) -> list[Head]:
        """Return the open incidents of both; as `Record.own_open_heads`.

        EnvironmentFailedError where others are kept apart that cannot be read: which is meant is
        not guessed then.
        """
        try:
            apart = self._apart.open_heads()
        except EnvironmentFailedError:
            if self._apart.known_ids():
                raise
            apart = []
        return _newest_first([*super().own_open_heads(), *apart])

    def acknowledge(self, action: Action) -> Acknowledged:
        """Put an action on disk, where its incident belongs; as `Record.acknowledge`."""
        self._last_apart = self.is_restricted(action.incident)
        if not self._last_apart:
            return super().acknowledge(action)
        done = self._apart.acknowledge(action)
        redacts = any(isinstance(event.fact, Redacted) for event in action.events)
        if redacts and action.incident in self.published_ids():
            super().acknowledge(action)  # the text is there, too
        return done

    def published_ids(self) -> frozenset[str]:
        """Return which incidents are kept apart and are in the shared record all the same."""
        try:
            return frozenset(super().ids()) & self.restricted_ids()
        except EnvironmentFailedError:
            return frozenset()

    def flush(self) -> Flushed:
        """Commit what waits in both; as `Record.flush`."""
        apart, ours = self._apart.flush(), super().flush()
        return Flushed(
            apart.commit if self._last_apart else ours.commit,
            ours.pending + apart.pending,
            ours.reason or apart.reason,
            (*ours.notes, *apart.notes),
        )

    def has_unsent(self) -> bool:
        """Say whether either remote lacks something."""
        return super().has_unsent() or self._apart.has_unsent()

    def exchange(self, author: Author, *, limit: float) -> Exchanged | None:
        """Exchange each with its own remote; as `Record.exchange`, and the worse of the two."""
        until = time.monotonic() + limit
        ours = super().exchange(author, limit=limit)
        apart = self._apart.exchange(author, limit=max(until - time.monotonic(), 1.0))
        done = [each for each in (ours, apart) if each is not None]
        if not done:
            return None
        told = next((each for each in done if each.state != "ok"), done[0])
        return told._replace(
            sent=sum(each.sent for each in done),
            received=frozenset().union(*(each.received for each in done)),
            events=sum(each.events for each in done),
            notes=tuple(chain.from_iterable(each.notes for each in done)),
        )

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
        apart = set(self._apart.ids())
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
        return _newest_first([*super().open_heads(), *self._apart.open_heads()])

    def heads(self) -> list[Head]:
        """Return the incidents of both, the newest first."""
        return _newest_first([*super().heads(), *self._apart.heads()])

    def ids(self) -> list[str]:
        """Return the ids of the incidents of both, sorted."""
        return sorted({*super().ids(), *self._apart.ids()})

    def pending(self) -> int:
        """Count the acknowledged actions of both that are not yet committed."""
        return super().pending() + self._apart.pending()

    def unsynced(self) -> Unsynced | None:
        """Count what either remote lacks; None where neither has one."""
        found = [each for each in (super().unsynced(), self._apart.unsynced()) if each is not None]
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
            (self._remote, super().unsynced(), super().exchange_status()),
            (self._restricted_remote, self._apart.unsynced(), self._apart.exchange_status()),
        )
        return [(name, left, last) for name, left, last in found if name and left is not None]

    def told(self) -> None:
        """Forget the notes of exchanges with both; as `Record.told`."""
        super().told()
        self._apart.told()

    def pulse(self) -> tuple[object, ...]:
        """Return what differs when either has changed; as `Record.pulse`."""
        return (super().pulse(), self._apart.pulse())


def _newest_first(heads: list[Head]) -> list[Head]:
    return sorted(heads, key=lambda head: (head.declared, head.id), reverse=True)
