"""Who is on call at a moment: a rota of wall-clock shifts, and overrides.

A weekly hand-over at 09:00 stays at 09:00 on the clock of the rota's zone, across changes of
daylight-saving time. A hand-over in an hour that the clock skips happens when it skips; one in an
hour that comes twice happens the first time. Of overlapping overrides the last one written
counts; an override counts before the rota starts, too.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from incidentctl.domain.catalog.model import OnCall, Team
from incidentctl.domain.common.times import off_the_ends, zone

#: No hand-over is computed after this moment, so that the next one still has a date (shifts last
#: at most ten years, see times.parse_duration).
_NEVER = datetime(9980, 1, 1, tzinfo=UTC)


class Duty(NamedTuple):
    """Who is on call, and until when; `until` (UTC) is None when nobody else follows."""

    who: str
    until: datetime | None


class _Turn(NamedTuple):
    """Somebody's turn (None: nobody's), and when the next one may begin."""

    who: str | None
    until: datetime | None


class _Override(NamedTuple):
    who: str
    begin: datetime
    end: datetime


def on_call(team: Team, moment: datetime, *, default_zone: str) -> Duty | None:
    """Return who is on call for a team at a moment, or None when nobody is.

    `moment` is aware. Times without an offset are in the rota's zone, else in `default_zone`, the
    organisation's.
    """
    rota = team.on_call
    if rota is None:
        return None
    local = zone(rota.timezone or default_zone)
    moment = min(moment, _NEVER)
    overrides = [
        _Override(o.who, instant(o.from_, local), instant(o.until, local)) for o in rota.overrides
    ]
    turn = _turn(rota, overrides, moment, local)
    if turn.who is None:
        return None
    following = turn
    # After this many turns everybody of the rota has had one, between all overrides.
    for _ in range(len(rota.rota) + 2 * len(overrides) + 1):
        if following.until is None or following.until >= _NEVER:
            break
        beginning = following.until
        following = _turn(rota, overrides, beginning, local)
        if following.who != turn.who:
            return Duty(turn.who, beginning)
    return Duty(turn.who, None)


def _turn(rota: OnCall, overrides: list[_Override], moment: datetime, local: tzinfo) -> _Turn:
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


def _rota_turn(rota: OnCall, moment: datetime, local: tzinfo) -> _Turn:
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
