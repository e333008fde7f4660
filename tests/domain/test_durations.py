"""Spans as people read them, and as files hold them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentctl.domain.common.times import (
    LONGEST,
    UNITS,
    exact_duration,
    format_duration,
    parse_duration,
    rough_duration,
)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0s"), (59, "59s"), (90, "1m30s"), (3600, "1h"), (3659, "1h"), (5400, "1h30m"),
        (4 * 3600 + 59, "4h"), (86400 + 59, "1d"), (86400 + 3 * 60, "1d"), (93600, "1d2h"),
        (7 * 86400, "1w"), (10 * 86400, "10d"), (-5400, "-1h30m"),
    ],
)  # fmt: skip
def test_a_span_has_at_most_two_units_that_follow_each_other(seconds, shown):
    assert format_duration(seconds) == shown
    assert format_duration(timedelta(seconds=seconds)) == shown


@given(st.integers(1, LONGEST))
def test_a_span_is_shown_with_less_than_one_of_its_last_unit_left_out(seconds):
    order = list(UNITS)
    for shown in (format_duration(seconds), rough_duration(seconds)):
        places = [order.index(unit) for unit in shown if unit in order]
        assert len(places) == 1 or places[1] == places[0] + 1
    assert 0 <= seconds - parse_duration(format_duration(seconds)).total_seconds() < 86400


@given(st.integers(1, LONGEST))
def test_a_file_holds_the_whole_span(seconds):
    assert parse_duration(exact_duration(timedelta(seconds=seconds))).total_seconds() == seconds
