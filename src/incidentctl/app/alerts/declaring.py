"""Declare what a rule says, and tell incidents what becomes of their alerts."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from incidentctl.app.alerts.book import Book, author_of
from incidentctl.app.alerts.live import Live
from incidentctl.app.alerts.received import Tally
from incidentctl.app.incident.classify import classify, raised
from incidentctl.app.incident.respond import acknowledge, load
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts import derive
from incidentctl.domain.alerts.declaration import alert_facts
from incidentctl.domain.alerts.group import ATTACHED, RESOLVED, WAITING
from incidentctl.domain.common.times import offset_minutes
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.state import Incident, is_alert
from incidentctl.errors import EnvironmentFailedError
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
        rule = decision.rule or ""
        cause = derive.cause(rule, decision.group)
        found, former = self._incident_of(cause, live, now)
        ident = found or derive.incident_id(cause, live.started)
        record = self._workspace.record
        fresh = found is None and ident not in record.ids()
        if fresh:
            if self._is_restricted(live):
                record.restrict(ident)
            event = derive.declared(live.source, live.alert, cause, live.started)
            author = author_of(live.source)
            record.acknowledge(Action(ident, (event,), author, f"{ident}: declared"))
            tally.declared(ident)
        else:
            tally.attached(ident)
        incident = load(self._workspace, ident)
        stated = self._first_facts(live, incident, rule, cause, former)
        if incident.tier is None and incident.started is None:
            self._record(live, ident, [facts.MomentMarked("started")], at=live.started)
        self._record(live, ident, stated)
        live.handling, live.incident, live.cause = ATTACHED, ident, cause
        own = found is None
        kind = facts.AlertDeclared if own else facts.AlertAttached
        fact = kind(live.ident, ident, rule=rule, cause=cause)
        self._book.state(live, [fact], now)
        tally.changed(live.ident)

    def _incident_of(self, cause: str, live: Live, now: datetime) -> tuple[str | None, str | None]:
        """Return the open incident that a group belongs to, and the last one that is over."""
        known = self._book.of_cause(cause)
        if not known:
            return None, None
        restricted, record = self._is_restricted(live), self._workspace.record
        heads = {head.id: head for head in record.heads() if head.id in known}
        mine = [ident for ident in heads if record.is_restricted(ident) is restricted]
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

    def _is_restricted(self, live: Live) -> bool:
        return live.decision.restricted or self._workspace.record.is_restricted(live.ident)

    def _first_facts(
        self, live: Live, incident: Incident, rule: str, cause: str, former: str | None
    ) -> list[Any]:
        """Return what an incident gets when a group comes to it."""
        stated: list[Any] = []
        title = " ".join(live.alert.title.split())[:200]
        services = list(live.services)
        if live.ident not in {each.group for each in incident.alerts}:
            attached = facts.AlertAttached(live.ident, incident.id, title, rule or None, cause)
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
        self._record(live, live.incident, [*worse, *self._raised(live, incident)])

    def tell(self, live: Live, fact: Any) -> None:
        """Record in the incident of a group what became of the group."""
        if live.incident is not None:
            self._record(live, live.incident, [fact])

    def resolved(self, live: Live, at: datetime) -> None:
        """Tell the incident that nothing of a group fires; resolve it where a rule says so."""
        if live.incident is None:
            return
        fact = facts.AlertResolved(live.ident, (), whole=True)
        self._record(live, live.incident, [fact], at=at)
        incident = load(self._workspace, live.incident)
        alone = incident.open and is_alert(incident.commander)
        if live.decision.resolve and alone and not any(a.firing for a in incident.alerts):
            over = facts.Resolved("All its alerts are resolved.")
            self._record(live, live.incident, [over])

    def unite(self, now: datetime, tally: Tally) -> None:
        """Make one of the incidents that two receivers declared for one cause.

        Only those that nobody commands yet: where people respond, they decide.
        """
        for cause in {live.cause for live in self._book.lives() if live.cause}:
            known = self._book.of_cause(cause)
            if len(known) < 2:
                continue
            with contextlib.suppress(EnvironmentFailedError):
                self._unite(cause, list(known), now, tally)

    def _unite(self, cause: str, idents: Sequence[str], now: datetime, tally: Tally) -> None:
        found = [load(self._workspace, ident) for ident in idents]
        opened = sorted((i for i in found if i.open), key=lambda each: (each.declared, each.id))
        if not opened:
            return
        first = opened[0]
        for later in opened[1:]:
            mine = [live for live in self._book.lives() if live.incident == later.id]
            close = mine and later.declared - first.declared <= mine[0].decision.window
            both = is_alert(later.declared_by) and is_alert(first.declared_by)
            if not (close and both and is_alert(later.commander)):
                continue
            if self._workspace.record.is_restricted(first.id) is not (
                self._workspace.record.is_restricted(later.id)
            ):
                continue
            over = facts.Cancelled("Two receivers declared it.", first.id)
            self._record(mine[0], later.id, [over])
            for live in mine:
                self._move(live, first, cause, now)
                tally.changed(live.ident)

    def _move(self, live: Live, incident: Incident, cause: str, now: datetime) -> None:
        stated = self._first_facts(live, incident, live.decision.rule or "", cause, None)
        if stated:
            self._record(live, incident.id, stated)
        live.incident = incident.id
        rule = live.decision.rule
        fact = facts.AlertAttached(live.ident, incident.id, rule=rule, cause=cause)
        self._book.state(live, [fact], now)

    def _record(
        self, live: Live, ident: str, stated: Sequence[Any], *, at: datetime | None = None
    ) -> None:
        author = author_of(live.source)
        who = Actor(derive.author(live.source), None, author.name, author.email)
        if stated:
            acknowledge(self._workspace, ident, stated, who, at=at)
