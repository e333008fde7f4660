"""A correction of what attached an alert: the alert's own record has to say the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from incidentctl.app.incident.respond import Response, acknowledge
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.events import Event

#: What in the record of an alert says to which incident it belongs.
_BELONGS = (facts.AlertAttached, facts.AlertDeclared)


def follow(response: Response, stated: Iterable[Any]) -> tuple[str, ...]:
    """Let alerts wait again whose attachment is taken back, and belong again if that is.

    `stated` is about to be recorded in the incident. Return what there is to say about it.
    """
    workspace, ident = response.workspace, response.ident
    gone = [fact.event for fact in stated if isinstance(fact, facts.Retracted)]
    if not gone:
        return ()
    events = {each.id: each for each in workspace.record.events(ident)[0]}
    notes = []
    for event in filter(None, map(events.get, gone)):
        if isinstance(event.fact, facts.AlertAttached):
            group = event.fact.group
            if off := [facts.Retracted(each, "") for each in _belonging(response, group)]:
                acknowledge(workspace, group, off, response.who)
                notes.append(f"{group} belongs to no incident any more; `incidentctl alert inbox`.")
        elif isinstance(event.fact, facts.Retracted):
            again = events.get(event.fact.event)
            if again is not None and isinstance(again.fact, facts.AlertAttached):
                group = again.fact.group
                acknowledge(workspace, group, [facts.AlertAttached(group, ident)], response.who)
    return tuple(notes)


def _belonging(response: Response, group: str) -> Iterator[str]:
    """Yield the ids of the events of an alert that make it one of this incident."""
    events: list[Event] = response.workspace.record.events(group)[0]
    off = {each.fact.event for each in events if isinstance(each.fact, facts.Retracted)}
    for each in events:
        belongs = isinstance(each.fact, _BELONGS) and each.fact.incident == response.ident
        if belongs and each.id not in off:
            yield each.id
