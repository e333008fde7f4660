from dataclasses import fields, replace
from datetime import UTC, date, datetime

import pytest
from tests.domain.drills import PLANNED, PRIVATE, PUBLIC

from incidentctl.domain.drill.plan import (
    PlannedDrill,
    PrivateHalf,
    PublicHalf,
    Window,
    combine,
    within,
)


def drill(announced=PUBLIC, private=PRIVATE, default="UTC"):
    return combine(announced, private, default_zone=default)


def names(cls):
    return {field.name for field in fields(cls)}


def test_the_halves_share_only_the_reason():
    assert names(PublicHalf) & names(PrivateHalf) == {"why"}


def test_a_planned_drill_has_the_private_fields_but_two_in_its_one_file():
    assert names(PrivateHalf) - names(PlannedDrill) == {"commander", "mitigator"}
    assert names(PublicHalf) <= names(PlannedDrill)


def test_planned_and_simulated_are_the_defaults():
    assert (PLANNED.mode, PLANNED.simulated) == ("planned", True)


def test_both_halves_make_the_drill():
    both = drill()
    assert (both.name, both.planned, both.zone) == ("q1-unplanned", False, "America/New_York")
    assert both.moment.astimezone(UTC) == datetime(2026, 3, 29, 14, 30, tzinfo=UTC)
    assert within(both.moment, both.window)


def test_without_the_private_half_there_is_no_moment():
    alone = drill(private=None)
    assert alone.moment is None
    assert alone.plan is None
    assert alone.window == drill().window


def test_a_planned_drill_takes_nothing_of_a_private_half():
    assert drill(PLANNED, PRIVATE).plan is PLANNED


def test_without_a_zone_it_is_the_organisations():
    local = drill(replace(PUBLIC, timezone=None), default="Europe/Berlin")
    assert local.moment.astimezone(UTC) == datetime(2026, 3, 29, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "inside"),
    [
        ("2026-03-29T09:00", True),
        ("2026-03-29T08:59", False),
        ("2026-03-29T15:00", True),
        ("2026-03-29T15:01", False),
        ("2026-03-29T14:59+02:00", False),  # before nine in New York
        ("2026-03-29T15:30+02:00", True),
        ("2026-03-30T10:30", False),
    ],
)
def test_the_window_counts_with_its_ends_and_zones(at, inside):
    both = drill(private=replace(PRIVATE, at=datetime.fromisoformat(at)))
    assert within(both.moment, both.window) is inside


def test_a_window_across_the_change_to_summer_time():
    # In New York 2026-03-08 has no time from 02:00 to 03:00: 03:10 comes 20 minutes after 01:50.
    night = Window(
        from_=datetime.fromisoformat("2026-03-08T01:50"),
        to=datetime.fromisoformat("2026-03-08T03:20"),
    )
    both = drill(
        replace(PUBLIC, window=night), replace(PRIVATE, at=datetime(2026, 3, 8, 7, 10, tzinfo=UTC))
    )
    assert within(both.moment, both.window)
    assert both.moment.strftime("%H:%M") == "03:10"


def test_days_ahead_tell_nothing_of_the_moment():
    later = replace(PRIVATE, at=datetime.fromisoformat("2026-04-02T10:30"))
    for private in (None, PRIVATE, later):
        assert drill(private=private).days_ahead(date(2026, 3, 22)) == 7
    assert drill(PLANNED).days_ahead(date(2026, 3, 20)) == 9
