"""A time axis that separates what happened, whether that took two minutes or forty days.

It is to scale where that is enough. Where most would fall into few places, stretches in which
nothing happened and which are longer than a limit are cut: drawn narrow, with how long they were.
The longest limit is taken that tells apart about as much as any would.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import accumulate, pairwise
from typing import NamedTuple

from incidentctl.domain.common.times import rough_duration

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
#: Stretches longer than one of these may be cut.
_LIMITS = (
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * _HOUR for n in (1, 2, 4, 8, 12)),
    *(n * _DAY for n in (1, 2, 7, 30)),
)
#: What is so near to each other, in pixels, counts as one place.
APART = 12
#: A limit is good enough that tells apart so much of what the best one does.
_ENOUGH = 0.75
#: The width of a cut, in pixels, and how much of the whole width all of them may have.
_CUT, _MAX_CUT = 32, 2 / 3
_STEPS = (
    1, 2, 5, 10, 15, 30, *(n * _MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * _HOUR for n in (1, 2, 3, 6, 12)), *(n * _DAY for n in (1, 2, 7, 14, 28)),
)  # fmt: skip
#: The least distance of ticks, and how wide a letter of their labels is, in pixels.
_BETWEEN, _LETTER = 72, 7.5


class Cut(NamedTuple):
    """A stretch that is not to scale."""

    x: float
    width: float
    text: str
    """How long it was."""
    labelled: bool = True
    """Whether the text has room below the axis, in a line of its own."""


class Tick(NamedTuple):
    """A place with a label: a time of day, or a day; `day` where a new one begins."""

    x: float
    text: str
    day: str | None = None
    line: bool = True
    """Whether it is a round time, with a line across the lanes."""


class Axis:
    """Maps moments to places from `left` to `right`."""

    def __init__(
        self, moments: Iterable[datetime], local: tzinfo, *, left: float, right: float
    ) -> None:
        """Take every moment that matters, of which the first and the last are the ends."""
        known = sorted(set(moments))
        if known[-1] - known[0] < timedelta(minutes=1):
            known.append(known[0] + timedelta(minutes=1))
        self._known, self._local = known, local
        gaps = [(after - before).total_seconds() for before, after in pairwise(known)]
        self.limit = _limit(gaps, right - left)
        """In seconds; None where all is to scale."""
        drawn = _drawn(gaps, self.limit, right - left)
        self._cut = [self.limit is not None and gap > self.limit for gap in gaps]
        self._places = list(accumulate(drawn, initial=left))
        short = [(w, g) for w, g, cut in zip(drawn, gaps, self._cut, strict=True) if not cut]
        self._step = _step(sum(w for w, _ in short) / sum(g for _, g in short))
        ticks, cuts = list(self._ticks()), list(self._cuts(gaps))
        self.ticks, self.cuts = _labelled(ticks, cuts, by_year=self._step >= _DAY)

    def x(self, moment: datetime) -> float:
        """Return the place of a moment; those before and after the ends are at the ends."""
        known = self._known
        index = min(max(bisect_right(known, moment) - 1, 0), len(known) - 2)
        begin, end = known[index], known[index + 1]
        part = min(max((moment - begin) / (end - begin), 0), 1)
        before, after = self._places[index], self._places[index + 1]
        return round(before + part * (after - before), 1)

    def _cuts(self, gaps: Sequence[float]) -> Iterator[Cut]:
        for index, gap in enumerate(gaps):
            if self._cut[index]:
                begin, end = self._places[index], self._places[index + 1]
                yield Cut(round(begin, 1), round(end - begin, 1), rough_duration(gap))

    def _runs(self) -> Iterator[tuple[datetime, datetime]]:
        """Yield the stretches that are to scale."""
        begin = self._known[0]
        for index, cut in enumerate(self._cut):
            if cut:
                yield begin, self._known[index]
                begin = self._known[index + 1]
        yield begin, self._known[-1]

    def _ticks(self) -> Iterator[tuple[Tick, date]]:
        """Yield round times, and the begin of each stretch, with their days."""
        for begin, end in self._runs():
            yield self._tick(begin, line=False)
            for moment in _round_times(begin, end, self._step, self._local):
                yield self._tick(moment, line=True)

    def _tick(self, moment: datetime, *, line: bool) -> tuple[Tick, date]:
        here, step = moment.astimezone(self._local), self._step
        form = "%m-%d" if step >= _DAY else "%H:%M" if step >= _MINUTE else "%H:%M:%S"
        return Tick(self.x(moment), here.strftime(form), line=line), here.date()


def _step(scale: float) -> int:
    """Return how many seconds are between round times that have room for their labels."""
    step = next((s for s in _STEPS if s * scale >= _BETWEEN), _STEPS[-1])
    while step * scale < _BETWEEN:
        step *= 2
    return step


def _limit(gaps: Sequence[float], width: float) -> float | None:
    """Return from which length on stretches are cut, in seconds; None where all is to scale."""
    longest = max(gaps)
    limits = [limit for limit in _LIMITS if min(gaps) <= limit < longest]
    found = [(_worth(_drawn(gaps, limit, width)), limit) for limit in [*limits, longest]]
    best = max(worth for worth, _ in found)
    limit = max(limit for worth, limit in found if worth >= _ENOUGH * best)
    return None if limit == longest else limit


def _drawn(gaps: Sequence[float], limit: float | None, width: float) -> list[float]:
    """Return how wide each stretch is drawn, in pixels."""
    short = [gap for gap in gaps if limit is None or gap <= limit]
    cuts = len(gaps) - len(short)
    cut = min(_CUT, width * _MAX_CUT / cuts) if cuts else 0.0
    scale = (width - cuts * cut) / sum(short)
    return [gap * scale if limit is None or gap <= limit else cut for gap in gaps]


def _worth(drawn: Iterable[float]) -> int:
    """Count the moments that can be told apart: in one place no more than two."""
    places, since = [1], 0.0
    for length in drawn:
        since += length
        if since >= APART:
            places.append(0)
            since = 0.0
        places[-1] += 1
    return sum(min(2, number) for number in places)


def _round_times(begin: datetime, end: datetime, step: int, local: tzinfo) -> Iterator[datetime]:
    """Yield the round times of a zone in a stretch: what its clocks show, also when they change."""
    here = begin.astimezone(local).replace(tzinfo=None)
    midnight = datetime.combine(here.date(), time())
    if step >= _DAY:
        days = step // _DAY
        midnight -= timedelta(days=here.toordinal() % days)
    here = midnight + (here - midnight) // timedelta(seconds=step) * timedelta(seconds=step)
    while True:
        moment = here.replace(tzinfo=local).astimezone(UTC)
        if moment > end:
            return
        there = moment.astimezone(local).replace(tzinfo=None) == here  # no hour that was left out
        if moment >= begin and there:
            yield moment
        try:
            here += timedelta(seconds=step)
        except OverflowError:
            return


def _line() -> Callable[[float, str], bool]:
    """Return a function that says whether a text has room in a line, and then takes it."""
    taken: list[tuple[float, float]] = []

    def fits(x: float, text: str) -> bool:
        half = _LETTER * len(text) / 2 + 4
        if any(x - half < end and begin < x + half for begin, end in taken):
            return False
        taken.append((x - half, x + half))
        return True

    return fits


def _labelled(
    found: Sequence[tuple[Tick, date]], cuts: Sequence[Cut], *, by_year: bool
) -> tuple[list[Tick], list[Cut]]:
    """Return the ticks and the cuts with the labels for which there is room, round times first."""
    fits, fits_below = _line(), _line()
    kept = [each for each in found if each[0].line and fits(each[0].x, each[0].text)]
    kept += [each for each in found if not each[0].line and fits(each[0].x, each[0].text)]
    kept.sort(key=lambda each: each[0].x)
    shown = [cut._replace(labelled=fits_below(cut.x + cut.width / 2, cut.text)) for cut in cuts]
    ticks: list[Tick] = []
    last, free = "", -1.0
    for tick, day in kept:
        name = str(day.year) if by_year else day.isoformat()
        half = _LETTER * len(name) / 2 + 4
        if name != last and tick.x - half >= free:
            last, free = name, tick.x + half
            ticks.append(tick._replace(day=name))
        else:
            ticks.append(tick)
    return ticks, shown
