"""Every reminder, when it begins, and that it has two stages and no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incidentctl.domain.incident.reminders import reminders
from incidentctl.domain.incident.state import Entry, Held, Incident, Offer

T = datetime(2026, 11, 24, 13, 1, tzinfo=UTC)
SAID = Entry(1, "01", "01", T, T, "alice", None, "noted", "here")


def minutes(count):
    return T + timedelta(minutes=count)


def incident(**changes):
    plain = Incident(
        "inc-20261124-1301-k7f", "incident", "Login", declared=T, declared_by="alice",
        commander="alice", severity="SEV3", confirmed=True, entries=(SAID,),
        next_update=minutes(10_000),
    )  # fmt: skip
    return plain._replace(**changes)


SILENT = {"next_update": None}
LATER = {**SILENT, "entries": (SAID, SAID._replace(at=minutes(10)))}
TAKEN_BACK = {**SILENT, "entries": (SAID, SAID._replace(at=minutes(10), retracted=True))}
UPDATE = {"next_update": minutes(30), "cadence": 1200}
CRITICAL = {"critical": True}
ONE = (Held("mitigator", "bob", None, T),)
ALL = tuple(Held(r, "bob", None, T) for r in ("mitigator", "planning", "communication"))
TWO = {"entries": (SAID, SAID._replace(event="02", by="bob"))}
OFFERED = {"offer": Offer("05", "bob", "Bob Example", minutes(5), "alice")}
TAKEN = {**TWO, "held": (Held("commander", "bob", None, minutes(60)),)}


@pytest.mark.parametrize(
    ("changes", "after", "expected"),
    [
        ({}, 5000, []),
        (UPDATE, 29, []),
        (UPDATE, 30, [("update", 1)]),
        (UPDATE, 49, [("update", 1)]),
        (UPDATE, 50, [("update", 2)]),
        (UPDATE, 5000, [("update", 2)]),
        ({"next_update": minutes(30)}, 59, [("update", 1)]),
        ({"next_update": minutes(30)}, 60, [("update", 2)]),
        (SILENT, 14, []),
        (SILENT, 15, [("silent", 1)]),
        (SILENT, 59, [("silent", 1)]),
        (SILENT, 60, [("silent", 2)]),
        (SILENT, 5000, [("silent", 2)]),
        (LATER, 24, []),
        (LATER, 25, [("silent", 1)]),
        (TAKEN_BACK, 15, [("silent", 1)]),
        (CRITICAL, 4, []),
        (CRITICAL, 5, [("roles", 1)]),
        (CRITICAL, 15, [("roles", 2)]),
        (CRITICAL, 5000, [("roles", 2)]),
        ({**CRITICAL, "held": ONE}, 5, [("roles", 1)]),
        ({**CRITICAL, "roles_kept": True}, 5000, []),
        (TWO, 59, []),
        (TWO, 60, [("command", 1)]),
        (TWO, 179, [("command", 1)]),
        (TWO, 180, [("command", 2)]),
        (TWO, 5000, [("command", 2)]),
        (TAKEN, 119, []),
        (TAKEN, 120, [("command", 1)]),
        ({**TWO, **UPDATE}, 70, [("update", 2), ("command", 1)]),
        (OFFERED, 9, []),
        (OFFERED, 10, [("offer", 1)]),
        (OFFERED, 20, [("offer", 2)]),
        ({"confirmed": False}, 9, []),
        ({"confirmed": False}, 10, [("severity", 1)]),
        ({"confirmed": False}, 30, [("severity", 2)]),
        ({**SILENT, "open": False}, 5000, []),
        ({**SILENT, "kind": "backfill"}, 5000, []),
        ({**SILENT, "kind": "drill"}, 60, [("silent", 2)]),
    ],
)
def test_what_reminds_when(changes, after, expected):
    found = reminders(incident(**changes), minutes(after))
    assert [(reminder.what, reminder.stage) for reminder in found] == expected


def test_nobody_is_told_to_hand_over_in_a_team_of_one():
    assert reminders(incident(), minutes(200), known=1) == []
    assert [reminder.what for reminder in reminders(incident(), minutes(200), known=2)] == [
        "command"
    ]


def test_each_stage_is_one_key_however_often_it_is_asked():
    keys = {
        reminder.key
        for after in range(3000)
        for reminder in reminders(incident(**UPDATE, **CRITICAL, **TWO), minutes(after))
    }
    assert len(keys) == 6


def test_what_is_due_anew_is_another_reminder():
    first = reminders(incident(next_update=minutes(30)), minutes(31))
    second = reminders(incident(next_update=minutes(60)), minutes(61))
    assert first[0].key != second[0].key


def test_all_roles_assigned_is_quiet():
    found = reminders(incident(critical=True, held=ALL), minutes(30))
    assert found == []


def test_the_text_says_what_is_the_matter():
    (reminder,) = reminders(incident(**UPDATE), minutes(42))
    assert reminder.text == "An update is overdue by 12m"
    (reminder,) = reminders(incident(**CRITICAL, held=ONE), minutes(6))
    assert reminder.text == "Nobody is assigned as planning, communication"
