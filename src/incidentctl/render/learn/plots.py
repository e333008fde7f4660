"""Plots of a report, as shapes for a template: no text in them is markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from math import ceil, log
from typing import NamedTuple

from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import rough_duration
from incidentctl.domain.incident.due import durations
from incidentctl.domain.incident.head import Incident
from incidentctl.domain.learn.metrics import Metrics
from incidentctl.domain.learn.parts import NONE, Part
from incidentctl.domain.learn.statistics import FEWEST

WIDTH, HEIGHT = 480, 230
LEFT, RIGHT, TOP, BOTTOM = 46, 472, 12, 204
#: The width of a month's label.
_LABEL = 54
_WIDEST = 60
#: How many severities get their own colour; the others are drawn as one.
COLOURS = 6
#: Of rows: how high each is, how wide their names, and how many there are at most.
_ROW, _NAMES, _ROWS = 26, 132, 30
_LONGEST_NAME = 18
#: What an incident lacks that is in no plot of how long something took.
_LACKS = {
    "detect": "has the moment `started`",
    "acknowledge": "has the moment `detected`",
    "mitigate": "has the moment `mitigated`",
    "resolve": "is resolved",
}

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
    """A dot with the number of its colour, and its label."""

    x: float
    y: float
    label: str
    colour: int = 0


class Line(NamedTuple):
    """A median: a line of this width and height, whose middle is at `y`."""

    x: float
    y: float
    label: str
    width: float
    height: float = 3


class Plot(NamedTuple):
    """A plot: `down` and `across` are the ticks of the axes."""

    title: str
    down: tuple[Tick, ...] = ()
    across: tuple[Tick, ...] = ()
    bars: tuple[Bar, ...] = ()
    dots: tuple[Mark, ...] = ()
    lines: tuple[Line, ...] = ()
    empty: str | None = None
    """Why there is nothing to draw."""
    left: float = LEFT
    bottom: float = BOTTOM

    @property
    def height(self) -> float:
        """The height with the labels below."""
        return self.bottom + HEIGHT - BOTTOM


def spans(title: str, name: str, months: Sequence[Part]) -> Plot:
    """Draw how long something took: a dot for each incident, a line for a month's median.

    The axis is logarithmic and starts at a minute: shorter times are drawn as a minute. A dot has
    the colour of its severity, as in `counts`.
    """
    known = [
        (number, one, span.total_seconds())
        for number, month in enumerate(months)
        for one, span in _took(month, name)
    ]
    if not known:
        return Plot(title, empty=_lacking(name))
    names = severities(months)
    scale = _scale(seconds for *_, seconds in known)

    def height(seconds: float) -> float:
        return _up(_share(seconds, scale))

    band = _band(months)
    dots = []
    for number, one, seconds in known:
        month = months[number]
        part = (one.declared - month.since) / (month.until - month.since)
        x = _x(number, band, 0.1 + 0.8 * part)
        dots.append(Mark(x, height(seconds), _said(one, seconds), _colour(one, names)))
    lines = [
        Line(_x(number, band, 0.1), height(median), label, round(0.8 * band, 1))
        for number, month in enumerate(months)
        for median, label in _medians(month, name)
    ]
    down = tuple(Tick(height(at), label) for at, label in scale)
    return Plot(title, down, _across(months, band), dots=tuple(dots), lines=tuple(lines))


def rows(title: str, name: str, parts: Sequence[Part], months: Sequence[Part]) -> Plot:
    """Draw how long something took with a row for each part; the time goes to the right.

    Colours are those of the severities of `months`.
    """
    shown = [each for each in parts if any(_took(each, name))][:_ROWS]
    if not shown:
        return Plot(title, empty=_lacking(name))
    scale = _scale(span.total_seconds() for each in shown for _, span in _took(each, name))
    names = severities(months)

    def across(seconds: float) -> float:
        return round(_NAMES + _share(seconds, scale) * (RIGHT - _NAMES), 1)

    dots, lines = [], []
    for number, each in enumerate(shown):
        y = TOP + (number + 0.5) * _ROW
        for one, span in _took(each, name):
            seconds = span.total_seconds()
            dots.append(Mark(across(seconds), y, _said(one, seconds), _colour(one, names)))
        for median, label in _medians(each, name):
            lines.append(Line(round(across(median) - 1.5, 1), y, label, 3, 18))
    down = [
        Tick(TOP + (number + 0.5) * _ROW, _short(each.name)) for number, each in enumerate(shown)
    ]
    ticks = tuple(Tick(across(at), label) for at, label in scale)
    bottom = TOP + len(shown) * _ROW
    return Plot(title, tuple(down), ticks, (), tuple(dots), tuple(lines), None, _NAMES, bottom)


def _took(part: Part, name: str) -> Iterator[tuple[Incident, timedelta]]:
    """Yield the incidents of a part of which it is known how long something took."""
    for one in part.incidents:
        span = getattr(durations(one), name)
        if span is not None:
            yield one, span


def _lacking(name: str) -> str:
    return f"no incident {_LACKS[name]}."


def _medians(part: Part, name: str) -> Iterator[tuple[float, str]]:
    """Yield the median of a part and its label, if there is one."""
    figure = getattr(part.metrics, name)
    if figure.median is not None:
        said = f"median {rough_duration(figure.median)} of {figure.n}"
        yield figure.median, f"{one_line(part.name)}: {said}"


def _said(one: Incident, seconds: float) -> str:
    return f"{one.id}, {one_line(one.title)[:80]}: {rough_duration(seconds)}"


def _scale(seconds: Iterable[float]) -> tuple[tuple[int, str], ...]:
    longest = max(seconds, default=0)
    return _SPANS[: 1 + max(3, sum(at < longest for at, _ in _SPANS))]


def _share(seconds: float, scale: Sequence[tuple[int, str]]) -> float:
    """Return where a time is between a minute and the end of a logarithmic scale."""
    top = scale[-1][0]
    return log(min(max(seconds, _MINUTE), top) / _MINUTE) / log(top / _MINUTE)


def _short(name: str) -> str:
    name = one_line(name)
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _colour(one: Incident, names: Sequence[str | None]) -> int:
    return min(names.index(one.severity), COLOURS - 1) if one.severity in names else COLOURS - 1


def severities(months: Sequence[Part]) -> tuple[str | None, ...]:
    """Return every severity of the months in order; None last, for incidents without one."""
    found = {count.name for month in months for count in month.metrics.by_severity}
    return tuple(sorted(found, key=lambda name: (name is None, name or "")))


def shown_severity(name: str | None) -> str:
    """Write a severity, or that it is missing."""
    return one_line(name)[:40] if name else NONE


def counts(title: str, months: Sequence[Part]) -> Plot:
    """Draw the incidents of each month as a bar, in parts by severity."""
    names = severities(months)
    if not names:
        return Plot(title, empty="no incident matches.")
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


def kept(title: str, months: Sequence[Part]) -> Plot:
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
    if not bars:
        due = sum(month.metrics.updates.due for month in months)
        why = f"no month has {FEWEST} of them." if due else "no update was due."
        return Plot(title, empty=why)
    down = tuple(Tick(_up(part / 4), f"{part * 25}%") for part in range(5))
    return Plot(title, down, _across(months, band), bars=tuple(bars))


def _up(part: float) -> float:
    return round(BOTTOM - part * (BOTTOM - TOP), 1)


def _band(months: Sequence[Part]) -> float:
    return (RIGHT - LEFT) / max(1, len(months))


def _x(number: int, band: float, part: float) -> float:
    return round(LEFT + (number + part) * band, 1)


def _place(number: int, band: float) -> tuple[float, float]:
    """Return the start and the width of a month's bar."""
    width = min(0.7 * band, _WIDEST)
    return round(_x(number, band, 0.5) - width / 2, 1), round(width, 1)


def _across(months: Sequence[Part], band: float) -> tuple[Tick, ...]:
    """Label as many months as there is room for."""
    each = ceil(_LABEL / band)
    return tuple(
        Tick(_x(number, band, 0.5), month.name)
        for number, month in enumerate(months)
        if number % each == 0
    )
