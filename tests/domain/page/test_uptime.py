"""How long areas were up: overlaps, open incidents, maintenance, days on which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from incidentctl.domain.page.public import Area, Maintenance, Page, PublicIncident, Said, State
from incidentctl.domain.page.uptime import AreaHistory, Uptime

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=100)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MAJOR, PARTIAL, DEGRADED = State.MAJOR, State.PARTIAL, State.DEGRADED
OPERATIONAL, MAINTENANCE = State.OPERATIONAL, State.MAINTENANCE


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def incident(*said: tuple[float, State], ended: float | None = None) -> PublicIncident:
    stated = tuple(Said(at(minutes), "a", state) for minutes, state in said)
    end = None if ended is None else at(ended)
    return PublicIncident("inc-1", "t", stated[0].at, end, (), stated)


def work(begins: float, ends: float, area: str = "a") -> Maintenance:
    return Maintenance("m", "Move", "", at(begins), at(ends), (area,))


def history(
    *incidents: PublicIncident,
    planned: tuple[Maintenance, ...] = (),
    now: datetime = LATER,
    since: datetime | None = LONG_AGO,
    zone: str = "UTC",
) -> AreaHistory:
    page = Page("Bank", None, zone, now, (Area("a", "A"),), incidents, planned)
    return AreaHistory(page, "a", since=since)


def minutes(uptime: Uptime) -> tuple[float, float]:
    return tuple(span / timedelta(minutes=1) for span in (uptime.counted, uptime.down))


OUTAGE = (incident((10, MAJOR), ended=30),)

# Each over the 100 minutes from noon: what was told, what is announced, the minutes that count and
# those that are down, and the worst state.
TABLE = {
    "nothing was told": ((), (), (100, 0), OPERATIONAL),
    "a major outage counts whole": (OUTAGE, (), (100, 20), MAJOR),
    "a partial one three tenths": ((incident((10, PARTIAL), ended=30),), (), (100, 6), PARTIAL),
    "degraded not at all": ((incident((10, DEGRADED), ended=30),), (), (100, 0), DEGRADED),
    "an open one lasts until now": ((incident((90, MAJOR)),), (), (100, 10), MAJOR),
    "it began before": ((incident((-50, MAJOR), ended=5),), (), (100, 5), MAJOR),
    "it changes, and recovers": (
        (incident((0, MAJOR), (10, PARTIAL), (20, OPERATIONAL), ended=50),), (), (100, 13), MAJOR,
    ),
    "of two at once the worse counts, once": (
        (incident((0, PARTIAL), ended=30), incident((10, MAJOR), ended=20)), (), (100, 16), MAJOR,
    ),
    "two of one state count once": (
        (incident((0, MAJOR), ended=30), incident((20, MAJOR), ended=40)), (), (100, 40), MAJOR,
    ),
    "maintenance does not count": ((), (work(10, 30),), (80, 0), MAINTENANCE),
    "nor an outage in it": (OUTAGE, (work(0, 40),), (60, 0), MAINTENANCE),
    "what goes on after it does": (OUTAGE, (work(0, 20),), (80, 10), MAJOR),
    "what began before it does": (OUTAGE, (work(15, 20),), (95, 15), MAJOR),
    "maintenance twice counts once": ((), (work(10, 30), work(20, 40)), (70, 0), MAINTENANCE),
    "maintenance of another area": ((), (work(10, 30, "b"),), (100, 0), OPERATIONAL),
    "what is to come does not count": ((), (work(90, 500),), (90, 0), MAINTENANCE),
    "an update may tell of maintenance": (
        (incident((0, MAINTENANCE), ended=50),), (), (50, 0), MAINTENANCE,
    ),
    "it ended before it began": ((incident((30, MAJOR), ended=20),), (), (100, 0), OPERATIONAL),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLE)
def test_what_counts_and_what_is_down(case: str) -> None:
    incidents, planned, expected, worst = TABLE[case]
    found = history(*incidents, planned=planned).over(at(0), at(100))
    assert minutes(found) == expected
    assert found.worst is worst


def test_before_the_first_record_nothing_is_known() -> None:
    found = history(incident((70, MAJOR), ended=80), since=at(60)).over(at(0), at(100))
    assert minutes(found) == (40, 10)
    assert found.unknown == timedelta(minutes=60)
    nothing = history(since=None).over(at(0), at(100))
    assert (nothing.ratio, nothing.percent, nothing.worst) == (None, None, None)
    assert nothing.unknown == timedelta(minutes=100)


def test_of_a_time_that_is_to_come_nothing_is_said() -> None:
    found = history().over(at(200), at(300))
    assert found == Uptime(timedelta(), timedelta())


def test_all_of_it_was_maintenance() -> None:
    found = history(planned=(work(-10, 200),)).over(at(0), at(100))
    assert (found.ratio, found.worst) == (None, MAINTENANCE)


@pytest.mark.parametrize(
    ("days", "said"), [(0, "100 %"), (1e-5, "99.99 %"), (3.5, "96.50 %"), (100, "0.00 %")]
)
def test_the_percentage_is_never_rounded_up(days: float, said: str) -> None:
    now = NOON + timedelta(days=100)
    outage = incident((0, MAJOR), ended=days * 24 * 60)
    assert history(outage, now=now).over(NOON, now).percent == said


# Berlin's clocks skip an hour on 2026-03-29 and show one twice on 2026-10-25; Santiago's skip the
# first hour of 2026-09-06.
@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/Santiago", date(2026, 9, 6), 23),
        ("UTC", date(2026, 3, 29), 24),
    ],
)
def test_a_day_is_as_long_as_clocks_there_say(zone: str, day: date, hours: int) -> None:
    noon_after = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)) + timedelta(1)
    found = history(now=noon_after.astimezone(UTC), zone=zone).days(3)
    assert [each.day for each in found] == [day - timedelta(1), day, day + timedelta(1)]
    assert found[1].uptime.counted == timedelta(hours=hours)
    assert found[2].uptime.counted == timedelta(hours=12), "today lasts until now"


def test_a_night_is_split_at_the_midnight_of_the_organisation() -> None:
    """From 23:00 to 01:00 in New York is one hour on each of two days."""
    began = datetime(2026, 7, 2, 3, tzinfo=UTC)
    stated = Said(began, "a", MAJOR)
    outage = PublicIncident("i", "t", began, began + timedelta(hours=2), (), (stated,))
    now = datetime(2026, 7, 2, 18, tzinfo=UTC)
    found = history(outage, now=now, zone="America/New_York").days(2)
    assert [each.uptime.down for each in found] == [timedelta(hours=1)] * 2


@pytest.mark.parametrize(
    ("known", "unknown", "percent"),
    [
        (timedelta(hours=1), timedelta(0), "50.00 %"),
        (timedelta(hours=1), timedelta(hours=1), "50.00 %"),
        (timedelta(hours=1), timedelta(hours=1, seconds=1), None),
        (timedelta(hours=23, minutes=59), timedelta(days=89), None),
        (timedelta(days=1), timedelta(days=89), "50.00 %"),
        (timedelta(0), timedelta(days=90), None),
    ],
)
def test_a_percentage_needs_a_day_or_the_larger_part(known, unknown, percent):
    found = Uptime(known, known / 2, unknown=unknown)
    assert found.percent == percent
    assert found.ratio == (None if percent is None else 0.5)
    assert found.is_too_short is (percent is None and bool(known))
