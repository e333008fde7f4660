"""The life of an alert group: it opens; alerts join it, repeat, get worse and resolve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incidentctl.app.alerts.book import Book
from incidentctl.app.alerts.declaring import Declaring
from incidentctl.app.alerts.live import Live
from incidentctl.app.alerts.received import Counters, Tally
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts import derive
from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.alerts.decision import Decision
from incidentctl.domain.alerts.group import ACKNOWLEDGED, FIRING, RESOLVED, slot_of
from incidentctl.domain.common.times import iso
from incidentctl.domain.incident import facts

#: So many titles of what joined a group stand in one event, and so many members.
_TITLES, _MEMBERS = 10, 500


@dataclass(frozen=True)
class Judged:
    """An alert and what the rules say of it."""

    alert: Alert
    decision: Decision


class Grouping:
    """What a receiver records in groups of alerts."""

    def __init__(
        self, workspace: Workspace, book: Book, declaring: Declaring, counters: Counters
    ) -> None:
        """Take the groups that are known, what writes to incidents, and what counts."""
        self._workspace = workspace
        self._book = book
        self._declaring = declaring
        self._counters = counters

    def take(self, source: str, judged: Sequence[Judged], received: datetime, tally: Tally) -> None:
        """Record what the alerts of one group, in one delivery, change in it.

        Those of them that few may read are a group of their own.
        """
        over = [each.alert for each in judged if each.alert.state == RESOLVED]
        group = judged[0].alert.group
        digests = {few: derive.group_digest(source, group, restricted=few) for few in (True, False)}

        def lives(*, few: bool) -> list[Live]:
            # Whoever may push can write any digest: it does not say what few may read.
            found = (live for digest in digests.values() for live in self._book.of(digest))
            return [live for live in found if live.restricted is few]

        apart = lives(few=True)
        firing: dict[bool, list[Judged]] = {True: [], False: []}
        for each in judged:
            if each.alert.state != RESOLVED:
                # One that fires there stays there, whatever is told of it later.
                known = any(live.newest(each.alert) for live in apart)
                firing[known or each.decision.restricted].append(each)
        for few, some in firing.items():
            found = lives(few=few)
            if some:
                live = found[0] if found else self._open(source, some, received, tally)
                if live is not None:
                    self._join(live, some, received, tally)
            for live in lives(few=few):
                self.resolve(live, over, received, tally)
            for live in lives(few=few):
                self._declaring.act(live, received, tally)

    def _open(
        self,
        source: str,
        judged: Sequence[Judged],
        received: datetime,
        tally: Tally,
    ) -> Live | None:
        """Open a group for the alert that began first; nothing of it depends on the receiver.

        None where all of them are late copies of what is over.
        """

        def start(each: Judged) -> datetime:
            found = derive.credible(each.alert.started, received)
            return found or derive.milliseconds(received)

        restricted = judged[0].decision.restricted
        digest = derive.group_digest(source, judged[0].alert.group, restricted=restricted)
        fresh = [each for each in judged if not self._book.is_late(digest, each.alert)]
        if not fresh:
            self._counters.repeats += len(judged)
            return None
        first = min(fresh, key=lambda each: (start(each), each.alert.key))
        event = derive.opening(source, first.alert, start(first), restricted=restricted)
        ident = derive.group_id(source, first.alert, start(first), restricted=restricted)
        live = Live(ident, source, first.alert, start(first), first.decision)
        live.slot = slot_of(received - live.started)
        live.last = received
        live.mark(event.fact.member, FIRING)
        if restricted:
            self._workspace.record.restrict(ident)
        if not self._book.knows(ident):
            self._book.acknowledge(live, [event])
            tally.opened(ident)
        self._book.add(live)
        return live

    def _join(self, live: Live, judged: Sequence[Judged], received: datetime, tally: Tally) -> None:
        """Add what is new in a group, and count what is not."""
        joined: list[Judged] = []
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
                None if live.redacted else _titles(joined[begin : begin + _MEMBERS]),
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
            self._counters.repeats += known
            live.counted += 1
        self._declaring.raise_(live, worse)
        if acknowledged and live.incident:
            self._declaring.tell(live, facts.AlertAcknowledged(live.ident, ()))
        if known:
            self.repeat(live, received, tally)

    def _worse(self, live: Live, judged: Sequence[Judged]) -> list[Any]:
        """Return what says that a group is worse than it was, or hits more; each is told once."""
        scale = [severity.name for severity in self._workspace.catalog.scale.severities]
        found: list[Any] = []
        for alert, decision in ((each.alert, each.decision) for each in judged):
            member = live.newest(alert)
            if member is None or live.members[member] == RESOLVED:
                continue
            title = None if live.redacted else " ".join(alert.title.split())[:200]
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

    def resolve(
        self, live: Live, alerts: Iterable[Alert], received: datetime, tally: Tally
    ) -> None:
        """Record which of the members that fire are over; the group is closed with the last."""
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
            self.repeat(live, received, tally, at_once=True)
        for begin in range(0, len(over), _MEMBERS):
            some = tuple(over)[begin : begin + _MEMBERS]
            last = begin + _MEMBERS >= len(over)
            fact = facts.AlertResolved(live.ident, some, whole and last)
            self._book.state(live, [fact], received, at=at)
        tally.changed(live.ident)
        if whole:
            self._counters.resolved += 1
            self._declaring.resolved(live, at)
            self._book.close(live, at)

    def repeat(self, live: Live, now: datetime, tally: Tally, *, at_once: bool = False) -> None:
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


def _titles(joined: Sequence[Judged]) -> str:
    titles = [" ".join(each.alert.title.split())[:200] for each in joined[:_TITLES]]
    more = [f"and {len(joined) - _TITLES} more"] if len(joined) > _TITLES else []
    return "\n".join([*titles, *more])
