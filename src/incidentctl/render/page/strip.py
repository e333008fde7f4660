"""The strip of an area: a bar for each of the last days, and the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from incidentctl.domain.common.text import count
from incidentctl.domain.common.times import format_duration
from incidentctl.domain.page.public import State
from incidentctl.domain.page.uptime import Day, Uptime

#: So many days are shown.
DAYS = 90
#: The picture in its own units: a day is so wide, its bar a little less.
STEP, BAR, HEIGHT = 6, 4, 36
#: Where the bar of a day begins: what is worse is higher, so that nobody needs the colours.
_TOP = {
    State.OPERATIONAL: 14,
    State.MAINTENANCE: 10,
    State.DEGRADED: 8,
    State.PARTIAL: 4,
    State.MAJOR: 0,
}
_UNKNOWN_TOP = 26
_DAY = timedelta(days=1)


class Bar(NamedTuple):
    """A day on which something was wrong."""

    x: int
    y: int
    height: int
    state: State
    words: str


class Strip(NamedTuple):
    """What is drawn, and what is said instead for those who do not see it."""

    width: int
    good: str
    """The path of all days on which nothing was wrong."""
    unknown: str
    """The path of all days of which nothing is known."""
    bars: tuple[Bar, ...]
    figures: str
    """`99.95 % up`; or that nothing is known."""
    summary: str
    """The whole strip in a sentence."""


def strip(days: Sequence[Day], whole: Uptime) -> Strip:
    """Return the strip of some days, which are `whole` taken together."""
    good, unknown, bars = [], [], []
    for place, day in enumerate(days):
        x, state = place * STEP, day.uptime.worst
        if state is None:
            unknown.append(_path(x, _UNKNOWN_TOP))
        elif state is State.OPERATIONAL:
            good.append(_path(x, _TOP[state]))
        else:
            top = _TOP[state]
            bars.append(Bar(x, top, HEIGHT - top, state, f"{day.day}: {_words(day.uptime)}"))
    figures = _figures(whole, len(days))
    wrong = count(len(bars), "day") if bars else "no day"
    return Strip(
        len(days) * STEP - (STEP - BAR),
        "".join(good),
        "".join(unknown),
        tuple(bars),
        figures,
        f"{figures}; {wrong} with incidents or maintenance",
    )


def _path(x: int, top: int) -> str:
    return f"M{x} {top}h{BAR}V{HEIGHT}h-{BAR}z"


def _figures(whole: Uptime, days: int) -> str:
    if whole.is_too_short:
        return f"Known for {format_duration(whole.known)}: too short for a figure"
    if not whole.percent:
        return f"Nothing is known in {days} days"
    if not whole.unknown:
        return f"{whole.percent} up in {days} days"
    return f"{whole.percent} up in {count(round(whole.known / _DAY), 'known day')}"


def _words(uptime: Uptime) -> str:
    spans = (
        (State.MAJOR, uptime.major),
        (State.PARTIAL, uptime.partial),
        (State.DEGRADED, uptime.degraded),
        (State.MAINTENANCE, uptime.maintenance),
    )
    return ", ".join(f"{state.words} {format_duration(span)}" for state, span in spans if span)
