"""If several receivers recorded the same alert, count it once."""

from __future__ import annotations

from typing import Any

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.events import EffectiveEvent
from incidentctl.domain.incident.state import is_alert

#: Of these the newest stands; what states it once more changes nothing.
_STANDING = (
    facts.SeveritySet,
    facts.AffectedSet,
    facts.ProcessResolved,
    facts.RunbookAttached,
    facts.RunbookDetached,
)


def first_of_each(events: list[EffectiveEvent]) -> list[EffectiveEvent]:
    """Return the events without the copies of what another receiver recorded before.

    Only what receivers write can be a copy: two people who say the same both say it.
    """
    if not any(is_alert(each.event.by) for each in events):
        return events
    seen: set[Any] = set()
    newest: dict[Any, Any] = {}
    kept = []
    for each in events:
        fact, by_alert = each.event.fact, is_alert(each.event.by)
        if isinstance(fact, _STANDING):
            what = getattr(fact, "runbook", type(fact))
            if by_alert and newest.get(what) == fact:
                continue
            newest[what] = fact
        elif by_alert:
            same = _same(fact)
            if same in seen:
                continue
            seen.add(same)
        kept.append(each)
    return kept


def _same(fact: Any) -> Any:
    """Return what the copies of a fact have in common: what happened to which group, and when."""
    match fact:
        case facts.AlertRepeated():
            return facts.AlertRepeated, fact.group, fact.slot
        case facts.AlertResolved(whole=True):
            return facts.AlertResolved, fact.group
        case facts.AlertAttached():
            return facts.AlertAttached, fact.group, fact.incident
        case _:
            return type(fact), fact
