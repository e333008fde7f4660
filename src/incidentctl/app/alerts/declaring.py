"""Declare incidents by rule, and record in incidents what happens to their alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from incidentctl.app.alerts.book import Book, author_of
from incidentctl.app.alerts.live import Live
from incidentctl.app.alerts.received import Tally
from incidentctl.app.incident.classify import classify, raised
from incidentctl.app.incident.find import load
from incidentctl.app.incident.respond import acknowledge
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts import derive
from incidentctl.domain.alerts.declaration import alert_facts
from incidentctl.domain.alerts.group import ATTACHED, RESOLVED, WAITING, fold_group
from incidentctl.domain.common.times import offset_minutes
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.head import Head
from incidentctl.domain.incident.state import Incident, is_alert
from incidentctl.record.write.outbox import Action


class Declaring:
    """What a receiver does to incidents."""

    def __init__(self, workspace: Workspace, book: Book) -> None:
        """Take the workspace, and the groups that are known."""
        self._workspace = workspace
        self._book = book

    def act(self, live: Live, now: datetime, tally: Tally) -> None:
        """Declare an incident for a group, or attach it to one, if a rule says so by now."""
        decision = live.decision
        waits = live.handling == WAITING and live.state != RESOLVED
        if not waits or decision.mode != "declare" or now - live.started < decision.after:
            return
        self._respond(live, now, tally)

    def leave(self, live: Live, now: datetime, tally: Tally) -> None:
        """Respond to a group that came to an incident which was over by then, unknown to us."""
        if live.decision.mode == "declare":
            self._respond(live, now, tally, left=live.incident)

    def _respond(self, live: Live, now: datetime, tally: Tally, *, left: str | None = None) -> None:
        decision = live.decision
        rule = decision.rule or ""
        restricted = live.restricted
        cause = derive.cause(rule, decision.group, restricted=restricted)
        found, former = self._incident_of(cause, live, now)
        ident = found or derive.incident_id(cause, live.started)
        if ident == left:
            return
        record = self._workspace.record
        if restricted:
            record.restrict(ident)
        fresh = found is None and ident not in record.ids()
        if fresh:
            event = derive.declared(live.source, live.alert, cause, live.started)
            author = author_of(live.source)
            self._book.settle()
            if left is None and not self._still_waits(live):
                return
            record.acknowledge(Action(ident, (event,), author, f"{ident}: declared"))
            tally.declared(ident)
        else:
            tally.attached(ident)
        incident = load(self._workspace, ident)
        stated = self._first_facts(live, incident, rule, cause, former)
        if incident.tier is None and incident.started is None:
            self.record(live, ident, [facts.MomentMarked("started")], at=live.started)
        self.record(live, ident, stated)
        live.handling, live.incident, live.cause, live.joined = ATTACHED, ident, cause, now
        own = found is None and left is None
        kind = facts.AlertDeclared if own else facts.AlertAttached
        fact = kind(live.ident, ident, rule=rule, cause=cause)
        self._book.state(live, [fact], now)
        tally.changed(live.ident)

    def _still_waits(self, live: Live) -> bool:
        """Say whether a group waits in the record now: a person may have dismissed it just now."""
        group = fold_group(live.ident, self._workspace.record.events(live.ident)[0])
        live.update(group)
        return group.handling == WAITING

    def _incident_of(self, cause: str, live: Live, now: datetime) -> tuple[str | None, str | None]:
        """Return the open incident that a group belongs to, and the last one that is over."""
        known = self._book.of_cause(cause)
        if not known:
            return None, None
        record = self._workspace.record
        heads = {head.id: head for head in record.heads()}
        known = _without_duplicates(known, heads)
        mine = [ident for ident in known if record.is_restricted(ident) is live.restricted]
        window = live.decision.window
        opened = [
            ident
            for ident in mine
            if heads[ident].open and (known[ident][1] or now - known[ident][0] <= window)
        ]
        over = [ident for ident in mine if not heads[ident].open]
        newest = max(over, key=lambda ident: (heads[ident].declared, ident), default=None)
        first = min(opened, key=lambda ident: (heads[ident].declared, ident), default=None)
        return first, newest

    def _first_facts(
        self, live: Live, incident: Incident, rule: str, cause: str, former: str | None
    ) -> list[Any]:
        """Return what an incident gets when a group comes to it."""
        stated: list[Any] = []
        title = " ".join(live.alert.title.split())[:200]
        services = list(live.services)
        if live.ident not in {each.group for each in incident.alerts}:
            attached = facts.AlertAttached(
                live.ident, incident.id, title, rule or None, cause,
                firing=live.state != RESOLVED, former=former,
            )  # fmt: skip
            if incident.tier is None and is_alert(incident.declared_by):
                basics = self._workspace.basics
                attached = attached._replace(
                    organisation=basics.organisation,
                    timezone=basics.timezone,
                    utc_offset=offset_minutes(live.started, basics.timezone),
                )
            stated += [attached, *alert_facts([live.alert])]
        if former and former != incident.id:
            stated.append(facts.Related(former, "related"))
        if incident.tier is None:
            known = classify(
                self._workspace, incident, suggested=live.severity, affects=services or None
            )
            return [*stated, *known.facts]
        return [*stated, *self._raised(live, incident)]

    def _raised(self, live: Live, incident: Incident) -> list[Any]:
        if not incident.open:
            return []
        return raised(
            self._workspace, incident, live.severity, list(live.services), f"alert {live.ident}"
        )

    def raise_(self, live: Live, worse: Sequence[Any]) -> None:
        """Tell the incident of a group that this is worse, and raise its severity if it is."""
        if live.incident is None or not worse:
            return
        incident = load(self._workspace, live.incident)
        self.record(live, live.incident, [*worse, *self._raised(live, incident)])

    def tell(self, live: Live, fact: Any) -> None:
        """Record in the incident of a group what became of the group."""
        if live.incident is not None:
            self.record(live, live.incident, [fact])

    def resolved(self, live: Live, at: datetime) -> None:
        """Tell the incident that nothing of a group fires; resolve it where a rule says so."""
        if live.incident is None:
            return
        fact = facts.AlertResolved(live.ident, (), whole=True)
        self.record(live, live.incident, [fact], at=at)
        incident = load(self._workspace, live.incident)
        alone = incident.open and is_alert(incident.commander)
        if live.decision.resolve and alone and not any(a.firing for a in incident.alerts):
            over = facts.Resolved("All its alerts are resolved.")
            self.record(live, live.incident, [over])

    def join(self, live: Live, incident: Incident, cause: str, now: datetime) -> None:
        """Let a group belong to an incident that is there, instead of to a copy of it."""
        rule = live.decision.rule
        stated = self._first_facts(live, incident, rule or "", cause, None)
        self.record(live, incident.id, stated)
        fact = facts.AlertAttached(
            live.ident, incident.id, rule=rule, cause=cause, firing=live.state != RESOLVED
        )
        self._book.state(live, [fact], now)
        self._book.move(live, incident.id, cause)

    def record(
        self, live: Live, ident: str, stated: Sequence[Any], *, at: datetime | None = None
    ) -> None:
        """Acknowledge facts of an incident as said by the source of a group."""
        author = author_of(live.source)
        who = Actor(derive.author(live.source), None, author.name, author.email)
        if stated:
            self._book.settle()
            acknowledge(self._workspace, ident, stated, who, at=at)


def _without_duplicates(
    known: Mapping[str, tuple[datetime, bool]], heads: Mapping[str, Head]
) -> dict[str, tuple[datetime, bool]]:
    """Return what is known of incidents of the record, that of a duplicate under its original."""
    found: dict[str, tuple[datetime, bool]] = {}
    for each, (last, fires) in known.items():
        ident, passed = each, {each}
        while (head := heads.get(ident)) and head.duplicate_of not in (None, *passed):
            ident = head.duplicate_of or ""
            passed.add(ident)
        if ident in heads:
            other, also = found.get(ident, (last, fires))
            found[ident] = max(last, other), fires or also
    return found
