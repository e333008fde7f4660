"""Which announced windows are open: from the public half, and no more than that."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.domain.drills import PLANNED, PUBLIC, WINDOW

from incidentctl.domain.drill.windows import open_windows


@pytest.mark.parametrize(
    ("clock", "is_open"), [("12:59", False), ("13:00", True), ("19:00", True), ("19:01", False)]
)
def test_a_window_of_new_york_in_utc(clock, is_open):
    now = datetime.fromisoformat(f"2026-03-29T{clock}").replace(tzinfo=UTC)
    found = open_windows([PUBLIC, PLANNED], now, default_zone="UTC")
    note = "A drill window is open: q1-unplanned, until 2026-03-29 15:00 EDT (-04:00)."
    assert [each.sentence for each in found] == ([note] if is_open else [])


def test_the_zone_of_the_organisation_serves_where_the_drill_has_none():
    planned = replace(PLANNED, window=WINDOW, timezone=None)
    now = datetime(2026, 3, 29, 7, 30, tzinfo=UTC)
    assert open_windows([planned], now, default_zone="UTC") == []
    assert len(open_windows([planned], now, default_zone="Europe/Berlin")) == 1
