"""How long areas were up, by what customers were told.

The weights are those of Statuspage, which others took over: a major outage counts whole, a partial
one three tenths, degraded performance not at all. Maintenance counts neither as up nor as down, and
nothing is known of the time before the first record.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

from incidentctl.domain.common.times import zone
from incidentctl.domain.common.told_times import from_clock
from incidentctl.domain.page.public import Area, Page, Span, State, spans, worst

#: How much of the time in a state counts as down, in tenths; of the others nothing does.
WEIGHTS = {State.MAJOR: 10, State.PARTIAL: 3}

_NONE = timedelta()
_DAY = timedelta(days=1)


class Uptime(NamedTuple):
    """What an area was in a span of time, as customers were told."""

    counted: timedelta
    """The time that counts: without maintenance, and without what is not known."""
    down: timedelta
    """How much of it counts as down, by the weights of the states."""
    major: timedelta = _NONE
    """How long there was a major outage."""
    partial: timedelta = _NONE
    """How long there was a partial one."""
    degraded: timedelta = _NONE
    """How long the performance was degraded."""
    maintenance: timedelta = _NONE
    """How long there was maintenance."""
    unknown: timedelta = _NONE
    """How much of the span lies before the first record."""
    worst: State | None = None
    """The worst state; None where nothing is known."""

    @property
    def known(self) -> timedelta:
        """The time of which something is known."""
        return self.counted + self.maintenance

    @property
    def is_too_short(self) -> bool:
        """Say whether less than a day is known, and that is the smaller part of the span.

        Some minutes of an outage would be most of it.
        """
        return _NONE < self.known < min(_DAY, self.unknown)

    @property
    def ratio(self) -> float | None:
        """The part of the time that counts in which it was up.

        None where no time counts, or what is known is too short for a figure.
        """
        return None if self.is_too_short or not self.counted else 1 - self.down / self.counted

    @property
    def percent(self) -> str | None:
        """The ratio as people read it, rounded down: only what was never down has `100 %`."""
        if self.ratio is None:
            return None
        hundredths = (self.counted - self.down) * 10_000 // self.counted
        return "100 %" if not self.down else f"{hundredths // 100}.{hundredths % 100:02} %"


class UptimeReport(NamedTuple):
    """How long each area was up in a period."""

    since: datetime
    until: datetime
    known_since: datetime | None
    """When the record begins: before it nothing is known. None if nothing is recorded at all."""
    areas: tuple[tuple[Area, Uptime], ...]


class Day(NamedTuple):
    """A day of the page's zone; the last one ends with the page's moment."""

    day: date
    uptime: Uptime


class AreaHistory:
    """The states of an area over time, to the page's moment.

    `since` is when the record begins: before it nothing is known. None means that nothing is
    recorded at all.
    """

    def __init__(self, page: Page, area: str, *, since: datetime | None) -> None:
        told = spans(page._replace(maintenance=()), area)
        work = spans(page._replace(incidents=()), area)
        self._spans = tuple(_with_work(told, work))
        self._ends = [span.ends for span in self._spans]
        self._page = page
        self._since = page.at if since is None else since

    def over(self, begins: datetime, ends: datetime) -> Uptime:
        """Return what it was in a span of time; what is to come counts as nothing."""
        ends = min(ends, self._page.at)
        known = min(max(begins, self._since), ends)
        lasted = dict.fromkeys(State, _NONE)
        for span in self._between(known, ends):
            lasted[span.state] += min(span.ends, ends) - max(span.begins, known)
        counted = max(ends - known, _NONE) - lasted[State.MAINTENANCE]
        down = sum((lasted[state] * tenths for state, tenths in WEIGHTS.items()), _NONE) / 10
        return Uptime(
            counted,
            down,
            lasted[State.MAJOR],
            lasted[State.PARTIAL],
            lasted[State.DEGRADED],
            lasted[State.MAINTENANCE],
            max(known - begins, _NONE),
            worst(state for state, span in lasted.items() if span) if known < ends else None,
        )

    def days(self, count: int) -> tuple[Day, ...]:
        """Return the last days in the page's zone, the oldest first; the last one is today."""
        today = self._page.at.astimezone(zone(self._page.zone)).date().toordinal()
        days = [date.fromordinal(day) for day in range(max(today - count, 1) + 1, today + 2)]
        edges = [day_begins(day, self._page.zone) for day in days]
        spans_of_days = zip(days, pairwise(edges), strict=False)  # tomorrow is only an end
        return tuple(Day(day, self.over(*span)) for day, span in spans_of_days)

    def _between(self, begins: datetime, ends: datetime) -> Iterator[Span]:
        """Yield the spans that have some time in common with one."""
        for span in self._spans[bisect_right(self._ends, begins) :]:
            if span.begins >= ends:
                return
            yield span


def day_begins(day: date, zone_name: str) -> datetime:
    """Return the moment at which a day begins in a zone, in UTC."""
    return from_clock(datetime.combine(day, time()), zone(zone_name)).moment


def _with_work(told: Sequence[Span], work: Sequence[Span]) -> list[Span]:
    """Return both in order; what was told of the time of announced work gives way to it."""
    found, first = list(work), 0
    for span in told:
        begins = span.begins
        while first < len(work) and work[first].ends <= begins:
            first += 1
        for window in work[first:]:
            if window.begins >= span.ends:
                break
            if begins < window.begins:
                found.append(span._replace(begins=begins, ends=window.begins))
            begins = window.ends
        if begins < span.ends:
            found.append(span._replace(begins=begins))
    return sorted(found)
