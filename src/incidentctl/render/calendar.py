"""Events as iCalendar (RFC 5545): equal entries give equal bytes; times are in UTC."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from incidentctl.domain.common.calendar import CalendarEntry, Guest
from incidentctl.domain.common.text import clean, one_line
from incidentctl.errors import EnvironmentFailedError, Hint, install_extra

if TYPE_CHECKING:
    from icalendar import vCalAddress

_COUNTED_FROM = datetime(2026, 1, 1, tzinfo=UTC)
_STAMP = datetime(2000, 1, 1, tzinfo=UTC)  # no clock: equal proposals give an equal file


def render_calendar(
    entries: Iterable[CalendarEntry],
    *,
    name: str,
    organisation: str | None,
    worded: Callable[[str | Hint], str],
) -> bytes:
    """Return the calendar; refuses without the extra `calendar`.

    Calendars show its `name`. Who is invited by a known organizer is asked for an answer. `worded`
    returns a hint in words. The UID of an entry depends only on its key and the organisation's
    name.
    """
    try:
        from icalendar import Alarm, Calendar, Event  # noqa: PLC0415 (slow, and an extra)
    except ImportError:
        raise EnvironmentFailedError(
            "The calendar needs an extra that is not installed.",
            hint=install_extra("calendar"),
        ) from None
    calendar = Calendar()
    calendar.add("prodid", "-//incidentctl//EN")
    calendar.add("version", "2.0")
    entries = tuple(entries)
    if any(entry.organizer and entry.guests for entry in entries):
        calendar.add("method", "REQUEST")
    calendar.add("x-wr-calname", one_line(f"{name} of {organisation}" if organisation else name))
    for entry in entries:
        event = Event()
        uid = uuid5(NAMESPACE_URL, f"incidentctl:{organisation or ''}:{entry.key}")
        event.add("uid", f"{uid}@incidentctl")
        event.add("dtstamp", entry.changed or _STAMP)
        if entry.changed:
            # Without these a calendar that has the entry does not believe that it moved. The
            # number only has to grow, also where a clone is shallow: half seconds fit until 2060.
            grown = (entry.changed - _COUNTED_FROM) / timedelta(seconds=0.5)
            event.add("sequence", max(0, int(grown)))
            event.add("last-modified", entry.changed)
        event.add("summary", one_line(entry.title))
        event.add("description", clean(worded(entry.text), keep_lines=True))
        event.add("dtstart", entry.begins)
        if entry.ends is not None:
            event.add("dtend", entry.ends)
        event.add("transp", "OPAQUE" if entry.busy else "TRANSPARENT")
        if entry.guests and entry.organizer:
            event.add("organizer", _address(entry.organizer))
        for guest in entry.guests:
            event.add("attendee", _address(guest, rsvp="TRUE", partstat="NEEDS-ACTION"))
        if entry.alarm:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", one_line(entry.title))
            alarm.add("trigger", timedelta(0))
            event.add_component(alarm)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _address(guest: Guest, **parameters: str) -> vCalAddress:
    from icalendar import vCalAddress  # noqa: PLC0415 (slow, and an extra)

    address = vCalAddress(f"mailto:{one_line(guest.email)}")
    address.params["CN"] = one_line(guest.name)
    address.params.update(parameters)
    return address
