"""How long it took, and what is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incidentctl.domain.incident.due import due, durations, unassigned
from incidentctl.domain.incident.state import Attachment, Entry, Held, Incident

T = datetime(2026, 11, 24, 13, 1, tzinfo=UTC)
RUNBOOK = Attachment("", "critical", None, "why", True, (), ())

SAID = Entry(1, "01", "01", T, T, "alice", None, "noted", "here")


def minutes(count):
    return T + timedelta(minutes=count)


def incident(**changes):
    plain = Incident(
        "inc-20261124-1301-k7f", "incident", "Login", declared=T, declared_by="alice",
        commander="alice", severity="SEV3", confirmed=True, runbooks=(RUNBOOK,), entries=(SAID,),
    )  # fmt: skip
    return plain._replace(**changes)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (None, None, None, None)),
        ({"started": minutes(-10)}, (10, None, None, None)),
        ({"started": minutes(-10), "detected": minutes(-4)}, (6, 4, None, None)),
        ({"detected": minutes(-4), "acknowledged": minutes(-1)}, (None, 3, None, None)),
        ({"acknowledged": minutes(2), "mitigated": minutes(30)}, (None, None, 30, None)),
        ({"started": minutes(-5), "resolved": minutes(60)}, (5, None, None, 65)),
        ({"mitigated": minutes(-1)}, (None, None, None, None)),
    ],
)
def test_durations_count_from_the_start_else_from_the_declaration(changes, expected):
    spans = [None if m is None else timedelta(minutes=m) for m in expected]
    assert list(durations(incident(**changes))) == spans


def whats(changes, now):
    return [(item.what, item.overdue_by > 0) for item in due(incident(**changes), now)]


CRITICAL = {"severity": "SEV1", "critical": True}


@pytest.mark.parametrize(
    ("changes", "after", "expected"),
    [
        ({}, 500, []),
        ({"entries": ()}, 14, [("silent", False)]),
        ({"entries": (SAID._replace(kind="declared"),)}, 16, [("silent", True)]),
        ({"next_update": minutes(30)}, 29, [("update", False)]),
        ({"next_update": minutes(30)}, 31, [("update", True)]),
        (CRITICAL, 1, [("roles", False)]),
        (CRITICAL, 6, [("roles", True)]),
        ({**CRITICAL, "roles_kept": True}, 6, []),
        ({"confirmed": False}, 5, [("severity", False)]),
        ({"confirmed": False}, 11, [("severity", True)]),
        ({"runbooks": ()}, 11, [("process", True)]),
        ({**CRITICAL, "next_update": minutes(30), "open": False}, 500, []),
        ({**CRITICAL, "kind": "backfill"}, 500, []),
        ({**CRITICAL, "kind": "drill"}, 6, [("roles", True)]),
    ],
)
def test_what_is_due(changes, after, expected):
    assert whats(changes, minutes(after)) == expected


def test_what_is_due_is_counted_in_seconds_and_told():
    (item,) = due(incident(next_update=minutes(30)), minutes(32))
    assert (item.at, item.overdue_by) == (minutes(30), 120)
    assert item.text == "The next update"


def test_only_the_roles_that_nobody_was_given_are_left():
    held = (Held("mitigator", "bob", None, T), Held("planning", "eve", None, T, minutes(1)))
    assert unassigned(incident(**CRITICAL, held=held)) == ("planning", "communication")


@pytest.mark.parametrize(("after", "expected"), [(59, []), (61, [False]), (181, [True])])
def test_a_handover_is_suggested_and_then_urged_where_somebody_else_is(after, expected):
    entry = SAID._replace(by="bob")
    found = due(incident(entries=(entry,), held=(Held("commander", "alice", None, T),)),
                minutes(after))  # fmt: skip
    assert [item.overdue_by > 0 for item in found if item.what == "handover"] == expected
    assert due(incident(held=(Held("commander", "alice", None, T),)), minutes(after)) == []


def test_what_an_alert_declared_counts_from_when_people_could_know_of_it():
    """The alert began ten minutes before it was received."""
    entries = (
        SAID._replace(by="alert:am", kind="declared"),
        SAID._replace(by="alert:am", kind="process-resolved", recorded=minutes(10)),
    )
    declared = {"declared_by": "alert:am", "commander": "alert:am", "entries": entries}
    found = due(incident(**declared), minutes(10))
    assert {each.what: each.overdue_by for each in found} == {"commander": 0.0, "silent": 0.0}
    assert min(each.at for each in found) > minutes(10)
