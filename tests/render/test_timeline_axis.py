"""The time axis: what happened can be told apart, and what is not to scale says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentctl.domain.common.times import EARLIEST, LATEST
from incidentctl.render.incident.axis import Axis

START = datetime(2026, 11, 24, 21, 47, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
MOMENTS = st.lists(
    st.integers(0, int(LATEST.timestamp())).map(lambda s: EARLIEST + timedelta(seconds=s)),
    min_size=1,
    max_size=40,
)


def axis(*minutes, local=BERLIN, start=START):
    return Axis([start + timedelta(minutes=m) for m in minutes], local, left=100, right=900)


def labels(found):
    return [(tick.text, tick.day) for tick in found.ticks]


def test_two_minutes_are_to_scale_with_seconds():
    found = axis(0, 0.5, 2)
    assert found.limit is None
    assert not found.cuts
    assert found.x(START + timedelta(minutes=1)) == 500
    assert labels(found)[:2] == [("22:47:15", "2026-11-24"), ("22:47:30", None)]


def test_midnight_and_the_day_are_those_of_the_zone():
    assert ("00:00", "2026-11-25") in labels(axis(0, 120))
    assert ("00:00", "2026-11-25") not in labels(axis(0, 120, local=UTC))


def test_forty_days_with_little_in_them_are_to_scale_by_days():
    found = axis(0, 14 * 1440, 33 * 1440, 40 * 1440)
    assert found.limit is None
    assert labels(found)[0] == ("11-24", "2026")
    assert [day for _, day in labels(found) if day] == ["2026", "2027"]


def test_two_busy_hours_and_a_close_on_the_next_day_are_cut_once():
    found = axis(*range(0, 120, 4), 120 + 26 * 60)
    (cut,) = found.cuts
    assert (cut.text, cut.labelled) == ("1d2h", True)
    places = [found.x(START + timedelta(minutes=m)) for m in range(0, 120, 4)]
    assert min(after - before for before, after in pairwise(places)) > 20
    assert found.x(START + timedelta(minutes=120 + 26 * 60)) == 900


def test_two_busy_hours_and_forty_days_of_one_entry_each_can_all_be_told_apart():
    found = axis(*range(0, 120, 4), *(day * 1440 for day in range(1, 40)))
    assert len(found.cuts) == 39
    assert found.x(START + timedelta(minutes=116)) - found.x(START) > 200
    places = [found.x(START + timedelta(days=day)) for day in range(1, 40)]
    assert min(after - before for before, after in pairwise(places)) >= 12


def test_an_hour_that_clocks_repeat_or_leave_out_is_no_other_hour():
    before = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)  # 02:00, and an hour later again
    texts = [text for text, _ in labels(axis(0, 180, start=before))]
    assert texts.count("03:00") == 1
    assert {"02:00", "04:00"} <= set(texts)
    before = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 01:30; at 02:00 it is 03:00
    texts = [text for text, _ in labels(axis(0, 90, start=before))]
    assert not [text for text in texts if text.startswith("02")]
    assert "03:00" in texts


@pytest.mark.parametrize("minutes", [(0,), (0, 0), (0, 1 / 60000)])
def test_one_moment_has_an_axis(minutes):
    found = axis(*minutes)
    assert 100 <= found.x(START) <= 900


@given(MOMENTS)
def test_any_moments_have_their_order_and_labels_that_do_not_overlap(moments):
    found = Axis(moments, BERLIN, left=100, right=900)
    places = [found.x(moment) for moment in sorted(moments)]
    assert places == sorted(places)
    assert found.x(EARLIEST) == 100
    assert places[0] >= 100
    assert places[-1] <= found.x(LATEST) <= 900
    assert len(found.ticks) < 30
    cuts = [(cut.x + cut.width / 2, len(cut.text)) for cut in found.cuts if cut.labelled]
    for line in ([(tick.x, len(tick.text)) for tick in found.ticks], cuts):
        for (x, long), (other, also) in pairwise(line):
            assert other - x >= 7 * (long + also) / 2
    days = [tick.x for tick in found.ticks if tick.day]
    assert all(after - before >= 30 for before, after in pairwise(days))
