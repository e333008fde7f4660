"""Median, p90 and shares: over enough, and over too few."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentctl.domain.learn.statistics import Figure, Share, figure, share


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], Figure(0, None, None, "there are none")),
        ([1, 2, 3, 4], Figure(4, None, None, "fewer than 5 are not averaged")),
        ([5, 1, 2, 3, 100], Figure(5, 3, None, "a p90 needs 10: of 5 it would be the longest")),
        (
            [9, 1, 2, 3, 100, 4],
            Figure(6, 3.5, None, "a p90 needs 10: of 6 it would be the longest"),
        ),
        (list(range(10, 0, -1)), Figure(10, 5.5, 9, None)),
        (list(range(1, 12)), Figure(11, 6, 10, None)),
        (list(range(1, 101)), Figure(100, 50.5, 90, None)),
        ([0] * 12, Figure(12, 0, 0, None)),
    ],
)
def test_median_and_p90(values, expected):
    assert figure(values) == expected


@given(st.lists(st.integers(0, 10**6), min_size=10, max_size=200))
def test_the_p90_was_measured_and_nine_in_ten_are_not_above_it(values):
    found = figure(values)
    assert found.median == statistics.median(values)
    assert found.p90 in values
    assert sum(value <= found.p90 for value in values) >= math.ceil(0.9 * len(values))
    assert sum(value < found.p90 for value in values) < math.ceil(0.9 * len(values))


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (0, 0, Share(0, 0, None, "there are none")),
        (4, 4, Share(4, 4, None, "fewer than 5 are not averaged")),
        (1, 5, Share(1, 5, 0.2, None)),
        (0, 5, Share(0, 5, 0.0, None)),
    ],
)
def test_shares(part, whole, expected):
    assert share(part, whole) == expected
