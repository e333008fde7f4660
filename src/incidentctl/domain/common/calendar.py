"""An event of a calendar, for whoever writes one."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from incidentctl.errors import Hint


class Guest(NamedTuple):
    """Somebody who can be invited."""

    name: str
    email: str


class CalendarEntry(NamedTuple):
    """An event of a calendar, in UTC; or a day, which has no end of its own."""

    key: str
    """Names it within the organisation, for as long as what it is about has its name."""
    title: str
    text: str | Hint
    begins: datetime | date
    ends: datetime | None
    busy: bool
    alarm: bool = False
    """Whether the calendar is to remind as it begins."""
    changed: datetime | None = None
    """When the file it was made from was changed; None for what is only proposed."""
    guests: tuple[Guest, ...] = ()
    organizer: Guest | None = None
