"""Times as people type them, read with the rules that their zone has at that moment.

A clock skips an hour in spring, and shows one twice in autumn. A time that it skipped is read as if
the clock had not changed, as Python does (PEP 495). Of a time that it shows twice, the first is
used, or the later one if only a time of day is given and that is the most recent. Either way a note
says so.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from typing import NamedTuple

from incidentctl.domain.common.times import (
    EARLIEST,
    UNITS,
    is_duration,
    off_the_ends,
    parse_duration,
    rough_duration,
    zone,
)

#: Patterns are compiled when they are needed: few commands are told a time.
_AGO = (
    r"(?:(?P<count>\d{1,6}|an?)\s*(?P<unit>s|sec|second|m|min|minute|h|hour|d|day|w|week)s?"
    r"|(?P<span>\S+))\s+ago$"
)
#: What this program prints, too: `2026-11-24 17:13:05 CET (+01:00)`, `17:13 +01:00`.
_CLOCK = (
    r"(?:(?P<day>\d{4}-\d\d-\d\d|today|yesterday)[T,\s]\s*)?"
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,6}))?)?"
    r"(?:\s*(?P<where>[A-Za-z+(-].*))?$"
)
_OFFSET = r"(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)?"
#: After the time in UTC, log.md has the local one in brackets.
_ALSO_LOCAL = r"\s*\((?:\d{4}-\d\d-\d\d )?\d\d:\d\d(?::\d\d)? [+-]\d\d:\d\d\)$"
#: So far ahead is still now: clocks differ.
_AHEAD = timedelta(minutes=1)
#: A time of day that was so long ago may be a slip.
_FAR = timedelta(hours=12)


class ToldTime(NamedTuple):
    """A moment that a person told, in UTC, and what they should know about how it was read."""

    moment: datetime
    note: str | None = None
    """Without a full stop."""


class Readings(NamedTuple):
    """The two moments, in UTC, that a time without an offset may mean; mostly they are one."""

    first: datetime
    second: datetime

    @property
    def skipped(self) -> bool:
        """Whether no clock there shows that time; then `first` is the later of the two."""
        return self.first > self.second

    @property
    def twice(self) -> bool:
        """Whether clocks there show that time twice."""
        return self.first < self.second


def readings(written: datetime, local: tzinfo) -> Readings:
    """Return what a time without an offset may mean in a zone."""
    written = off_the_ends(written.replace(tzinfo=None))
    return Readings(*(written.replace(tzinfo=local, fold=n).astimezone(UTC) for n in (0, 1)))


def from_clock(written: datetime, local: tzinfo) -> ToldTime:
    """Return the moment at which a clock in a zone shows a time without an offset."""
    found = readings(written, local)
    if found.skipped:
        read = found.first.astimezone(local)
        note = f"Clocks skip {written:%H:%M} on {written:%Y-%m-%d}: it is read as {read:%H:%M}"
        return ToldTime(found.first, note)
    if found.twice:
        return ToldTime(found.first, _twice(found.first, found.second, "first", written, local))
    return ToldTime(found.first)


def from_file(written: datetime, local: tzinfo) -> datetime:
    """Return the moment, in UTC, of a time in a file, which may be without an offset."""
    written = off_the_ends(written)
    return written.astimezone(UTC) if written.tzinfo else from_clock(written, local).moment


def _twice(taken: datetime, other: datetime, which: str, written: datetime, local: tzinfo) -> str:
    return (
        f"Clocks show {written:%H:%M} twice on {written:%Y-%m-%d}: it is read as the {which}, "
        f"{with_offset(taken, local)}; the other is {with_offset(other, local)}"
    )


def with_offset(moment: datetime, local: tzinfo) -> str:
    """Write a moment in a zone as one may type it: `2026-10-25T02:30+01:00`."""
    return moment.astimezone(local).isoformat(timespec="minutes")


def parse_moment(text: str, *, now: datetime, local: tzinfo, ahead: bool = False) -> datetime:
    """Read a moment as `parse_told` does, without its note."""
    return parse_told(text, now=now, local=local, ahead=ahead).moment


def parse_told(text: str, *, now: datetime, local: tzinfo, ahead: bool = False) -> ToldTime:
    """Read a moment that a person typed.

    `10 minutes ago`, `1h30m ago`, `now`, `13:40` (in the zone `local`, the nearest past),
    `yesterday 13:40`, `2026-03-29T10:30`, and each with a zone: `13:40 UTC`, `13:40 CET (+01:00)`.
    ValueError with a sentence otherwise, also for a moment before 1970 and, unless it may be
    `ahead`, for one more than a minute after `now`.
    """
    try:
        told = _parse(text, now=now, local=local)
    except OverflowError:
        told = ToldTime(EARLIEST - timedelta(days=1))
    if told.moment < EARLIEST:
        raise ValueError(f"{text!r} is too far in the past")
    if told.moment > now + _AHEAD and not ahead:
        raise ValueError(f"{text!r} is in the future")
    return told


def _parse(text: str, *, now: datetime, local: tzinfo) -> ToldTime:
    written = text.strip()
    if written.casefold() == "now":
        return ToldTime(now)
    if match := re.match(_AGO, written, re.IGNORECASE):
        return ToldTime(now - _span(match, text))
    if match := re.match(_CLOCK, re.sub(_ALSO_LOCAL, "", written), re.IGNORECASE):
        return _clock(match, text, now=now, local=local)
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise _no_time(text) from None
    return ToldTime(moment.astimezone(UTC)) if moment.tzinfo else from_clock(moment, local)


def _no_time(text: str) -> ValueError:
    return ValueError(f"{text!r} is not a time: write 13:40, '10 minutes ago' or 2026-03-29T10:30")


def _span(match: re.Match[str], text: str) -> timedelta:
    if match["span"]:
        if not is_duration(match["span"]):
            raise _no_time(text)
        return parse_duration(match["span"])
    count = 1 if match["count"].casefold() in ("a", "an") else int(match["count"])
    return timedelta(seconds=count * UNITS[match["unit"][0].casefold()])


def _clock(match: re.Match[str], text: str, *, now: datetime, local: tzinfo) -> ToldTime:
    hour, minute, second = (int(part or 0) for part in match.group("hour", "minute", "second"))
    try:
        clock = time(hour, minute, second, int((match["fraction"] or "").ljust(6, "0")))
    except ValueError:
        raise ValueError(f"{text!r} is not a time of day") from None
    where = match["where"]
    there, name = _zone_of(where, local, text) if where else (local, None)
    today = now.astimezone(there).date()
    day = (match["day"] or "").casefold()
    if not day:
        told = _nearest(clock, there, now)
    else:
        try:
            date = {"today": today, "yesterday": today - timedelta(days=1)}.get(
                day
            ) or datetime.fromisoformat(day).date()
        except ValueError:
            raise _no_time(text) from None
        told = from_clock(datetime.combine(date, clock), there)
    return told if name is None else _named(told, name, there, text)


def _nearest(clock: time, local: tzinfo, now: datetime) -> ToldTime:
    """Return the last moment at which a clock showed a time of day."""
    today, latest = now.astimezone(local).date(), now + _AHEAD
    for days in (1, 0, -1, -2):
        written = datetime.combine(today + timedelta(days=days), clock)
        found = readings(written, local)
        if found.first <= latest:
            break
    if found.twice and found.second <= latest:
        note = _twice(found.second, found.first, "second", written, local)
        return ToldTime(found.second, note)
    told = from_clock(written, local)
    if told.note is None and now - told.moment >= _FAR:
        return ToldTime(told.moment, f"That is {rough_duration(now - told.moment)} ago")
    return told


def _zone_of(where: str, local: tzinfo, text: str) -> tuple[tzinfo, str | None]:
    """Return the zone that stands after a time, and its short name where only that is known."""
    words = where.replace("(", " ").replace(")", " ").replace(",", " ").split()
    if words and (match := re.fullmatch(_OFFSET, words[-1], re.IGNORECASE)):
        offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
        if len(words) > 2 or offset >= timedelta(days=1):
            raise _no_time(text)
        return timezone(-offset if match["sign"] == "-" else offset), None
    if len(words) != 1:
        raise _no_time(text)
    if words[0].upper() in ("UTC", "Z", "GMT"):
        return UTC, None
    if "/" in words[0]:
        return zone(words[0]), None
    if not words[0].isalpha():
        raise _no_time(text)
    return local, words[0].upper()


def _named(told: ToldTime, name: str, local: tzinfo, text: str) -> ToldTime:
    """Return the reading of a time whose zone has that short name then, such as CET."""
    written = told.moment.astimezone(local).replace(tzinfo=None)
    for moment in (told.moment, *readings(written, local)):
        if (moment.astimezone(local).tzname() or "").upper() == name:
            return ToldTime(moment)
    raise ValueError(
        f"{text!r}: {name} is not the time there then, and many short names mean several zones: "
        "write an offset, such as 13:40+01:00"
    )
