"""A sample of the zones that `make torture` tries, and that it would tell."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest

from torture import told_times

#: Half an hour, at midnight, backwards in winter, with Ramadan, south, and every thirtieth zone.
ZONES = {
    "Europe/Berlin", "Europe/London", "Europe/Dublin", "America/New_York", "Australia/Lord_Howe",
    "America/Santiago", "America/Havana", "Africa/Cairo", "Africa/Casablanca", "Asia/Beirut",
    "Antarctica/Troll", "Pacific/Chatham", *told_times.zones()[::30],
}  # fmt: skip


def test_times_around_every_change_of_a_zone_are_read_by_its_rules():
    found = [violation for name in sorted(ZONES) for violation in told_times.violations(name)]
    assert not found, found[:5]


def test_a_zone_that_is_a_fixed_offset_is_told(monkeypatch):
    monkeypatch.setattr(told_times, "machine_zone", lambda _: timezone(timedelta(hours=1)))
    found = list(told_times.violations("Europe/Berlin"))
    assert found
    assert all("on this machine" in violation for violation in found)


@pytest.mark.parametrize("name", ["Africa/Accra", "UTC"])
def test_a_zone_without_changes_has_none(name):
    assert list(told_times.changes(told_times.ZoneInfo(name))) == []
