"""Decide about status updates: post one, say that nothing is new, put the next one off."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from incidentctl.domain import facts
from incidentctl.domain.decide.allowed import check
from incidentctl.domain.decide.naming import said
from incidentctl.domain.decide.notes import short
from incidentctl.domain.state import Incident
from incidentctl.domain.times import iso
from incidentctl.errors import UsageError

NO_CHANGE = "No change since the last update."


def post(
    incident: Incident, text: str, *, public: bool = False, next_at: datetime | None = None
) -> list[Any]:
    """Post an update, and when the next one comes if it is not the cadence that says."""
    check(incident, "post an update", echo=text)
    told = short(said(text, "a text"))
    return [facts.UpdatePosted(told, public, iso(next_at) if next_at else None)]


def no_change(
    incident: Incident, *, public: bool = False, next_at: datetime | None = None
) -> list[Any]:
    """Say that nothing is new: that, too, restarts the clock."""
    return post(incident, NO_CHANGE, public=public, next_at=next_at)


def snooze(incident: Incident, until: datetime, *, now: datetime) -> list[Any]:
    """Put the next update off until a moment."""
    check(incident, "snooze updates")
    if until <= now:
        raise UsageError("An update can only be put off to a moment that is still to come.")
    return [facts.UpdateSnoozed(iso(until))]
