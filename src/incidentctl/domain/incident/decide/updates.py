"""Decide about status updates: post one, say that nothing is new, put the next one off."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from incidentctl.domain.common.lookup import said
from incidentctl.domain.common.times import iso
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide.allowed import check
from incidentctl.domain.incident.decide.notes import short
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import UsageError

#: That nothing is new restarts the clock, too.
NO_CHANGE = "No change since the last update."


def post(incident: Incident, text: str, *, public: bool = False) -> list[Any]:
    """Post an update; the cadence says when the next one comes."""
    check(incident, "post an update", echo=text)
    return [facts.UpdatePosted(short(said(text, "a text")), public)]


def snooze(incident: Incident, until: datetime, *, now: datetime) -> list[Any]:
    """Put the next update off until a moment."""
    check(incident, "snooze updates")
    if until <= now:
        raise UsageError("An update can only be postponed to a time in the future.")
    return [facts.UpdateSnoozed(iso(until))]
