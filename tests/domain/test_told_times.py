"""Times as people type them: with the rules of the zone at that moment, and what was printed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incidentctl.domain.common.times import fixed_zone, show, zone
from incidentctl.domain.common.told_times import parse_told

BERLIN = zone("Europe/Berlin")
WINTER = datetime(2026, 11, 28, 11, tzinfo=UTC)
"""Noon in Berlin."""


def read(text, *, now=WINTER, local=BERLIN):
    return parse_told(text, now=now, local=local)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", "2026-11-28T11:00"),
        ("10 minutes ago", "2026-11-28T10:50"),
        ("an hour ago", "2026-11-28T10:00"),
        ("1h30m ago", "2026-11-28T09:30"),
        ("2 weeks ago", "2026-11-14T11:00"),
        ("09:00", "2026-11-28T08:00"),
        ("9:00:30", "2026-11-28T08:00:30"),
        ("12:01", "2026-11-28T11:01"),
        ("13:40", "2026-11-27T12:40"),
        ("today 09:00", "2026-11-28T08:00"),
        ("Yesterday 13:40", "2026-11-27T12:40"),
        ("2026-07-01T12:00", "2026-07-01T10:00"),
        ("2026-07-01 12:00:05", "2026-07-01T10:00:05"),
        ("2026-07-01", "2026-06-30T22:00"),
        ("2026-07-01T12:00+05:30", "2026-07-01T06:30"),
        ("20260701T1200", "2026-07-01T10:00"),
    ],
)
def test_a_time_is_read_with_the_rules_of_its_own_season(text, moment):
    assert read(text).moment == utc(moment)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24 17:13 CET (+01:00)", "2026-11-24T16:13"),
        ("2026-07-06 10:00 IST (+01:00)", "2026-07-06T09:00"),
        ("2026-07-06 10:00 IST, UTC+01:00", "2026-07-06T09:00"),
        ("2026-11-24 14:01 UTC", "2026-11-24T14:01"),
        ("2026-11-24 14:01 UTC (15:01 +01:00)", "2026-11-24T14:01"),
        ("2026-11-24 23:01 UTC (2026-11-25 00:01 +01:00)", "2026-11-24T23:01"),
        ("2026-11-24T14:01:00.000Z", "2026-11-24T14:01"),
        ("2026-11-24T14:01:02.345Z", "2026-11-24T14:01:02.345"),
        ("11:13 CET (+01:00)", "2026-11-28T10:13"),
        ("17:13 CET (+01:00)", "2026-11-27T16:13"),
        ("10:13 +05:30", "2026-11-28T04:43"),
        ("10:13+00:00", "2026-11-28T10:13"),
        ("10:13Z", "2026-11-28T10:13"),
        ("10:13 CET", "2026-11-28T09:13"),
        ("2026-07-01 12:00 CEST", "2026-07-01T10:00"),
        ("2026-10-25 02:30 CET", "2026-10-25T01:30"),
        ("2026-10-25 02:30 CEST", "2026-10-25T00:30"),
        ("10:13 Asia/Tokyo", "2026-11-28T01:13"),
    ],
)
def test_what_is_printed_is_accepted_back(text, moment):
    assert read(text).moment == utc(moment)


@pytest.mark.parametrize("local", [BERLIN, UTC, fixed_zone(-90), zone("America/Sao_Paulo")])
def test_a_moment_that_was_shown_is_the_same_moment(local):
    shown = show(WINTER - timedelta(days=140), local)
    assert read(shown).moment == WINTER - timedelta(days=140)


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "25:00", "12:60", "2026-02-30 10:00", "ago", "5 ago", "xx ago", "2026-12-01",
        "10:13 CEST", "10:13 EST", "10:13 (", "10:13 +25:00", "10:13 CET CET +01:00",
        "10:13 Europe/Nowhere", "1969-12-31 10:00", "yesterday", "0001-01-01T00:00",
        "99999 weeks ago", "10:13 +1",
    ],
)  # fmt: skip
def test_what_is_no_past_moment_is_refused_with_a_sentence(text):
    with pytest.raises(
        ValueError, match=r"is no|is not a time|is in the future|is too far|is not the time|must be"
    ):
        read(text)


def test_a_skipped_hour_is_read_as_without_the_change_and_noted():
    told = read("2026-03-29T02:30")
    assert told.moment == utc("2026-03-29T01:30")
    assert told.note == "Clocks skip 02:30 on 2026-03-29: it is read as 03:30"


def test_of_an_hour_that_comes_twice_the_first_counts_and_is_noted():
    told = read("2026-10-25T02:30")
    assert told.moment == utc("2026-10-25T00:30")
    assert told.note == (
        "Clocks show 02:30 twice on 2026-10-25: it is read as the first, "
        "2026-10-25T02:30+02:00; the other is 2026-10-25T02:30+01:00"
    )
    assert read("2026-10-25T02:30+01:00") == (utc("2026-10-25T01:30"), None)


def test_a_time_of_day_that_comes_twice_is_the_nearest_past():
    assert read("02:30", now=utc("2026-10-25T01:10")).moment == utc("2026-10-25T00:30")
    told = read("02:30", now=utc("2026-10-25T01:45"))
    assert told.moment == utc("2026-10-25T01:30")
    assert "it is read as the second, 2026-10-25T02:30+01:00" in (told.note or "")


def test_a_time_of_day_of_long_ago_is_noted():
    assert read("23:40", now=utc("2026-11-28T14:40")).note == "That is 16h ago"
    assert read("09:00").note is None
    assert read("yesterday 09:00").note is None


def test_at_the_ends_of_the_calendar_only_what_lies_ahead_is_read():
    assert parse_told("9999-12-31T23:59", now=WINTER, local=BERLIN, ahead=True).moment.year == 9998
    with pytest.raises(ValueError, match="future"):
        read("9999-12-31T23:59")
