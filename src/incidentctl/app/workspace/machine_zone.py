"""The time zone of this machine, with the rules that it has at each moment."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

_LOCALTIME = Path("/etc/localtime")


class _MachineZone(tzinfo):
    """What the C library knows of the zone: `TZ`, /etc/localtime, POSIX rules.

    `datetime.astimezone()` without a zone gives an offset that is fixed to that moment.
    """

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        return None if moment is None else _here(moment).utcoffset()

    def tzname(self, moment: datetime | None) -> str | None:
        return None if moment is None else _here(moment).tzname()

    def dst(self, _: datetime | None) -> timedelta | None:
        return None

    def fromutc(self, moment: datetime) -> datetime:
        here = moment.replace(tzinfo=UTC).astimezone()
        shown = here.replace(tzinfo=None)
        second = shown.astimezone().utcoffset() != here.utcoffset()
        return shown.replace(tzinfo=self, fold=int(second))


def _here(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None).astimezone()


def machine_zone(now: datetime) -> tzinfo | None:
    """Return the zone of this machine; None where it is on UTC and shows no place.

    London in winter is a place: it is not on UTC the whole year. So is Accra, which calls it GMT.
    """
    found = _MachineZone()
    seasons = [datetime(now.year, month, 1, tzinfo=found) for month in (1, 7)]
    placed = any(
        each.utcoffset() or each.tzname() == "GMT" for each in (now.astimezone(found), *seasons)
    )
    return found if placed else None


def machine_zone_name(environment: Mapping[str, str]) -> str | None:
    """Return the IANA name of the zone of this machine; None where nothing says it."""
    from incidentctl.domain.common.fields import parse_zone

    named = environment.get("TZ", "").removeprefix(":")
    if not named:
        with contextlib.suppress(OSError):
            named = str(_LOCALTIME.readlink()).rpartition("zoneinfo/")[2]
    try:
        return None if named == "Etc/UTC" else parse_zone(named)
    except ValueError:
        return None
