"""Who is on call at a moment: layers of wall-clock shifts, their hours, and overrides.

A weekly hand-over at 09:00 stays at 09:00 on the clock of the rota's zone, across changes of
daylight-saving time. A hand-over in an hour that the clock skips happens when it skips; one in an
hour that comes twice happens the first time. The hours of a layer begin and end likewise. Of
overlapping overrides the last one written counts; an override counts before the rota starts, too,
but in the hours of its layer only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial
from typing import Any, NamedTuple, get_args

from incidentctl.domain.catalog.team import Hours, OnCall, Override, Team, Weekday
from incidentctl.domain.common.times import off_the_ends, zone

#: No hand-over is computed after this moment, so that the next one still has a date (shifts last
#: at most ten years, see times.parse_duration).
_NEVER = datetime(9980, 1, 1, tzinfo=UTC)
#: How long nobody answers before the next one is called, where the team says nothing.
ESCALATE_AFTER = timedelta(minutes=5)
#: What the first layer is called, where the team says nothing.
PRIMARY = "primary"
#: Four weeks have fewer turns, unless these last minutes.
_MAX_SPANS = 2_000
#: Hours of a layer are looked for so many days before a day (they last a day, and a zone may skip
#: another one) and after it (every hour of the week comes again by then).
_BEFORE, _AFTER = 2, 9
#: Where the first layer stands in a team's entry.
FIRST: tuple[str | int, ...] = ("on_call",)
_DAYS: tuple[str, ...] = get_args(Weekday)


class Duty(NamedTuple):
    """Who is called first, and until when; `until` (UTC) is None when nobody else follows."""

    who: str
    until: datetime | None


class LayerDuty(NamedTuple):
    """Who is on call in a layer: nobody, somebody, or several at once."""

    layer: str
    who: tuple[str, ...]
    until: datetime | None
    """When that changes, in UTC; None if it does not."""
    escalate_after: timedelta
    """How long nobody answers before the next layer, or the next team, is called."""


class Part(NamedTuple):
    """A rota of a layer, with what it takes from the first one."""

    layer: str
    rota: tuple[str, ...]
    shift: timedelta
    starts: datetime
    timezone: str
    """The name of its zone."""
    restrictions: tuple[Hours, ...]
    overrides: tuple[Override, ...]
    escalate_after: timedelta
    place: tuple[str | int, ...] = FIRST
    """Where it stands in the team's entry."""
    own_start: bool = True
    """Whether it says itself when it starts."""


class _Turn(NamedTuple):
    """Somebody's turn (None: nobody's), and when the next one may begin."""

    who: str | None
    until: datetime | None


class _Override(NamedTuple):
    who: str
    begin: datetime
    end: datetime


class _Known(NamedTuple):
    """A value that holds at a moment, and until when it surely does."""

    value: Any
    until: datetime | None


def parts(rota: OnCall, default_zone: str) -> tuple[Part, ...]:
    """Return the rotas of all layers, in the order written."""
    local = rota.timezone or default_zone
    after = rota.escalate_after or ESCALATE_AFTER
    first = Part(
        rota.name or PRIMARY, rota.rota, rota.shift, rota.starts, local, rota.restrictions,
        rota.overrides, after,
    )  # fmt: skip
    others = (
        Part(
            each.name, each.rota, each.shift or rota.shift, each.starts or rota.starts,
            each.timezone or local, each.restrictions, each.overrides,
            each.escalate_after or after, (*FIRST, "layers", number), each.starts is not None,
        )
        for number, each in enumerate(rota.layers)
    )  # fmt: skip
    return (first, *others)


def on_call(team: Team, moment: datetime, *, default_zone: str) -> Duty | None:
    """Return who is called first for a team at a moment, or None when nobody is on call.

    That is the first person of the first layer in which somebody is on call. `moment` is aware.
    Times without an offset are in the rota's zone, else in `default_zone`, the organisation's.
    """
    if team.on_call is None:
        return None
    rotas = [_Rota(part) for part in parts(team.on_call, default_zone)]
    names = dict.fromkeys(each.part.layer for each in rotas)
    ordered = [each for name in names for each in rotas if each.part.layer == name]
    first = _lasting(partial(_first, ordered), ordered, moment)
    return Duty(first.value, first.until) if first.value is not None else None


def layers_on_call(team: Team, moment: datetime, *, default_zone: str) -> tuple[LayerDuty, ...]:
    """Return who is on call in each layer of a team, in the order in which they are called."""
    if team.on_call is None:
        return ()
    layers: dict[str, list[_Rota]] = {}
    for part in parts(team.on_call, default_zone):
        layers.setdefault(part.layer, []).append(_Rota(part))
    found = []
    for name, rotas in layers.items():
        everybody = _lasting(partial(_everybody, rotas), rotas, moment)
        after = rotas[0].part.escalate_after
        found.append(LayerDuty(name, everybody.value, everybody.until, after))
    return tuple(found)


def everybody_during(
    rota: OnCall, begin: datetime, end: datetime, *, default_zone: str
) -> Iterator[tuple[datetime, datetime, dict[str, tuple[str, ...]]]]:
    """Yield spans, and who is on call during each in every layer in which somebody is.

    They follow each other from one moment to another; of very many only the first.
    """
    layers: dict[str, list[_Rota]] = {}
    for part in parts(rota, default_zone):
        layers.setdefault(part.layer, []).append(_Rota(part))
    at = begin
    for _ in range(_MAX_SPANS):
        if at >= end:
            break
        found = {name: _everybody(rotas, at) for name, rotas in layers.items()}
        ends = [each.until for each in found.values() if each.until is not None]
        until = min((end, *ends))
        yield at, until, {name: each.value for name, each in found.items() if each.value}
        at = until


def hours_of(part: Part, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the hours of a rota that lie between two moments, in order, joined where they meet."""
    rota = _Rota(part)
    at = begin
    while at < end:
        inside, until = rota.hours(at)
        until = min(until or end, end)
        if inside:
            yield at, until
        at = until


def gaps(
    every: Iterable[Part], begin: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the spans between two moments that the hours of no rota contain."""
    at = begin
    for start, until in sorted(span for part in every for span in hours_of(part, begin, end)):
        if at < start:
            yield at, start
        at = max(at, until)
    if at < end:
        yield at, end


def _lasting(state: Callable[[datetime], _Known], rotas: list[_Rota], moment: datetime) -> _Known:
    """Return the state at a moment, and when it becomes another one."""
    moment = min(moment, _NEVER)
    now = following = state(moment)
    # After so many changes everybody had a turn, between all overrides and in all hours.
    for _ in range(sum(rota.changes for rota in rotas)):
        if following.until is None or following.until >= _NEVER:
            break
        beginning = following.until
        following = state(beginning)
        if following.value != now.value:
            return _Known(now.value, beginning)
    return _Known(now.value, None)


def _first(rotas: list[_Rota], moment: datetime) -> _Known:
    turns = [rota.turn(moment) for rota in rotas]
    ends = [turn.until for turn in turns if turn.until is not None]
    return _Known(next((turn.who for turn in turns if turn.who), None), min(ends, default=None))


def _everybody(rotas: list[_Rota], moment: datetime) -> _Known:
    turns = [rota.turn(moment) for rota in rotas]
    ends = [turn.until for turn in turns if turn.until is not None]
    people = tuple(dict.fromkeys(turn.who for turn in turns if turn.who))
    return _Known(people, min(ends, default=None))


class _Rota:
    """A rota with its times as moments."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._local = zone(part.timezone)
        self._overrides = [
            _Override(o.who, instant(o.from_, self._local), instant(o.until, self._local))
            for o in part.overrides
        ]
        weekly = 2 * len(_DAYS) * len(part.restrictions)
        self.changes = 2 * len(part.overrides) + len(part.rota) + weekly + 1

    def turn(self, moment: datetime) -> _Turn:
        """Return whose turn it is: nobody's outside of the hours."""
        turn = _turn(self.part, self._overrides, moment, self._local)
        if not self.part.restrictions:
            return turn
        inside, until = self.hours(moment)
        if not inside:  # whoever would have the turns until then
            return _Turn(None, until or turn.until)
        ends = [end for end in (turn.until, until) if end is not None]
        return _Turn(turn.who, min(ends, default=None))

    def hours(self, moment: datetime) -> tuple[bool, datetime | None]:
        """Say whether a moment is in the hours of the rota, and until when that surely holds."""
        if not self.part.restrictions:
            return True, None
        begins = None
        for begin, end in self._spans(moment):
            if begin <= moment < end:
                return True, end
            if moment < begin:
                begins = begin
                break
        return False, begins

    def _spans(self, moment: datetime) -> list[tuple[datetime, datetime]]:
        """Return the hours around a moment, in order, joined where they meet."""
        today = off_the_ends(moment).astimezone(self._local).date()
        days = (today + timedelta(days=number) for number in range(-_BEFORE, _AFTER))
        found = [
            self._span(day, _clock(hours.from_), _clock(hours.until))
            for day in days
            for hours in self.part.restrictions
            if not hours.days or _DAYS[day.weekday()] in hours.days
        ]
        joined: list[tuple[datetime, datetime]] = []
        for begin, end in sorted(found):
            if joined and begin <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            elif begin < end:
                joined.append((begin, end))
        return joined

    def _span(self, day: date, first: timedelta, last: timedelta) -> tuple[datetime, datetime]:
        midnight = datetime.combine(day, time())
        last += timedelta(days=1) if last <= first else timedelta()
        return instant(midnight + first, self._local), instant(midnight + last, self._local)


def _clock(text: str) -> timedelta:
    """Return the time from midnight of a time of day."""
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def _turn(rota: Part, overrides: list[_Override], moment: datetime, local: tzinfo) -> _Turn:
    """Return the turn at a moment: the last override that covers it, else the rota's."""
    covering = max(
        (i for i, o in enumerate(overrides) if o.begin <= moment < o.end),
        default=None,
    )
    if covering is None:
        turn = _rota_turn(rota, moment, local)
        stronger = overrides
    else:
        turn = _Turn(overrides[covering].who, overrides[covering].end)
        stronger = overrides[covering + 1 :]
    ends = [o.begin for o in stronger if moment < o.begin < o.end]
    if turn.until is not None:
        ends.append(turn.until)
    return _Turn(turn.who, min(ends, default=None))


def _rota_turn(rota: Part, moment: datetime, local: tzinfo) -> _Turn:
    if not rota.rota:
        return _Turn(None, None)
    start = off_the_ends(rota.starts)
    if start.tzinfo is not None:
        start = start.astimezone(local).replace(tzinfo=None)
    first = instant(start, local)
    if moment < first:
        return _Turn(None, first)
    if len(set(rota.rota)) == 1:
        return _Turn(rota.rota[0], None)
    clock = moment.astimezone(local).replace(tzinfo=None)
    number = max(0, (clock - start) // rota.shift)
    # After the clock was put back, it shows an earlier time than before.
    while (following := instant(start + (number + 1) * rota.shift, local)) <= moment:
        number += 1
    return _Turn(rota.rota[number % len(rota.rota)], following)


def instant(written: datetime, local: tzinfo) -> datetime:
    """Return the first moment, in UTC, at which the clock of a zone shows `written` or later.

    With an offset written it is that moment, in any zone.
    """
    written = off_the_ends(written)
    if written.tzinfo is not None:
        return written.astimezone(UTC)
    late = written.replace(tzinfo=local).astimezone(UTC)
    if late.astimezone(local).replace(tzinfo=None) == written:
        return late
    # The clock skips `written`. Where it skips lies between the readings of the two offsets.
    early = written.replace(tzinfo=local, fold=1).astimezone(UTC)
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        if middle.astimezone(local).replace(tzinfo=None) >= written:
            late = middle
        else:
            early = middle
    return late.replace(microsecond=0)
