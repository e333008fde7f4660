"""A correction of what attached an alert: the alert's own record has to say the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from incidentctl.app.incident.respond import Response, acknowledge
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.ids import is_group_id

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
        if group := _group(event):
            if off := [facts.Retracted(each, "") for each in _belonging(response, group)]:
                acknowledge(workspace, group, off, response.who)
                notes.append(f"{group} belongs to no incident any more; `incidentctl alert inbox`.")
        elif isinstance(event.fact, facts.Retracted):
            again = events.get(event.fact.event)
            if again and (group := _group(again)):
                acknowledge(workspace, group, [facts.AlertAttached(group, ident)], response.who)
    return tuple(notes)


def _group(event: Event) -> str | None:
    """Return the alert that an event attached; whoever wrote it may have named anything."""
    fact = event.fact
    return fact.group if isinstance(fact, facts.AlertAttached) and is_group_id(fact.group) else None


def _belonging(response: Response, group: str) -> Iterator[str]:
    """Yield the ids of the events of an alert that make it one of this incident."""
    events: list[Event] = response.workspace.record.events(group)[0]
    off = {each.fact.event for each in events if isinstance(each.fact, facts.Retracted)}
    for each in events:
        belongs = isinstance(each.fact, _BELONGS) and each.fact.incident == response.ident
        if belongs and each.id not in off:
            yield each.id
