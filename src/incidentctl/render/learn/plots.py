"""Plots of a report, as shapes for a template: no text in them is markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import ceil, log
from typing import NamedTuple

from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import rough_duration
from incidentctl.domain.incident.due import durations
from incidentctl.domain.learn.metrics import Metrics
from incidentctl.domain.learn.monthly import Month

WIDTH, HEIGHT = 480, 230
LEFT, RIGHT, TOP, BOTTOM = 46, 472, 12, 204
#: The width of a month's label.
_LABEL = 54
_WIDEST = 60
#: How many severities get their own colour; the others are drawn as one.
COLOURS = 6

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_SPANS = (
    (_MINUTE, "1m"), (5 * _MINUTE, "5m"), (15 * _MINUTE, "15m"), (_HOUR, "1h"), (4 * _HOUR, "4h"),
    (_DAY, "1d"), (7 * _DAY, "7d"), (30 * _DAY, "30d"), (365 * _DAY, "365d"),
)  # fmt: skip


class Tick(NamedTuple):
    """A place on an axis and its label."""

    at: float
    label: str


class Bar(NamedTuple):
    """A rectangle with the number of its colour, and its label."""

    x: float
    y: float
    width: float
    height: float
    colour: int
    label: str


class Mark(NamedTuple):
    """A dot, or with a width a line from there, and its label."""

    x: float
    y: float
    label: str
    width: float = 0


class Plot(NamedTuple):
    """A plot: `down` and `across` are the ticks of the axes."""

    title: str
    down: tuple[Tick, ...]
    across: tuple[Tick, ...]
    bars: tuple[Bar, ...] = ()
    dots: tuple[Mark, ...] = ()
    lines: tuple[Mark, ...] = ()


def spans(title: str, name: str, months: Sequence[Month]) -> Plot:
    """Draw how long something took: a dot for each incident, a line for a month's median.

    The axis is logarithmic and starts at a minute: shorter times are drawn as a minute.
    """
    known = [
        (number, one, span.total_seconds())
        for number, month in enumerate(months)
        for one in month.incidents
        if (span := getattr(durations(one), name)) is not None
    ]
    longest = max((seconds for *_, seconds in known), default=0)
    scale = _SPANS[: 1 + max(3, sum(at < longest for at, _ in _SPANS))]
    top = scale[-1][0]

    def height(seconds: float) -> float:
        within = min(max(seconds, _MINUTE), top)
        return _up(log(within / _MINUTE) / log(top / _MINUTE))

    band = _band(months)
    dots = []
    for number, one, seconds in known:
        month = months[number]
        part = (one.declared - month.since) / (month.until - month.since)
        said = f"{one.id}, {one_line(one.title)[:80]}: {rough_duration(seconds)}"
        dots.append(Mark(_x(number, band, 0.1 + 0.8 * part), height(seconds), said))
    lines = [
        Mark(
            _x(number, band, 0.1),
            height(figure.median),
            f"{month.name}: median {rough_duration(figure.median)} of {figure.n}",
            round(0.8 * band, 1),
        )
        for number, month in enumerate(months)
        if (figure := getattr(month.metrics, name)).median is not None
    ]
    down = tuple(Tick(height(at), label) for at, label in scale)
    return Plot(title, down, _across(months, band), dots=tuple(dots), lines=tuple(lines))


def severities(months: Sequence[Month]) -> tuple[str | None, ...]:
    """Return every severity of the months in order; None last, for incidents without one."""
    found = {count.name for month in months for count in month.metrics.by_severity}
    return tuple(sorted(found, key=lambda name: (name is None, name or "")))


def shown_severity(name: str | None) -> str:
    """Write a severity, or that it is missing."""
    return one_line(name)[:40] if name else "(none)"


def counts(title: str, months: Sequence[Month]) -> Plot:
    """Draw the incidents of each month as a bar, in parts by severity."""
    names = severities(months)
    most = max((month.metrics.incidents for month in months), default=0)
    step = max(1, ceil(most / 5))
    top = step * max(1, ceil(most / step))
    band, bars = _band(months), []
    for number, month in enumerate(months):
        below = 0
        for name, count in of_severities(month.metrics, names):
            if not count:
                continue
            y, bottom = _up((below + count) / top), _up(below / top)
            said = f"{month.name}: {shown_severity(name)} {count}"
            colour = min(names.index(name), COLOURS - 1)
            x, width = _place(number, band)
            bars.append(Bar(x, y, width, round(bottom - y, 1), colour, said))
            below += count
    down = tuple(Tick(_up(at / top), str(at)) for at in range(0, top + 1, step))
    return Plot(title, down, _across(months, band), bars=tuple(bars))


def of_severities(
    metrics: Metrics, names: Iterable[str | None]
) -> Iterator[tuple[str | None, int]]:
    """Yield how many incidents had each severity of `names`."""
    known = {count.name: count.incidents for count in metrics.by_severity}
    return ((name, known.get(name, 0)) for name in names)


def kept(title: str, months: Sequence[Month]) -> Plot:
    """Draw the share of updates in time; nothing for months with too few due."""
    band = _band(months)
    bars = []
    for number, month in enumerate(months):
        updates = month.metrics.updates
        if updates.share is None:
            continue
        y = _up(updates.share)
        said = f"{month.name}: {updates.in_time} in time of {updates.due} due"
        x, width = _place(number, band)
        bars.append(Bar(x, y, width, round(BOTTOM - y, 1), 0, said))
    down = tuple(Tick(_up(part / 4), f"{part * 25}%") for part in range(5))
    return Plot(title, down, _across(months, band), bars=tuple(bars))


def _up(part: float) -> float:
    return round(BOTTOM - part * (BOTTOM - TOP), 1)


def _band(months: Sequence[Month]) -> float:
    return (RIGHT - LEFT) / max(1, len(months))


def _x(number: int, band: float, part: float) -> float:
    return round(LEFT + (number + part) * band, 1)


def _place(number: int, band: float) -> tuple[float, float]:
    """Return the start and the width of a month's bar."""
    width = min(0.7 * band, _WIDEST)
    return round(_x(number, band, 0.5) - width / 2, 1), round(width, 1)


def _across(months: Sequence[Month], band: float) -> tuple[Tick, ...]:
    """Label as many months as there is room for."""
    each = ceil(_LABEL / band)
    return tuple(
        Tick(_x(number, band, 0.5), month.name)
        for number, month in enumerate(months)
        if number % each == 0
    )
