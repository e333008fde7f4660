"""Working days, Monday to Friday, and limits that count in them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from incidentctl.domain.common.times import parse_duration

_MAX_DAYS = 1000


def is_working_day(day: date) -> bool:
    """Say whether a day is one."""
    return day.weekday() < 5


def next_working_day(day: date) -> date:
    """Return the first one after a day."""
    day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def limit(ended: datetime, within: str | None, local: tzinfo) -> datetime | None:
    """Return by when a retrospective should be held, in the zone `local`.

    `3d` counts from the end of the incident; `5wd` lasts until the end of the fifth working day
    after the day on which it ended. None where there is none, or what the record says is none.
    """
    try:
        here = ended.astimezone(local)
        if not within or not within.endswith("wd"):
            return here + parse_duration(within) if within else None
        day = here.date()
        for _ in range(min(int(within.removesuffix("wd")), _MAX_DAYS)):
            day = next_working_day(day)
        return datetime.combine(day + timedelta(days=1), time(), local)
    except (ValueError, OverflowError):
        return None
