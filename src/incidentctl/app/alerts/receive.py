"""Receive alerts: group them, acknowledge what is new, count what repeats, declare by rules.

The caller commits and exchanges. What is here in memory can be read from the record again, but for
the repeats that were not written yet: a receiver that was killed goes on without doubles.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from incidentctl.app.alerts.book import Book
from incidentctl.app.alerts.declaring import Declaring
from incidentctl.app.alerts.heartbeats import Heartbeats, alert_of
from incidentctl.app.alerts.live import Live
from incidentctl.app.alerts.received import Counters, Received, Tally
from incidentctl.app.alerts.uniting import Uniting
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts import derive
from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.alerts.decision import Decision
from incidentctl.domain.alerts.group import ACKNOWLEDGED, FIRING, RESOLVED, WAITING, slot_of
from incidentctl.domain.alerts.rules import decide as by_rules
from incidentctl.domain.common.incident_kinds import HEARTBEAT
from incidentctl.domain.common.times import iso
from incidentctl.domain.incident import facts

__all__ = ["Counters", "Received", "Receiver"]

#: So often at most the record is looked at for what others made of a group.
_LOOK = timedelta(seconds=5)
#: In a storm looking takes long, and deliveries wait: then this is its share of the time.
_SHARE, _LONGEST = 100, timedelta(minutes=2)
#: So many titles of what joined a group stand in one event, and so many members.
_TITLES, _MEMBERS = 10, 500
#: So many decisions are kept: the rules are asked once for alerts that look the same.
_DECISIONS = 5000

Decide = Callable[[Any, Alert], Decision]


@dataclass(frozen=True)
class _Judged:
    """An alert and what the rules say of it."""

    alert: Alert
    decision: Decision


class Receiver:
    """Takes the alerts of one clone; call it from one thread."""

    def __init__(self, workspace: Workspace, *, decide: Decide = by_rules) -> None:
        """Take the workspace whose record gets the alerts; nothing is read before the first."""
        self._workspace = workspace
        self._decide = decide
        self._decisions: dict[Any, Decision] = {}
        self._catalog: Any = None
        self._book = Book(workspace, self._decision)
        self._declaring = Declaring(workspace, self._book)
        self._uniting = Uniting(workspace, self._book, self._declaring)
        self._changed = False
        self._looked: datetime | None = None
        self._pause = _LOOK
        self._token: tuple[object, ...] | None = None
        self._began: datetime | None = None
        self.counters = Counters()
        self.heartbeats = Heartbeats()
        self.heard: dict[str, datetime] = {}
        """When each source last sent something."""

    @property
    def missed(self) -> tuple[str, ...]:
        """The heartbeats that are missed now, by the names of their rules."""
        return self.heartbeats.missed(_rules(self._workspace.catalog))

    @property
    def firing(self) -> int:
        """How many groups fire now."""
        return sum(live.state != RESOLVED for live in self._book.lives())

    @property
    def waiting(self) -> int:
        """How many of them wait in the inbox."""
        return sum(
            live.state != RESOLVED and live.handling == WAITING for live in self._book.lives()
        )

    def take(self, source: str, alerts: Sequence[Alert], received: datetime) -> Received:
        """Take a delivery of a source: once this returns, what was new is on disk.

        EnvironmentFailedError if it could not be written: then the sender has to send it again.
        """
        try:
            return self._take(source, alerts, received)
        except BaseException:
            self._began = None  # what is in memory may not be on disk
            raise

    def _take(self, source: str, alerts: Sequence[Alert], received: datetime) -> Received:
        self._begin(received)
        tally = Tally(self.counters)
        self.heard[source] = received
        self.counters.alerts += len(alerts)
        for same in _by_group(each._replace(source=source) for each in alerts):
            wanted = []
            for alert in same:
                decision = self._decision(alert)
                if decision.mode == "ignore":
                    self.counters.ignored += 1
                elif decision.mode == "heartbeat":
                    self._beat(decision, alert, received, tally)
                else:
                    wanted.append(_Judged(alert, decision))
            if wanted:
                self._take_group(source, wanted, received, tally)
        return tally.received()

    def tick(self, now: datetime) -> Received:
        """Do what is due by the clock: counted repeats, rules' `after`, missed heartbeats.

        It also looks, every few seconds, at what others made of the groups.
        """
        try:
            return self._tick(now)
        except BaseException:
            self._began = None
            raise

    def _tick(self, now: datetime) -> Received:
        self._begin(now)
        tally = Tally(self.counters)
        self._look(now)
        self._miss(now, tally)
        for live in self._book.lives():
            self._repeat(live, now, tally)
            self._declaring.act(live, now, tally)
        if self._changed:  # else it holds no incident that it did not hold before
            self._uniting.unite(now, tally)
            self._changed = False
        return tally.received()

    # --- what is known -----------------------------------------------------------------------

    def _begin(self, now: datetime) -> None:
        if self._began is None:
            self._book.load(now)
            missed = (each for each in self._book.lives() if each.source == HEARTBEAT)
            self.heartbeats.know_missed(each.alert.group for each in missed)
            self._began = self._looked = now
            self._changed = True
            self._token = self._workspace.record.change_token()

    def _look(self, now: datetime) -> None:
        """Read the record again if somebody may have written to it."""
        if self._looked is not None and now - self._looked < self._pause:
            return
        self._looked = now
        token = self._workspace.record.change_token()
        if token != self._token:
            self._token, self._changed = token, True
            begun = time.monotonic()
            self._book.refresh(now)
            took = timedelta(seconds=time.monotonic() - begun)
            self._pause = min(max(_LOOK, took * _SHARE), _LONGEST)

    def _decision(self, alert: Alert) -> Decision:
        if self._catalog is not self._workspace.catalog:  # a new version of the team's files
            self._catalog = self._workspace.catalog
            self._decisions.clear()
        key = (alert.source, alert.group, alert.severity, alert.title, *alert.labels.items())
        found = self._decisions.get(key)
        if found is None:
            if len(self._decisions) >= _DECISIONS:
                self._decisions.clear()
            found = self._decisions[key] = self._decide(self._workspace.catalog, alert)
        return found

    # --- one group of a delivery -------------------------------------------------------------

    def _take_group(
        self, source: str, judged: Sequence[_Judged], received: datetime, tally: Tally
    ) -> None:
        digest = derive.digest(source, judged[0].alert.group)
        lives = self._book.of(digest)
        over = [each.alert for each in judged if each.alert.state == RESOLVED]
        firing = [each for each in judged if each.alert.state != RESOLVED]
        if firing:
            live = lives[0] if lives else None
            if live is None:
                fresh = [each for each in firing if not self._book.is_late(digest, each.alert)]
                if not fresh:
                    self.counters.repeats += len(firing)
                    return
                live = self._open(source, fresh, received, tally)
                lives = [live]
            self._join(live, firing, received, tally)
        for live in lives:
            self._resolve(live, over, received, tally)
        for live in lives:
            self._declaring.act(live, received, tally)

    def _open(
        self,
        source: str,
        judged: Sequence[_Judged],
        received: datetime,
        tally: Tally,
    ) -> Live:
        """Open a group for the alert that began first; nothing of it depends on the receiver."""

        def start(each: _Judged) -> datetime:
            found = derive.credible(each.alert.started, received)
            return found or derive.milliseconds(received)

        first = min(judged, key=lambda each: (start(each), each.alert.key))
        event = derive.opening(source, first.alert, start(first))
        ident = derive.group_id(source, first.alert, start(first))
        live = Live(ident, source, first.alert, start(first), first.decision)
        live.slot = slot_of(received - live.started)
        live.last = received
        live.mark(event.fact.member, FIRING)
        if any(each.decision.restricted for each in judged):
            self._workspace.record.restrict(ident)
        if not self._book.knows(ident):
            self._book.acknowledge(live, [event])
            tally.opened(ident)
        self._book.add(live)
        return live

    def _join(
        self, live: Live, judged: Sequence[_Judged], received: datetime, tally: Tally
    ) -> None:
        """Add what is new in a group, and count what is not."""
        joined: list[_Judged] = []
        members: list[str] = []
        acknowledged: list[str] = []
        for each in judged:
            now = live.newest(each.alert)
            if now is None or live.fires_anew(each.alert, received):
                start = derive.credible(each.alert.started, received)
                now = derive.member(each.alert, start or derive.milliseconds(received))
                live.mark(now, FIRING)
                members.append(now)
                joined.append(each)
            if each.alert.state == ACKNOWLEDGED and live.members[now] == FIRING:
                live.mark(now, ACKNOWLEDGED)
                acknowledged.append(now)
        stated: list[Any] = [
            facts.AlertJoined(
                live.ident,
                tuple(members[begin : begin + _MEMBERS]),
                _titles(joined[begin : begin + _MEMBERS]),
            )
            for begin in range(0, len(members), _MEMBERS)
        ]
        worse = self._worse(live, judged)
        stated += worse
        if acknowledged:
            stated.append(facts.AlertAcknowledged(live.ident, tuple(acknowledged)))
        live.last = max(live.last, received)
        if stated:
            self._book.state(live, stated, received)
            tally.changed(live.ident)
        known = len(judged) - len(joined)
        if known and live.ident not in tally.fresh:
            self.counters.repeats += known
            live.counted += 1
        self._declaring.raise_(live, worse)
        if acknowledged and live.incident:
            self._declaring.tell(live, facts.AlertAcknowledged(live.ident, ()))
        if known:
            self._repeat(live, received, tally)

    def _worse(self, live: Live, judged: Sequence[_Judged]) -> list[Any]:
        """Return what says that a group is worse than it was, or hits more; each is told once."""
        scale = [severity.name for severity in self._workspace.catalog.scale.severities]
        found: list[Any] = []
        for alert, decision in ((each.alert, each.decision) for each in judged):
            member = live.newest(alert)
            if member is None or live.members[member] == RESOLVED:
                continue
            title = " ".join(alert.title.split())[:200]
            if live.worsen(decision.severity, scale):
                found.append(
                    facts.AlertWorsened(
                        live.ident, member, decision.severity or "", alert.severity, title
                    )
                )
            if decision.affects and decision.affects not in live.services:
                known = bool(live.services)
                live.services[decision.affects] = None
                if known or alert is not live.alert:
                    found.append(
                        facts.AlertSpread(live.ident, member, decision.affects[:200], title)
                    )
            live.consider(decision)
        return found

    def _resolve(
        self, live: Live, alerts: Iterable[Alert], received: datetime, tally: Tally
    ) -> None:
        over: dict[str, datetime] = {}
        for alert in alerts:
            member = live.ended_by(alert)
            if member is not None:
                ended = derive.credible(alert.ended, received) or received
                live.mark(member, RESOLVED)
                live.ends[member] = ended
                over[member] = ended
        if not over:
            return
        whole = live.state == RESOLVED
        at = max(over.values())
        if whole:
            self._repeat(live, received, tally, at_once=True)
        for begin in range(0, len(over), _MEMBERS):
            some = tuple(over)[begin : begin + _MEMBERS]
            last = begin + _MEMBERS >= len(over)
            fact = facts.AlertResolved(live.ident, some, whole and last)
            self._book.state(live, [fact], received, at=at)
        tally.changed(live.ident)
        if whole:
            self.counters.resolved += 1
            self._declaring.resolved(live, at)
            self._book.close(live, at)

    def _repeat(self, live: Live, now: datetime, tally: Tally, *, at_once: bool = False) -> None:
        """Write how often a group was repeated, once in each slot of its age."""
        slot = slot_of(now - live.started)
        if live.counted and (at_once or slot > live.slot):
            fact = facts.AlertRepeated(
                live.ident, max(slot, live.slot), live.counted, iso(live.last)
            )
            live.slot, live.counted = max(slot, live.slot), 0
            self._book.state(live, [fact], now)
            tally.changed(live.ident)
            if live.incident:
                self._declaring.tell(live, fact)

    # --- heartbeats --------------------------------------------------------------------------

    def _beat(self, decision: Decision, alert: Alert, received: datetime, tally: Tally) -> None:
        if alert.state == RESOLVED or decision.rule is None:
            return
        self.counters.heartbeats += 1
        self.heartbeats.beat(decision.rule, received)
        missed = alert_of(decision.rule)
        for live in self._book.of(derive.digest(HEARTBEAT, missed.group)):
            over = missed._replace(state="resolved", ended=received)
            self._resolve(live, [over], received, tally)

    def _miss(self, now: datetime, tally: Tally) -> None:
        """Alert for each heartbeat that has not been heard for as long as its rule says."""
        rules = _rules(self._workspace.catalog)
        for rule, alert in self.heartbeats.newly_missed(rules, now, self._began or now):
            decision = self._decision(alert)._replace(
                rule=rule.name, mode="inbox", affects=rule.service, severity=rule.severity
            )
            self._take_group(HEARTBEAT, [_Judged(alert, decision)], now, tally)


def _by_group(alerts: Iterable[Alert]) -> list[list[Alert]]:
    found: dict[str, list[Alert]] = {}
    for alert in alerts:
        found.setdefault(alert.group, []).append(alert)
    return list(found.values())


def _titles(joined: Sequence[_Judged]) -> str:
    titles = [" ".join(each.alert.title.split())[:200] for each in joined[:_TITLES]]
    more = [f"and {len(joined) - _TITLES} more"] if len(joined) > _TITLES else []
    return "\n".join([*titles, *more])


def _rules(catalog: Any) -> Sequence[Any]:
    settings = getattr(catalog, "alerts", None)
    return settings.rules if settings is not None else ()
