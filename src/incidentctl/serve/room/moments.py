"""Moments as pages show them: in words, and for programs."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import NamedTuple

from incidentctl.domain.common.times import iso, rough_duration, show
from incidentctl.domain.incident.state import Incident
from incidentctl.render.incident.board import clock


class Moment(NamedTuple):
    """A moment, or a span until now, for people and for programs."""

    text: str
    iso: str
    is_late: bool = False


def at(incident: Incident, moment: datetime) -> Moment:
    """Return the time of day in the zone of an incident."""
    return Moment(clock(incident, moment), iso(moment))


def day(moment: datetime, local: tzinfo) -> Moment:
    """Return a day and time in a zone."""
    return Moment(show(moment, local), iso(moment))


def since(moment: datetime, now: datetime) -> Moment:
    """Return how long ago a moment is."""
    return Moment(rough_duration(max((now - moment).total_seconds(), 0)), iso(moment))


def next_update(incident: Incident, now: datetime) -> Moment | None:
    """Say when the next update is due, or since when it is overdue; None if none is asked for."""
    due = incident.next_update
    if due is None or not incident.open:
        return None
    left = (due - now).total_seconds()
    said = f"in {rough_duration(left)}" if left > 0 else f"overdue by {rough_duration(-left)}"
    return Moment(f"{said} ({clock(incident, due)})", iso(due), left <= 0)
