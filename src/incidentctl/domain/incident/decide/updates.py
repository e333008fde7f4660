"""Decide about status updates: post one, say that nothing is new, put the next one off."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from incidentctl.domain.common.lookup import said
from incidentctl.domain.common.times import iso
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide.allowed import check
from incidentctl.domain.incident.decide.notes import short
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import Hint, RefusedError, UsageError

#: That nothing is new restarts the clock, too.
NO_CHANGE = "No change since the last update."


def post(
    incident: Incident, text: str, *, public: bool = False, next_at: datetime | None = None
) -> list[Any]:
    """Post an update; the cadence says when the next one comes, unless it is told."""
    check(incident, "post an update", echo=text)
    said_next = iso(next_at) if next_at else None
    return [facts.UpdatePosted(short(said(text, "a text")), public, said_next)]


def announce(incident: Incident, fact: Any, at: datetime) -> Any:
    """Return an update of this moment with when the next one comes; any other fact as it is."""
    if not isinstance(fact, facts.UpdatePosted) or fact.next_at or not incident.cadence:
        return fact
    if not incident.open or incident.kind == "backfill":
        return fact
    return fact._replace(next_at=iso(at + timedelta(seconds=incident.cadence)))


def snooze(incident: Incident, until: datetime, *, now: datetime) -> list[Any]:
    """Put the next update off until a moment; RefusedError if that is no later than it is due."""
    check(incident, "snooze updates")
    if until <= now:
        raise UsageError("An update can only be postponed to a time in the future.")
    due = incident.next_update
    if due is None:
        raise RefusedError("No update is due, so none is postponed.", hint=Hint("say-next"))
    if until <= due:
        raise RefusedError(
            f"The next update is due at {incident.time(due)}, not before "
            f"{incident.time(until)}: postponing would bring it nearer.",
            hint=Hint("snooze-longer"),
        )
    return [facts.UpdateSnoozed(iso(until))]
