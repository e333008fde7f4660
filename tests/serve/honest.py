"""A receiver that records each alert once, as a note of one incident."""

from __future__ import annotations

from incidentctl.app.alerts.receive import Received, Receiver
from incidentctl.app.incident.declare import Request, begin
from incidentctl.app.incident.respond import acknowledge
from incidentctl.domain.incident import facts


class Honest(Receiver):
    """What a receiver promises, in the simplest way."""

    _ident: str | None = None
    _seen: set[str]

    def take(self, source, alerts, received):  # noqa: ARG002
        workspace = self._workspace
        who = workspace.actor(None)
        if self._ident is None:
            found = [head.id for head in workspace.record.open_heads()]
            request = Request("alerts")
            self._ident = (
                found[0] if found else begin(workspace, request, who, on_recorded=lambda _: None)
            )
            events = workspace.record.events(self._ident)[0]
            self._seen = {e.fact.text for e in events if isinstance(e.fact, facts.Noted)}
        texts = [f"{source} {each.key} {each.state} {each.title}" for each in alerts]
        new = [text for text in dict.fromkeys(texts) if text not in self._seen]
        if new:
            acknowledge(workspace, self._ident, list(map(facts.Noted, new)), who)
            self._seen.update(new)
        self.counters.alerts += len(alerts)
        return Received(changed=(self._ident,) if new else ())

    def tick(self, now):  # noqa: ARG002
        return Received()
