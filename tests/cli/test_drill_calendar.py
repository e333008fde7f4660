"""`incidentctl drill calendar`, read back by icalendar."""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest

from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.drill.calendar import entries

PLANNED = """\
name: q1-planned
timezone: America/New_York
what: User login on staging
team: orders
at: 2026-03-12T10:30
how: Dropping the token database
why: "To practise; with a comma, a \\\\ and\\n a line"
saboteur: greta
"""
PUBLIC = """\
name: q1-unplanned
mode: unplanned
timezone: America/New_York
window: {from: 2026-03-29T09:00, to: 2026-03-29T15:00}
why: To exercise our response
"""
PRIVATE = """\
what: User login
team: platform
commander: kofi
mitigator: omar
at: 2026-03-29T10:30
how: Dropping tokens
why: To exercise platform
saboteur: greta
"""


@pytest.fixture
def planned(team):
    (team / "drills").mkdir()
    (team / "drills/q1-planned.yaml").write_text(PLANNED)
    (team / "drills/q1-unplanned.yaml").write_text(PUBLIC)
    return team


def events(text):
    found = icalendar.Calendar.from_ical(text).walk("VEVENT")
    return {str(event["SUMMARY"]): event for event in found}


def test_the_moment_the_window_and_the_reminders(run, planned):
    result = run("drill", "calendar")
    assert result.code == 0, result.err
    found = events(result.out)
    assert list(found) == [
        "Send the plan of the drill: q1-planned",
        "Drill: q1-planned",
        "Send the note of the drill: q1-unplanned",
        "Window of the unplanned drill: q1-unplanned",
    ]
    drill = found["Drill: q1-planned"]
    assert drill.decoded("DTSTART") == datetime(2026, 3, 12, 14, 30, tzinfo=UTC)
    assert "To practise; with a comma, a \\ and\n a line" in str(drill["DESCRIPTION"])
    window = found["Window of the unplanned drill: q1-unplanned"]
    assert window.decoded("DTSTART") == datetime(2026, 3, 29, 13, tzinfo=UTC)
    assert window.decoded("DTEND") == datetime(2026, 3, 29, 19, tzinfo=UTC)
    assert window["TRANSP"] == "TRANSPARENT"


def test_the_reminder_is_at_the_same_time_of_day_across_summer_time(run, planned):
    """It begins on 8 March in New York: a week before 10:30 EDT is 10:30 EST."""
    send = events(run("drill", "calendar").out)["Send the plan of the drill: q1-planned"]
    moment = send.decoded("DTSTART")
    assert moment == datetime(2026, 3, 5, 15, 30, tzinfo=UTC)
    here = moment.astimezone(ZoneInfo("America/New_York"))
    assert (here.date(), here.hour, here.minute) == (date(2026, 3, 5), 10, 30)
    (alarm,) = send.walk("VALARM")
    assert alarm.decoded("TRIGGER") == timedelta(0)


def test_the_private_half_changes_nothing(run, planned):
    before = run("drill", "calendar").out
    (planned / "drills/q1-unplanned.private.yaml").write_text(PRIVATE)
    assert run("drill", "calendar").out == before
    (planned / "drills/q1-unplanned.private.yaml").write_text(PRIVATE.replace("10:30", "11:15"))
    assert run("drill", "calendar").out == before
    assert not [word for word in ("User login on", "platform", "kofi") if word in before]


def test_what_was_sent_needs_no_reminder_and_uids_stay(run, planned):
    before = events(run("drill", "calendar").out)
    (planned / "drills/q1-planned.yaml").write_text(
        PLANNED.replace("03-12T10:30", "04-12T09:00") + "sent: 2026-03-01T10:00\n"
    )
    after = events(run("drill", "calendar").out)
    assert "Send the plan of the drill: q1-planned" not in after
    moved = after["Drill: q1-planned"]
    assert moved["UID"] == before["Drill: q1-planned"]["UID"]
    assert moved.decoded("DTSTART") != before["Drill: q1-planned"].decoded("DTSTART")
    assert len({event["UID"] for event in before.values()}) == len(before)


def revision(run):
    event = events(run("drill", "calendar").out)["Drill: q1-planned"]
    assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED")
    return event["SEQUENCE"], event.decoded("LAST-MODIFIED")


def test_a_drill_that_moved_is_newer_for_a_calendar_that_has_it(run, planned, git, monkeypatch):
    drill = planned / "drills/q1-planned.yaml"
    day = datetime(2026, 1, 9, 12, tzinfo=UTC)
    os.utime(drill, (day.timestamp(), day.timestamp()))
    new = revision(run)
    assert new[1] == day
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-01-10T12:00:00Z")
    git(planned, "add", "drills")
    git(planned, "commit", "-qm", "A drill")
    kept = revision(run)
    assert kept[1] == datetime(2026, 1, 10, 12, tzinfo=UTC)
    assert kept[0] > new[0]
    assert revision(run) == kept  # the same drills give the same file, in every clone
    drill.write_text(PLANNED.replace("03-12T10:30", "03-19T09:00"))
    moved = day + timedelta(days=3)
    os.utime(drill, (moved.timestamp(), moved.timestamp()))
    before = revision(run)
    assert before[1] == moved
    assert before[0] > kept[0]
    os.utime(drill, (moved.timestamp(), moved.timestamp() + 0.5))
    assert revision(run)[0] > before[0]
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-02-10T12:00:00Z")
    git(planned, "commit", "-qam", "Another week")
    assert revision(run)[1] == datetime(2026, 2, 10, 12, tzinfo=UTC)
    other = events(run("drill", "calendar").out)["Window of the unplanned drill: q1-unplanned"]
    assert (other["SEQUENCE"], other.decoded("LAST-MODIFIED")) == kept


def test_until_a_day(run, planned):
    found = events(run("drill", "calendar", "--until", "2026-03-12").out)
    assert list(found) == ["Send the plan of the drill: q1-planned", "Drill: q1-planned"]
    refused = run("drill", "calendar", "--until", "soon")
    assert refused.code == 2
    assert "Write it as 2026-12-31" in refused.err


@pytest.mark.parametrize(
    ("series", "days"),
    [
        ("monthly", ["2026-05-12", "2026-06-09", "2026-07-14", "2026-08-11"]),
        ("quarterly", ["2026-07-14"]),
        ("half-yearly", ["2026-07-14"]),
    ],
)
def test_a_series_is_proposed(series, days):
    found = entries(Catalog(), until=date(2026, 8, 11), series=series, today=date(2026, 4, 8))
    shown = [str(each.begins) for each in found if each.title == "Proposed: a drill"]
    assert shown == days
    sends = [each for each in found if each.alarm]
    assert [str(each.begins + timedelta(days=7)) for each in sends] == days


def test_the_series_of_the_settings(run, planned):
    last = ("--until", "2099-01-31")
    without = run("drill", "calendar", *last)
    assert (without.code, len(events(without.out)) > 0) == (0, True)
    assert "Proposed: a drill" not in events(without.out)
    asked = run("drill", "calendar", "--series", "monthly", *last).out
    assert "Proposed: a drill" in events(asked)
    settings = planned / "incidentctl.yaml"
    settings.write_text(settings.read_text() + "drills: monthly\n")
    assert run("drill", "calendar", *last).out == asked
    settings.write_text(settings.read_text().replace("monthly", "hourly"))
    assert run("catalog", "lint").code == 1


def test_a_month_with_a_drill_is_left_out(planned):
    from incidentctl.files.catalog.loader import load

    catalog, _ = load(planned)
    found = entries(catalog, until=date(2026, 4, 30), series="monthly", today=date(2026, 1, 20))
    shown = [str(each.begins) for each in found if each.title == "Proposed: a drill"]
    assert shown == ["2026-02-10", "2026-04-14"]
    by_quarter = entries(
        catalog, until=date(2026, 4, 30), series="quarterly", today=date(2026, 1, 1)
    )
    shown = [str(each.begins) for each in by_quarter if each.title == "Proposed: a drill"]
    assert shown == ["2026-04-14"]


def test_without_the_extra_it_says_what_to_install(run, planned, monkeypatch):
    monkeypatch.setitem(sys.modules, "icalendar", None)
    refused = run("drill", "calendar")
    assert (refused.code, refused.out) == (6, "")
    assert "pip install '.[calendar]'" in " ".join(refused.err.split())
