"""Times as people write and read them: durations, moments, and moments shown with their zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Annotated

#: The units of a span, in seconds, the largest first.
UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
_WORDS = {
    "wd": "working day",
    "w": "week",
    "d": "day",
    "h": "hour",
    "m": "minute",
    "s": "second",
}
_DURATION = r"([0-9]{1,9})(w|d|h|m|s)"
#: A day, and a local time, as files hold them: more than that Python reads, and no JSON Schema.
DAY = r"(?!0000)[0-9]{4}-(?!02-3|(0[469]|11)-31)(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
LOCAL_TIME = (
    DAY + r"T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?"
)

#: All moments of the record lie between these: sums with them stay within the calendar.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9900, 1, 1, tzinfo=UTC)
#: No span lasts longer, in seconds: ten years. A moment of the record plus some of them has a date.
LONGEST = 10 * 366 * 86400
#: The type of a span in an event, in whole seconds; reading clamps it to the longest span.
Seconds = Annotated[int, "seconds"]


def moment_of(seconds: float) -> datetime:
    """Return the moment some seconds after 1970, in UTC, clamped to the moments of the record."""
    first, last = EARLIEST.timestamp(), LATEST.timestamp()
    return datetime.fromtimestamp(min(max(seconds, first), last), UTC)


def later(moment: datetime, seconds: float) -> datetime:
    """Return the moment some seconds later, but at most the last moment of the record."""
    try:
        return min(moment + timedelta(seconds=seconds), LATEST)
    except OverflowError:
        return LATEST


@cache
def zone(name: str) -> tzinfo:
    """Return the time zone of an IANA name; ValueError with a sentence when there is none."""
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 (8 ms; UTC needs none)

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"{name!r} is not a time zone: use an IANA name such as Europe/Berlin"
        ) from None


def is_duration(text: str) -> bool:
    """Say whether a text is written as a span, such as `1h30m`."""
    return bool(text) and not re.sub(_DURATION, "", text)


def parse_duration(text: str) -> timedelta:
    """Read `30m`, `1h30m`, `2d`, `1w`; ValueError with a sentence otherwise."""
    if not is_duration(text):
        raise ValueError(f"{text!r} is not a duration: write it as 30m, 1h30m, 2d or 1w")
    seconds = sum(int(number) * UNITS[unit] for number, unit in re.findall(_DURATION, text))
    if not 0 < seconds <= LONGEST:
        raise ValueError(f"{text!r} must be more than nothing and at most ten years")
    return timedelta(seconds=seconds)


def format_duration(span: timedelta | float) -> str:
    """Write a span as `1h30m`: the largest unit and the next smaller one, `0s` for none.

    Four hours and 59 seconds are `4h`: no third unit, and none in the second place.
    """
    seconds = int(span.total_seconds() if isinstance(span, timedelta) else span)
    if seconds < 0:
        return "-" + format_duration(-seconds)
    parts = _parts(seconds)
    first = next((place for place, (count, _) in enumerate(parts) if count), 0)
    return _joined(parts[first : first + 2])


def exact_duration(span: timedelta) -> str:
    """Write a span as a file holds it: with every unit that is not zero."""
    return _joined(_parts(int(span.total_seconds())))


def _parts(seconds: int) -> list[tuple[int, str]]:
    parts = []
    for unit, size in UNITS.items():
        if unit == "w" and seconds % size:
            continue  # ten days read better than 1w3d
        count, seconds = divmod(seconds, size)
        parts.append((count, unit))
    return parts


def _joined(parts: list[tuple[int, str]]) -> str:
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0s"


def span_in_words(text: str) -> str:
    """Write a span for people: `5wd` as 5 working days, `1d12h` as 1 day 12 hours."""
    parts = re.findall(r"(\d+)(wd|w|d|h|m|s)", text)
    return " ".join(f"{n} {_WORDS[unit]}{'' if n == '1' else 's'}" for n, unit in parts) or text


def rough_duration(span: timedelta | float) -> str:
    """Write a span for a person in a hurry: whole minutes from two minutes on."""
    seconds = span.total_seconds() if isinstance(span, timedelta) else span
    return format_duration(round(seconds / 60) * 60 if abs(seconds) >= 120 else seconds)


def off_the_ends(written: datetime) -> datetime:
    """Move a time away from the ends of the calendar, where other zones cannot express it."""
    return written.replace(year=min(max(written.year, 2), 9998))


def parse_local_time(text: str) -> datetime:
    """Read `2026-01-05T09:00`, aware if an offset is written; ValueError otherwise."""
    if re.fullmatch(DAY, text):
        raise ValueError(f"{text!r} is a day without a time: write it as {text}T09:00")
    try:
        if not re.fullmatch(LOCAL_TIME, text):
            raise ValueError
        return datetime.fromisoformat(text)
    except ValueError:
        if named := re.match(r"(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?!\d)", text):
            try:
                date(*map(int, named.groups()))
            except ValueError:
                raise ValueError(f"{text!r} is not a time: there is no day {named[0]}") from None
        raise ValueError(f"{text!r} is not a time: write it as 2026-01-05T09:00") from None


def fixed_zone(offset_minutes: int) -> tzinfo:
    """Return the zone of a fixed offset from UTC, in minutes east."""
    return timezone(timedelta(minutes=offset_minutes)) if offset_minutes else UTC


def offset_text(minutes: int) -> str:
    """Write an offset from UTC, in minutes east: `+01:00`."""
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


def offset_minutes(moment: datetime, zone_name: str) -> int:
    """Return the offset from UTC, in minutes east, that a zone has at a moment."""
    offset = moment.astimezone(zone(zone_name)).utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0


def iso(moment: datetime) -> str:
    """Write a moment as the record stores it: UTC, milliseconds, `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_iso(text: str) -> datetime | None:
    """Read a moment as the record stores it; None if it is invalid or out of the record's range."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return None
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if EARLIEST <= moment <= LATEST else None


def offset_at(moment: datetime, local: tzinfo) -> str:
    """Write the offset that a zone has at a moment: `+01:00`, or `UTC` for none."""
    offset = moment.astimezone(local).utcoffset()
    return offset_text(int(offset.total_seconds() // 60)) if offset else "UTC"


def show(moment: datetime, local: tzinfo, *, seconds: bool = False) -> str:
    """Write a moment for people, with its zone: `2026-11-24 14:01 CET (+01:00)`.

    What a clock that reads UTC is called elsewhere, such as GMT, is left out.
    """
    here = moment.astimezone(local)
    offset = here.strftime("%z")
    offset = f"{offset[:3]}:{offset[3:5]}"
    clock = here.strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")
    name = here.tzname() or ""
    if not here.utcoffset():
        return f"{clock} UTC"
    if not name or name[0] in "+-" or name.startswith("UTC"):
        return f"{clock} {offset}"
    return f"{clock} {name} ({offset})"
