"""Receive alerts: group them, acknowledge what is new, count what repeats, declare by rules.

The caller commits and exchanges. What is here in memory can be read from the record again, but for
the repeats that were not written yet: a receiver that was killed goes on without doubles.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from incidentctl.app.alerts.book import Book
from incidentctl.app.alerts.declaring import Declaring
from incidentctl.app.alerts.deduplicate import Deduplication
from incidentctl.app.alerts.grouping import Grouping, Judged
from incidentctl.app.alerts.heartbeats import Heartbeats, alert_of
from incidentctl.app.alerts.late import Late
from incidentctl.app.alerts.received import Counters, Received, Tally
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.alerts.decision import Decision
from incidentctl.domain.alerts.group import RESOLVED, WAITING
from incidentctl.domain.alerts.rules import decide as by_rules
from incidentctl.domain.common.incident_kinds import HEARTBEAT

__all__ = ["Counters", "Received", "Receiver"]

#: So often at most the record is looked at for what others made of a group.
_LOOK = timedelta(seconds=5)
#: In a storm looking takes long, and deliveries wait: then this is its share of the time.
_SHARE, _LONGEST = 100, timedelta(minutes=2)
#: So many decisions are kept: the rules are asked once for alerts that look the same.
_DECISIONS = 5000
#: These fields differ among such alerts: they count only where a rule names them.
_OWN = ("key", "state", "text")

Decide = Callable[[Any, Alert], Decision]


class Receiver:
    """Takes the alerts of one clone; call it from one thread."""

    def __init__(self, workspace: Workspace, *, decide: Decide = by_rules) -> None:
        """Take the workspace whose record gets the alerts; nothing is read before the first."""
        self._workspace = workspace
        self._decide = decide
        self._decisions: dict[Any, Decision] = {}
        self._catalog: Any = None
        self._asked: set[str] = set()
        self._book = Book(workspace, self._decision)
        self.counters = Counters()
        self._declaring = Declaring(workspace, self._book)
        self._grouping = Grouping(workspace, self._book, self._declaring, self.counters)
        self._deduplication = Deduplication(workspace, self._book, self._declaring)
        self._late = Late(workspace, self._book, self._declaring)
        self._changed = False
        self._looked: datetime | None = None
        self._pause = _LOOK
        self._token: tuple[object, ...] | None = None
        self._began: datetime | None = None
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
        (done,) = self.take_all([(source, alerts, received)])
        return done

    def take_all(
        self, deliveries: Iterable[tuple[str, Sequence[Alert], datetime]]
    ) -> list[Received]:
        """Take several deliveries, each as `take`; if one fails, none counts as taken."""
        try:
            with self._book.together():
                return [self._take(*delivery) for delivery in deliveries]
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
                    wanted.append(Judged(alert, decision))
            if wanted:
                self._grouping.take(source, wanted, received, tally)
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
        with self._book.together():
            for live in self._book.lives():
                self._grouping.repeat(live, now, tally)
                self._declaring.act(live, now, tally)
        if self._changed:  # else it holds no incident that it did not hold before
            self._deduplication.cancel_duplicates(now, tally)
            self._late.respond(now, tally)
            self._changed = False
        return tally.received()

    # --- what is known -----------------------------------------------------------------------

    def _begin(self, now: datetime) -> None:
        if self._began is None:
            self._token = self._workspace.record.change_token()  # before what it is of is read
            self._book.load(now)
            missed = (each for each in self._book.lives() if each.source == HEARTBEAT)
            self.heartbeats.know_missed(each.alert.group for each in missed)
            self._began = self._looked = now
            self._changed = True

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
            names = {
                each for rule in _rules(self._catalog) for each in (*rule.match, *rule.group_by)
            }
            self._asked = names.intersection(_OWN)
        own = (getattr(alert, name) for name in sorted(self._asked))
        same = (alert.source, alert.group, alert.severity, alert.title)
        key = (*same, *own, *alert.labels.items())
        found = self._decisions.get(key)
        if found is None:
            if len(self._decisions) >= _DECISIONS:
                self._decisions.clear()
            found = self._decisions[key] = self._decide(self._workspace.catalog, alert)
        return found

    # --- heartbeats --------------------------------------------------------------------------

    def _beat(self, decision: Decision, alert: Alert, received: datetime, tally: Tally) -> None:
        if decision.rule is None:
            return
        if alert.state == RESOLVED:
            tally.no_heartbeats[decision.rule] = None
            return
        self.counters.heartbeats += 1
        self.heartbeats.beat(decision.rule, received)
        over = alert_of(decision.rule)._replace(state="resolved", ended=received)
        self._grouping.take(HEARTBEAT, [Judged(over, decision)], received, tally)

    def _miss(self, now: datetime, tally: Tally) -> None:
        """Alert for each heartbeat that has not been heard for as long as its rule says."""
        rules = _rules(self._workspace.catalog)
        for rule, alert in self.heartbeats.newly_missed(rules, now, self._began or now):
            decision = self._decision(alert)
            decision = decision._replace(
                rule=rule.name,
                mode="inbox",
                affects=rule.service,
                severity=rule.severity,
                restricted=rule.restricted or decision.restricted,
            )
            self._grouping.take(HEARTBEAT, [Judged(alert, decision)], now, tally)


def _by_group(alerts: Iterable[Alert]) -> list[list[Alert]]:
    found: dict[str, list[Alert]] = {}
    for alert in alerts:
        found.setdefault(alert.group, []).append(alert)
    return list(found.values())


def _rules(catalog: Any) -> Sequence[Any]:
    settings = getattr(catalog, "alerts", None)
    return settings.rules if settings is not None else ()
