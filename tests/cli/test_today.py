"""Every command has the same today: the organisation's day, also where it is another one in UTC."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

RETROSPECTIVE = """\
---
actions:
  - {id: k7f-1, title: Alert on the age, owner: greta, due: 2026-12-01}
---
"""
#: A zone, a moment in UTC, and the organisation's day then. On the second item k7f-1 is overdue.
MOMENTS = (
    ("Pacific/Honolulu", "2026-12-02T05:00", "2026-12-01"),
    ("Pacific/Kiritimati", "2026-12-01T23:30", "2026-12-02"),
)


@pytest.fixture(params=MOMENTS)
def today(request, team, git, monkeypatch):
    """The organisation's day; the repository is old enough that lint tells of overdue items."""
    zone, moment, day = request.param
    settings = team / "incidentctl.yaml"
    lines = settings.read_text().splitlines()
    kept = [line for line in lines if not line.startswith("timezone:")]
    settings.write_text("\n".join([*kept, f"timezone: {zone}", ""]))
    (team / "retros").mkdir(exist_ok=True)
    (team / "retros" / "one.md").write_text(RETROSPECTIVE)
    git(team, "add", "-A")
    with monkeypatch.context() as old:
        old.setenv("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
        git(team, "commit", "-q", "--amend", "--no-edit")
    git(team, "config", "user.email", "guest@example.com")  # nobody with a zone of their own
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    seconds = datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()
    monkeypatch.setattr(time, "time", lambda: seconds)
    yield day
    monkeypatch.undo()
    time.tzset()


def test_one_today(run, today, team):
    overdue = today == "2026-12-02"

    listed = run("actions", "--overdue", "--json")
    assert (listed.code, listed.json["overdue"]) == (int(overdue), int(overdue))
    linted = run("catalog", "lint", "--json")
    codes = [problem["code"] for problem in linted.json["problems"]]
    assert linted.json["files"] > 0
    assert codes.count("IC220") == int(overdue)
    assert run("catalog", "lint", "--json").out == linted.out  # from the cache

    assert run("retro", "--blank").out == f"retros/{today}.md\n"
    assert (team / "retros" / f"{today}.md").is_file()

    reported = run("report").out
    assert f"and before      {today}" in reported


def test_a_series_of_drills_begins_in_a_week_of_today(run, today):
    pytest.importorskip("icalendar")
    calendar = run("drill", "calendar", "--series", "monthly")
    assert calendar.code == 0, calendar.err
    # The second Tuesday is 2026-12-08: a week ahead of it is the 1st.
    assert "20270112" in calendar.out
    assert ("20261208" in calendar.out) == (today == "2026-12-01")
