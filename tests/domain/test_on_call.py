from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentctl.domain.catalog.on_call import on_call
from incidentctl.domain.catalog.team import OnCall, Override, Team

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = timedelta(weeks=1)


def team(*people, starts="2026-01-05T09:00", shift=WEEK, zone="Europe/Berlin", overrides=()):
    rota = OnCall(
        rota=people,
        shift=shift,
        starts=datetime.fromisoformat(starts),
        timezone=zone,
        overrides=tuple(
            Override(who=w, from_=datetime.fromisoformat(f), until=datetime.fromisoformat(u))
            for w, f, u in overrides
        ),
    )
    return Team(name="core", on_call=rota)


def who(team, moment, default="UTC"):
    duty = on_call(team, datetime.fromisoformat(moment), default_zone=default)
    return duty and duty.who


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-01-05T07:59:59Z", None),
        ("2026-01-05T08:00:00Z", "alice"),
        ("2026-01-12T07:59:59Z", "alice"),
        ("2026-01-12T08:00:00Z", "bob"),
        # Summer time began on the 29th of March: 09:00 is 07:00 UTC from then on.
        ("2026-03-30T06:59:59Z", "bob"),
        ("2026-03-30T07:00:00Z", "alice"),
        # It ended on the 25th of October.
        ("2026-10-26T07:59:59Z", "bob"),
        ("2026-10-26T08:00:00Z", "alice"),
    ],
)
def test_a_hand_over_stays_at_its_local_hour(moment, expected):
    assert who(team("alice", "bob"), moment) == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-29T00:59:59Z", "bob"),  # 01:59:59; the clock skips from 02:00 to 03:00
        ("2026-03-29T01:00:00Z", "alice"),  # 03:00; the hand-over at 02:30 happens here
        ("2026-03-30T00:29:59Z", "alice"),
        ("2026-03-30T00:30:00Z", "bob"),
    ],
)
def test_a_hand_over_in_a_skipped_hour_happens_when_the_clock_skips(moment, expected):
    rota = team("alice", "bob", starts="2026-03-27T02:30", shift=timedelta(days=1))
    assert who(rota, moment) == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-10-25T00:29:59Z", "alice"),  # 02:29:59, the first time
        ("2026-10-25T00:30:00Z", "bob"),  # 02:30, the first time
        ("2026-10-25T01:00:00Z", "bob"),  # 02:00 again
        ("2026-10-25T01:30:00Z", "bob"),  # 02:30 again
    ],
)
def test_a_hand_over_in_a_repeated_hour_happens_once(moment, expected):
    rota = team("alice", "bob", starts="2026-10-24T02:30", shift=timedelta(days=1))
    assert who(rota, moment) == expected


def test_overrides_stand_in_and_the_last_written_counts():
    rota = team(
        "alice",
        overrides=[
            ("bob", "2026-02-01T09:00", "2026-02-03T09:00"),
            ("carol", "2026-02-02T09:00", "2026-02-02T12:00"),
        ],
    )
    moments = ["2026-02-01T08:00Z", "2026-02-02T08:00Z", "2026-02-02T11:00Z", "2026-02-03T08:00Z"]
    assert [who(rota, moment) for moment in moments] == ["bob", "carol", "bob", "alice"]


def test_until_is_when_somebody_else_follows():
    rota = team("alice", "bob", overrides=[("alice", "2026-01-12T09:00", "2026-01-13T09:00")])
    duty = on_call(rota, datetime(2026, 1, 6, tzinfo=UTC), default_zone="UTC")
    assert duty is not None
    assert duty.until == datetime(2026, 1, 13, 8, tzinfo=UTC)


def test_one_person_has_no_end_but_a_far_override():
    moment = datetime(2026, 1, 6, tzinfo=UTC)
    assert on_call(team("alice"), moment, default_zone="UTC").until is None
    rota = team("alice", overrides=[("bob", "2029-01-01T00:00", "2029-01-02T00:00")])
    assert on_call(rota, moment, default_zone="UTC").until == datetime(2028, 12, 31, 23, tzinfo=UTC)


def test_without_a_zone_the_organisation_s_counts():
    rota = team("alice", zone=None)
    assert who(rota, "2026-01-05T13:59Z", default="America/New_York") is None
    assert who(rota, "2026-01-05T14:00Z", default="America/New_York") == "alice"


def test_an_offset_is_taken_as_written():
    assert who(team("alice", starts="2026-01-05T09:00+00:00"), "2026-01-05T08:59Z") is None


def test_nobody_is_on_call_without_rota_or_with_an_empty_one():
    assert who(Team(name="core"), "2026-01-05T09:00Z") is None
    assert who(team(), "2026-02-05T09:00Z") is None


@pytest.mark.parametrize("starts", ["0001-01-01T00:00", "0001-01-01T00:00Z", "9999-12-31T23:59"])
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland"])
def test_times_at_the_end_of_the_calendar_raise_nothing(starts, zone):
    rota = team(
        "a",
        "b",
        starts=starts,
        zone=zone,
        overrides=[("a", "2026-01-01T00:00", "9999-12-31T23:59")],
    )
    for moment in (datetime(2026, 1, 5, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
        on_call(rota, moment, default_zone="UTC")
    assert who(rota, "2026-01-05T09:00Z") == "a"


ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
)


@given(
    zone=ZONES,
    shift=st.integers(min_value=1, max_value=40).map(lambda n: timedelta(minutes=30 * n)),
    moment=st.datetimes(
        min_value=datetime.fromisoformat("2011-01-02"),
        max_value=datetime.fromisoformat("2012-12-31"),
        timezones=st.just(UTC),
    ),
)
def test_somebody_is_on_call_at_every_moment_and_hands_over_by_the_local_clock(zone, shift, moment):
    rota = team("a", "b", "c", starts="2011-01-01T09:00", shift=shift, zone=zone)
    duty = on_call(rota, moment, default_zone="UTC")
    assert duty is not None
    assert duty.until > moment
    # Until then nobody else, and from then on the next one.
    before = on_call(rota, duty.until - timedelta(seconds=1), default_zone="UTC")
    if duty.until - timedelta(seconds=1) >= moment:
        assert before.who == duty.who
    assert on_call(rota, duty.until, default_zone="UTC").who != duty.who
    clock = duty.until.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    earlier = (duty.until - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    skipped = clock - earlier > timedelta(seconds=1)
    assert skipped or (clock - datetime.fromisoformat("2011-01-01T09:00")) % shift == timedelta(0)
