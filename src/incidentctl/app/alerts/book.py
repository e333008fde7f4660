"""The groups that a receiver knows: those that fire, and for a day those that are over."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from incidentctl.app.alerts.live import Live
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts import derive
from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.alerts.decision import Decision
from incidentctl.domain.alerts.group import RESOLVED, Group, fold_group
from incidentctl.domain.incident.event_ids import sealed
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.ids import next_milliseconds, ulid
from incidentctl.git.author import Author
from incidentctl.record.write.outbox import Action

#: What is over for longer is forgotten: no delivery of then can come any more.
_REMEMBERED = timedelta(hours=25)


#: So many actions at most get on disk together.
_TOGETHER = 50


class Over(NamedTuple):
    """A group that is over."""

    ident: str
    ended: datetime
    conditions: frozenset[str]
    incident: str | None
    cause: str | None


class Book:
    """What is known of the groups of one record, and the writing to them."""

    def __init__(self, workspace: Workspace, decide: Callable[[Alert], Decision]) -> None:
        """Take the workspace, and what says what the rules make of an alert."""
        self._workspace = workspace
        self._decide = decide
        self._lives: dict[str, Live] = {}
        self._by_digest: dict[str, list[Live]] = {}
        self._over: dict[str, dict[str, Over]] = {}
        self._known: set[str] = set()
        self._held: list[Action] | None = None
        """What gets on disk with the next `settle`; None while each does at once."""

    def load(self, now: datetime) -> None:
        """Read the record: what fires, and what is over since a day."""
        self._lives, self._by_digest, self._over, self._known = {}, {}, {}, set()
        for group in self._workspace.record.groups():
            if group.state != RESOLVED:
                self.add(Live.of(group, self._decide(group.alert())))
            elif now - group.last < _REMEMBERED:
                self._put_away(group.digest, _over(group))

    def refresh(self, now: datetime) -> None:
        """Read what others made of the groups."""
        for group in self._workspace.record.groups():
            live = self._lives.get(group.id)
            if live is not None:
                live.update(group)
                if live.state == RESOLVED:
                    self.close(live, group.ended or now)
            elif group.state != RESOLVED:
                self.add(Live.of(group, self._decide(group.alert())))
            elif now - group.last < _REMEMBERED:
                self._put_away(group.digest, _over(group))
        for digest, over in list(self._over.items()):
            old = [each.ident for each in over.values() if now - each.ended >= _REMEMBERED]
            self._known.difference_update(old)
            for ident in old:
                del over[ident]
            if not over:
                del self._over[digest]

    def lives(self) -> list[Live]:
        """Return the groups that fire."""
        return list(self._lives.values())

    def of(self, digest: str) -> list[Live]:
        """Return the groups of what a sender groups: one, or copies, the earliest first."""
        return list(self._by_digest.get(digest, ()))

    def knows(self, ident: str) -> bool:
        """Say whether a group is in the record."""
        return ident in self._known

    def is_late(self, digest: str, alert: Alert) -> bool:
        """Say whether an alert is the late copy of one that is over."""
        condition = derive.condition(alert.key)
        return alert.started is not None and any(
            condition in over.conditions and alert.started <= over.ended
            for over in self._over.get(digest, {}).values()
        )

    def of_cause(self, cause: str) -> dict[str, tuple[datetime, bool]]:
        """Return the incidents of a cause: when one last had an alert, and whether one fires."""
        found: dict[str, tuple[datetime, bool]] = {}
        for over in (each for some in self._over.values() for each in some.values()):
            if over.cause == cause and over.incident:
                last, fires = found.get(over.incident, (over.ended, False))
                found[over.incident] = max(last, over.ended), fires
        for live in self._lives.values():
            if live.cause == cause and live.incident:
                last, _ = found.get(live.incident, (live.last, True))
                found[live.incident] = max(last, live.last), True
        return found

    def group(self, ident: str) -> Live:
        """Return a group of the record, whether it fires or not."""
        live = self._lives.get(ident)
        if live is None:
            record = self._workspace.record
            found = fold_group(ident, record.events(ident)[0])
            found = found._replace(restricted=record.is_restricted(ident))
            live = Live.of(found, self._decide(found.alert()))
        return live

    def move(self, live: Live, incident: str, cause: str) -> None:
        """Keep that a group belongs to another incident now."""
        live.incident, live.cause = incident, cause
        over = self._over.get(live.digest, {})
        if live.ident in over:
            over[live.ident] = over[live.ident]._replace(incident=incident, cause=cause)

    def add(self, live: Live) -> None:
        """Keep a group that fires."""
        self._known.add(live.ident)
        self._lives[live.ident] = live
        same = [*self._by_digest.get(live.digest, ()), live]
        self._by_digest[live.digest] = sorted(same, key=lambda each: (each.started, each.ident))

    def close(self, live: Live, ended: datetime) -> None:
        """Put away a group that is over."""
        self._lives.pop(live.ident, None)
        rest = [each for each in self._by_digest.get(live.digest, ()) if each is not live]
        if rest:
            self._by_digest[live.digest] = rest
        else:
            self._by_digest.pop(live.digest, None)
        conditions = frozenset(member.partition("/")[0] for member in live.members)
        over = Over(live.ident, ended, conditions, live.incident, live.cause)
        self._put_away(live.digest, over)

    def _put_away(self, digest: str, over: Over) -> None:
        self._known.add(over.ident)
        self._over.setdefault(digest, {})[over.ident] = over

    # --- writing -----------------------------------------------------------------------------

    def state(
        self, live: Live, stated: Sequence[Any], now: datetime, *, at: datetime | None = None
    ) -> None:
        """Acknowledge facts of a group, as of now or `at`."""
        moment = next_milliseconds(now, live.newest_id)
        action = ulid(moment, int.from_bytes(os.urandom(10)))
        by = derive.author(live.source)
        events = [
            sealed(Event(ulid(moment + place, 0), at or now, now, by, fact, None, action))
            for place, fact in enumerate(stated)
        ]
        self.acknowledge(live, events)

    def acknowledge(self, live: Live, events: Iterable[Event]) -> None:
        """Put events of a group on disk, within `together` at its end."""
        written = tuple(events)
        kinds = ", ".join(dict.fromkeys(event.kind for event in written))
        action = Action(live.ident, written, author_of(live.source), f"{live.ident}: {kinds}")
        if self._held is None:
            self._workspace.record.acknowledge(action)
        else:
            self._held.append(action)
            if len(self._held) == _TOGETHER:
                self.settle()
        live.newest_id = max(live.newest_id or "", *(event.id for event in written))

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Let what is written to groups get on disk together, at the end: the disk is slow.

        When that or anything else fails, what was not on disk yet is forgotten.
        """
        self._held = []
        try:
            yield
            self.settle()
        finally:
            self._held = None

    def settle(self) -> None:
        """Put on disk what waits for it; before an incident is told of it, too."""
        if self._held:
            self._workspace.record.acknowledge_all(self._held)
            self._held.clear()


def author_of(source: str) -> Author:
    """Return the author of commits for what a source says."""
    name = "".join(char for char in source if char.isalnum() or char in "-_.") or "alert"
    return Author(derive.author(source), f"{name[:60]}@alert.invalid")


def _over(group: Group) -> Over:
    conditions = frozenset(member.partition("/")[0] for member in group.members)
    return Over(group.id, group.ended or group.last, conditions, group.incident, group.cause)
