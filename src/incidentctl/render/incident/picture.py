"""The course of an incident as a picture: shapes for a template; no text in them is markup.

It has a bounded number of shapes: what falls into one place is one shape with its count, and what
has no room is counted in `left_out`. The tables of the page have everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple
from unicodedata import east_asian_width

from incidentctl.domain.common.text import count, one_line
from incidentctl.domain.common.times import rough_duration, show
from incidentctl.domain.incident.lanes import (
    DUE,
    IN_TIME,
    INJECT,
    LATE,
    LATE_UPDATE,
    SAID,
    SENT,
    STEP_DONE,
    STEP_SKIPPED,
    Course,
    Lane,
    Point,
    Span,
)
from incidentctl.render.incident.axis import APART, Axis, Cut, Tick

WIDTH = 920
LEFT, RIGHT = 128, 878
#: The height of a row, of a bar in it, and of a line of text.
_ROW, _BAR, _LINE = 26, 18, 15
_NARROW_LETTERS, _WIDE_LETTERS = frozenset("fijlrtI.,:;'|!()[] -"), frozenset("mwMW@%…")
#: So many letters of a text that is cut say something.
_LEAST = 4
#: So many rows the spans of a lane have, so many lanes there are, and so many rows of moments.
_MAX_ROWS, _MAX_LANES, _MAX_HEADS = 4, 16, 5
#: The width of the mark of several points.
_DOT = 20
#: A bar that is narrower than this is drawn together with its neighbours.
_NARROW = 3
#: What a title quotes: so many things, so many letters of each.
_MAX_QUOTED, _MAX_LETTERS = 8, 160
#: What points in one place are, if they differ.
SEVERAL = "several"
_KEY = {
    STEP_DONE: "step done",
    STEP_SKIPPED: "step skipped",
    IN_TIME: "update",
    LATE_UPDATE: "update late",
    INJECT: "inject",
    SAID: "entry of the log",
    SENT: "action",
}


class Bar(NamedTuple):
    """A span, or several that are too narrow; `label` is what has room in it."""

    x: float
    y: float
    width: float
    kind: str
    title: str
    label: str


class Dot(NamedTuple):
    """A point, or so many of them in one place."""

    x: float
    y: float
    kind: str
    title: str
    many: int
    told: bool
    """Whether all of it was reported afterwards."""


class Head(NamedTuple):
    """A moment of the incident's life: a line across all lanes, with a label if there is room."""

    x: float
    y: float
    title: str
    label: str
    anchor: str


class Name(NamedTuple):
    """What a lane is called."""

    y: float
    text: str


class Picture(NamedTuple):
    """All shapes, and what the picture says of itself in words."""

    height: float
    top: float
    bottom: float
    """Where the lanes end and the axis is."""
    names: tuple[Name, ...]
    bars: tuple[Bar, ...]
    dots: tuple[Dot, ...]
    due: tuple[Dot, ...]
    heads: tuple[Head, ...]
    ticks: tuple[Tick, ...]
    cuts: tuple[Cut, ...]
    now: float | None
    label: str
    """What it shows, from when until when."""
    scale: str
    key: tuple[tuple[str, str], ...]
    """The kinds of points that it has, and what they mean."""
    left_out: int


def picture(course: Course, local: tzinfo) -> Picture:
    """Draw a course, in the zone `local`."""
    lanes = course.lanes[:_MAX_LANES]
    left_out = sum(len(lane.spans) + len(lane.points) for lane in course.lanes[_MAX_LANES:])
    axis = Axis(_every_moment(course, lanes), local, left=LEFT, right=RIGHT)

    def time(moment: datetime) -> str:
        return show(moment, local, seconds=True)

    heads, top = _heads(course.moments, axis, time)
    names: list[Name] = []
    bars: list[Bar] = []
    dots: list[Dot] = []
    due: list[Dot] = []
    y = top
    for lane in lanes:
        names.append(Name(y + _ROW / 2, _fitted(lane.name, LEFT - 16)))
        rows, without = _rows(lane.spans, axis)
        left_out += without
        for number, row in enumerate(rows or [[]]):
            middle = y + number * _ROW + _ROW / 2
            bars += _bars(row, axis, middle - _BAR / 2, time)
        middle = y + _ROW / 2
        dots += _dots([p for p in lane.points if p.kind != DUE], axis, middle, time)
        due += _dots([p for p in lane.points if p.kind == DUE], axis, middle, time, apart=2)
        y += _ROW * max(1, len(rows))
    kinds = {point.kind for lane in lanes for point in lane.points}
    return Picture(
        height=y + (4 if axis.cuts else 3) * _LINE,
        top=top,
        bottom=y,
        names=tuple(names),
        bars=tuple(bars),
        dots=tuple(dots),
        due=tuple(due),
        heads=tuple(heads),
        ticks=tuple(axis.ticks),
        cuts=tuple(axis.cuts),
        now=None if course.now is None else axis.x(course.now),
        label=f"From {show(course.begin, local)} to {show(course.now or course.end, local)}",
        scale=_scale(axis),
        key=tuple((kind, words) for kind, words in _KEY.items() if kind in kinds),
        left_out=left_out,
    )


def _every_moment(course: Course, lanes: Iterable[Lane]) -> Iterator[datetime]:
    yield course.begin
    yield course.end
    if course.now is not None:
        yield course.now
    yield from (moment.at for moment in course.moments)
    for lane in lanes:
        # When an update was due, nothing happened.
        yield from (point.at for point in lane.points if point.kind != DUE)
        for span in lane.spans:
            if span.kind != LATE:
                yield span.since
                yield span.until


def _scale(axis: Axis) -> str:
    if axis.limit is None:
        return "The time axis is to scale."
    limit = rough_duration(axis.limit)
    where = count(len(axis.cuts), "place")
    return (
        f"Where nothing happened for longer than {limit}, the time axis is cut: grey, in {where}. "
        "All else is to scale."
    )


def _width(text: str) -> float:
    return sum(map(_letter, text))


def _letter(letter: str) -> float:
    """Return about how wide a letter is, in pixels; rather too wide."""
    if letter in _NARROW_LETTERS:
        return 5.5
    if letter in _WIDE_LETTERS or east_asian_width(letter) in "WF":
        return 13.5
    return 9.5 if letter.isupper() else 8


def _fitted(text: str, width: float) -> str:
    """Return a text as one line that has room, cut where it is longer; empty where none has."""
    text = one_line(text[:_MAX_LETTERS])
    if _width(text) <= width:
        return text
    while text and _width(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…" if len(text) >= _LEAST else ""


def _title(said: Sequence[str]) -> str:
    """Return the title of a shape: what it stands for, on one line each."""
    lines = [one_line(each) for each in said[:_MAX_QUOTED]]
    more = len(said) - len(lines)
    return "\n".join([*lines, f"and {more} more"] if more else lines)


# --- spans ---------------------------------------------------------------------------------------


def _rows(spans: Iterable[Span], axis: Axis) -> tuple[list[list[Span]], int]:
    """Return spans in rows in which none lies over another, and how many have no room."""
    rows: list[list[Span]] = []
    left_out = 0
    for span in sorted(spans, key=lambda span: (span.since, span.until)):
        begin = axis.x(span.since)
        for row in rows:
            if axis.x(row[-1].until) <= begin:
                row.append(span)
                break
        else:
            if len(rows) < _MAX_ROWS:
                rows.append([span])
            else:
                left_out += 1
    return rows, left_out


def _bars(
    spans: Sequence[Span], axis: Axis, y: float, time: Callable[[datetime], str]
) -> Iterator[Bar]:
    group: list[Span] = []
    for span in spans:
        if group:
            begin, end = axis.x(group[0].since), axis.x(group[-1].until)
            if max(end, axis.x(span.until)) - begin >= _NARROW:
                yield _bar(group, axis, y, time)
                group = []
        group.append(span)
    if group:
        yield _bar(group, axis, y, time)


def _bar(group: Sequence[Span], axis: Axis, y: float, time: Callable[[datetime], str]) -> Bar:
    x, end = axis.x(group[0].since), axis.x(group[-1].until)
    width = round(max(end - x, 1.5), 1)
    said = []
    for span in group:
        until = "and goes on" if span.goes_on else f"to {time(span.until)}"
        took = rough_duration(span.until - span.since)
        said.append(f"{span.text[:_MAX_LETTERS]}, from {time(span.since)} {until}, {took}")
    label = _fitted(group[0].text, width - 8) if len(group) == 1 else ""
    return Bar(x, y, width, group[-1].kind, _title(said), label)


# --- points --------------------------------------------------------------------------------------


def _dots(
    points: Iterable[Point],
    axis: Axis,
    y: float,
    time: Callable[[datetime], str],
    *,
    apart: float = _DOT,
) -> Iterator[Dot]:
    group: list[Point] = []
    for point in sorted(points, key=lambda point: point.at):
        if group and axis.x(point.at) - axis.x(group[0].at) >= apart:
            yield _dot(group, axis, y, time)
            group = []
        group.append(point)
    if group:
        yield _dot(group, axis, y, time)


def _dot(group: Sequence[Point], axis: Axis, y: float, time: Callable[[datetime], str]) -> Dot:
    x = axis.x(group[0].at)  # so that marks are as far from each other as their groups
    kinds = {point.kind for point in group}
    kind = kinds.pop() if len(kinds) == 1 else SEVERAL
    told = all(point.recorded for point in group)
    said = [_said(point, time) for point in group]
    return Dot(x, y, kind, _title(said), len(group), told)


def _said(point: Point, time: Callable[[datetime], str]) -> str:
    later = f" (recorded {time(point.recorded)})" if point.recorded else ""
    return f"{time(point.at)} {point.text[:_MAX_LETTERS]}{later}"


# --- moments -------------------------------------------------------------------------------------


def _heads(
    moments: Sequence[Point], axis: Axis, time: Callable[[datetime], str]
) -> tuple[list[Head], float]:
    """Return the moments with their labels in rows above the lanes, and where the lanes begin."""
    groups: list[list[Point]] = []
    for moment in moments:
        if groups and axis.x(moment.at) - axis.x(groups[-1][0].at) < APART:
            groups[-1].append(moment)
        else:
            groups.append([moment])
    ends: list[float] = []
    placed: list[tuple[float, int | None, str, str, str]] = []
    for group in groups:
        x = axis.x(group[0].at)
        label = _fitted(", ".join(dict.fromkeys(point.text for point in group)), WIDTH / 3)
        width = _width(label) + 10
        anchor = "start" if x + width <= WIDTH else "end"
        begin = x if anchor == "start" else x - width
        row = next((n for n, end in enumerate(ends) if end <= begin), len(ends))
        if row == len(ends) and row < _MAX_HEADS:
            ends.append(0)
        if row < len(ends):
            ends[row] = begin + width
        title = _title([_said(point, time) for point in group])
        placed.append((x, row if row < len(ends) else None, title, label, anchor))
    top = 4 + _LINE * len(ends)
    heads = [
        Head(x, top if row is None else 4 + _LINE * (row + 1), title,
             "" if row is None else label, anchor)
        for x, row, title, label, anchor in placed
    ]  # fmt: skip
    return heads, top + 4
