"""Told times in every zone, on both sides of each of its changes in two years.

What they should be is computed here from `zoneinfo` alone, in one direction: from a moment to what
a clock shows. A time that clocks show twice is the first; one that they skip is read with the
offset that they had before.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, available_timezones

from incidentctl.app.workspace.machine_zone import machine_zone
from incidentctl.domain.catalog.on_call import on_call
from incidentctl.domain.catalog.team import OnCall, Override, Team
from incidentctl.domain.common.times import show
from incidentctl.domain.common.told_times import parse_moment
from incidentctl.domain.drill.plan import aware

_BEGIN, _END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)
#: What a clock shows is asked so many minutes around the change, on the clock before and after it.
_AROUND = (-180, -61, -60, -31, -30, -1, 0, 1, 29, 30, 59, 60, 61, 119, 120, 180)


def zones() -> list[str]:
    """Return the name of every zone of the database, but for what is of this machine."""
    return sorted(name for name in available_timezones() if name not in ("localtime", "posixrules"))


def violations(name: str) -> Iterator[str]:
    """Yield what is read wrong in a zone."""
    local = ZoneInfo(name)
    before = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    try:
        here = machine_zone(_BEGIN)
        for change in changes(local):
            for written in _written(change, local):
                yield from _dated(name, written, change, here)
            for minutes in _AROUND:
                now = change + timedelta(minutes=minutes)
                yield from _of_day(name, now, change)
                yield from _printed(name, now)
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


def changes(local: tzinfo) -> Iterator[datetime]:
    """Yield the first moment after each change of the offset of a zone."""
    day = _BEGIN
    while day < _END:
        low, high = day, day + _DAY
        if _offset(low, local) != _offset(high, local):
            while high - low > _SECOND:
                middle = low + (high - low) // 2
                if _offset(middle, local) == _offset(low, local):
                    low = middle
                else:
                    high = middle
            yield high.replace(microsecond=0)
        day += _DAY


def _offset(moment: datetime, local: tzinfo) -> timedelta:
    return _clock(moment, local) - moment.replace(tzinfo=None)


def _clock(moment: datetime, local: tzinfo) -> datetime:
    return moment.astimezone(local).replace(tzinfo=None)


def _written(change: datetime, local: tzinfo) -> list[datetime]:
    """Return times of the clock around a change: as before it, as after it."""
    naive = change.replace(tzinfo=None)
    clocks = (naive + _offset(change - _SECOND, local), naive + _offset(change, local))
    return sorted({clock + timedelta(minutes=m) for clock in clocks for m in _AROUND})


def shown_at(written: datetime, change: datetime, local: tzinfo) -> list[datetime]:
    """Return the moments near a change at which a clock shows a time."""
    utc = written.replace(tzinfo=UTC)
    found = {utc - _offset(change - _SECOND, local), utc - _offset(change, local)}
    return sorted(moment for moment in found if _clock(moment, local) == written)


def expected(written: datetime, change: datetime, local: tzinfo) -> datetime:
    """Return the moment that a time near a change means."""
    shown = shown_at(written, change, local)
    return shown[0] if shown else written.replace(tzinfo=UTC) - _offset(change - _SECOND, local)


def _dated(name: str, written: datetime, change: datetime, here: tzinfo | None) -> Iterator[str]:
    local = ZoneInfo(name)
    right, text = expected(written, change, local), written.isoformat(timespec="minutes")
    read = {
        "told": parse_moment(text, now=_END, local=local, ahead=True),
        "told with a space": parse_moment(
            text.replace("T", " "), now=_END, local=local, ahead=True
        ),
        "of a drill": aware(written, name).astimezone(UTC),
    }
    if here is not None:
        read["told on this machine"] = parse_moment(text, now=_END, local=here, ahead=True)
    for how, moment in read.items():
        if moment != right:
            yield f"{name}: {text}, {how}, is read as {moment}, not as {right}"
    begin = right if shown_at(written, change, local) else change
    if not _begins(name, written, begin):
        yield f"{name}: an override from {text} does not begin at {begin}"


def _begins(name: str, written: datetime, moment: datetime) -> bool:
    """Say whether an override of a rota that begins at a time begins at a moment."""
    team = Team(
        name="core",
        on_call=OnCall(
            rota=("alice",), shift=timedelta(weeks=1), timezone=name,
            starts=_BEGIN.replace(tzinfo=None, year=2020),
            overrides=(Override(who="bob", from_=written, until=written + 2 * _DAY),),
        ),
    )  # fmt: skip
    who = [on_call(team, each, default_zone="UTC") for each in (moment - _SECOND, moment)]
    return [duty and duty.who for duty in who] == ["alice", "bob"]


def _of_day(name: str, now: datetime, change: datetime) -> Iterator[str]:
    """Yield the times of day that are not read as the nearest past."""
    local = ZoneInfo(name)
    today = _clock(now, local).replace(second=0)
    for minutes in (-150, -90, -60, -30, -1, 0, 60, 600):
        clock = today + timedelta(minutes=minutes)
        near = (clock + days * _DAY for days in (-2, -1, 0, 1))
        meant = (shown_at(each, change, local) or [expected(each, change, local)] for each in near)
        right = max(m for each in meant for m in each if m <= now + timedelta(minutes=1))
        text = f"{clock:%H:%M}"
        moment = parse_moment(text, now=now, local=local)
        if moment != right:
            yield f"{name}: {text} at {now} is read as {moment}, not as {right}"


def _printed(name: str, moment: datetime) -> Iterator[str]:
    """Yield what this program prints and does not read as the same moment."""
    local = ZoneInfo(name)
    text = show(moment, local, seconds=True)
    read = parse_moment(text, now=_END, local=UTC)
    if read != moment:
        yield f"{name}: {text}, as printed of {moment}, is read as {read}"


def main() -> int:
    """Try every zone; returns the exit code."""
    names = zones()
    found = [violation for name in names for violation in violations(name)]
    print("\n".join(found[:50]) or f"told times: {len(names)} zones, 0 violations", flush=True)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
