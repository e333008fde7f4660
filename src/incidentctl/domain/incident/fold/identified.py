"""Attribute what was recorded under another name to the person, in the whole incident."""

from __future__ import annotations

from typing import Any

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.events import EffectiveEvent

#: The fields of facts that name somebody.
_FIELDS = ("person", "reported_by")


def identified(events: list[EffectiveEvent]) -> list[EffectiveEvent]:
    """Return the events with everybody under the name that was identified last."""
    known = {
        each.fact.was: each.fact.person
        for each in events
        if type(each.fact) is facts.PersonIdentified and not each.retracted
    }
    return [_renamed(each, known) for each in events] if known else events


def _renamed(each: EffectiveEvent, known: dict[str, str]) -> EffectiveEvent:
    event = each.event
    if event.by in known:
        event = event._replace(by=known[event.by])
    return each._replace(event=event, fact=_fact(each.fact, known))


def _fact(fact: Any, known: dict[str, str]) -> Any:
    named = {field: getattr(fact, field, None) for field in _FIELDS}
    changed = {field: known[name] for field, name in named.items() if name in known}
    if not changed or type(fact) is facts.PersonIdentified:
        return fact
    return fact._replace(**changed)
