"""The course of an incident as lanes: what stood from when until when, and what was late."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from tests.domain.telling import IDENT, START, event, ident, moment
from tests.domain.test_fold import histories

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.head import fold
from incidentctl.domain.incident.lanes import (
    ACTIVE,
    CALM,
    CRITICAL,
    DUE,
    IN_TIME,
    LATE_UPDATE,
    OVER,
    SEVERITY,
    course,
)
from incidentctl.domain.incident.state import StepPlan

NOW = START + timedelta(hours=3)
DECLARED = event(0, facts.Declared("Login is down"))


def minute(number):
    return START + timedelta(minutes=number)


def at(minutes, fact, **more):
    """The event of a fact, recorded as it happened."""
    return event(minutes * 60, fact, **more)


def lanes(*events, now=NOW):
    found = course(fold(IDENT, [DECLARED, *events], now=now), now)
    return found, {lane.name: lane for lane in found.lanes}


def spans(lane):
    return [(s.text, s.kind, s.since, None if s.goes_on else s.until) for s in lane.spans]


def test_a_status_lasts_until_the_next():
    _, found = lanes(
        at(5, facts.StatusSet("investigating")),
        at(30, facts.StatusSet("monitoring")),
        at(60, facts.Resolved()),
        at(90, facts.Reopened("it came back")),
    )
    assert spans(found["status"]) == [
        ("triage", ACTIVE, START, minute(5)),
        ("investigating", ACTIVE, minute(5), minute(30)),
        ("monitoring", CALM, minute(30), minute(60)),
        ("resolved", OVER, minute(60), minute(90)),
        ("investigating", ACTIVE, minute(90), None),
    ]


def test_what_was_told_last_stands_from_its_moment_on_as_in_the_head():
    _, found = lanes(
        at(20, facts.StatusSet("monitoring")),
        at(30, facts.StatusSet("identified"), at=minute(10)),
    )
    assert spans(found["status"]) == [
        ("triage", ACTIVE, START, minute(10)),
        ("identified", ACTIVE, minute(10), None),
    ]


def test_what_was_taken_back_was_never_so():
    _, found = lanes(
        at(1, facts.SeveritySet("SEV3")),
        at(2, facts.SeveritySet("SEV1", critical=True, confirmed=True)),
        at(3, facts.SeveritySet("SEV2", confirmed=True)),
        at(4, facts.Retracted(ident(180))),
    )
    assert spans(found["severity"]) == [
        ("SEV3 (not confirmed)", SEVERITY, minute(1), minute(2)),
        ("SEV1", CRITICAL, minute(2), None),
    ]


def test_roles_are_lanes_with_the_commander_first():
    _, found = lanes(
        at(1, facts.RoleAssigned("mitigator", "bob", "Bob")),
        at(2, facts.RoleAssigned("commander", "carol")),
        at(9, facts.RoleReleased("mitigator", "bob")),
        at(60, facts.Resolved()),
    )
    assert [name for name in found if name in ("mitigator", "commander")] == [
        "commander", "mitigator",
    ]  # fmt: skip
    assert [(s.text, s.since, s.until) for s in found["commander"].spans] == [
        ("alice", START, minute(2)),
        ("carol", minute(2), minute(60)),
    ]
    assert [(s.text, s.until) for s in found["mitigator"].spans] == [("Bob (bob)", minute(9))]


def test_updates_stand_against_when_they_were_due():
    found, by_name = lanes(
        event(1, facts.SeveritySet("SEV2", update_every=1800), at=START),
        at(20, facts.UpdatePosted("we look")),
        at(60, facts.UpdatePosted("we know", public=True)),
        now=minute(70),
    )
    lane = by_name["updates"]
    assert [(p.kind, p.at) for p in lane.points] == [
        (DUE, minute(30)), (IN_TIME, minute(20)),
        (DUE, minute(50)), (LATE_UPDATE, minute(60)),
        (DUE, minute(90)),
    ]  # fmt: skip
    assert [(s.text, s.since, s.until) for s in lane.spans] == [
        ("update late", minute(50), minute(60))
    ]
    assert (found.now, found.end) == (minute(70), minute(90))


def test_an_update_that_never_came_is_overdue_or_was_missed():
    cadence = event(1, facts.SeveritySet("SEV2", update_every=1800), at=START)
    _, found = lanes(cadence, now=minute(45))
    (overdue,) = found["updates"].spans
    assert (overdue.text, overdue.until, overdue.goes_on) == ("update overdue", minute(45), True)
    _, found = lanes(cadence, at(40, facts.Resolved()))
    (missed,) = found["updates"].spans
    assert (missed.text, missed.until, missed.goes_on) == ("no update", minute(40), False)
    whole, found = lanes(cadence, at(20, facts.Resolved()))
    assert "updates" not in found
    assert whole.end == minute(20)
    whole, found = lanes(cadence, at(10, facts.UpdatePosted("it is")), at(20, facts.Resolved()))
    assert [point.kind for point in found["updates"].points] == [IN_TIME]
    assert whole.end == minute(20)


def test_an_alert_fires_until_its_sender_says_that_it_is_resolved():
    attached = at(1, facts.AlertAttached("alr-1", IDENT, "Errors"), by="alert:x")
    _, found = lanes(attached)
    assert [(s.text, s.goes_on) for s in found["alerts"].spans] == [("Errors", True)]
    resolved = at(9, facts.AlertResolved("alr-1", (), whole=True), by="alert:x")
    _, found = lanes(attached, resolved)
    assert [(s.since, s.until) for s in found["alerts"].spans] == [(minute(1), minute(9))]


def test_an_entry_is_in_one_lane_and_says_when_it_was_told():
    _, found = lanes(
        at(1, facts.RunbookAttached("small", "why", (StepPlan("page", "Page"),))),
        at(2, facts.StepDone("page")),
        at(30, facts.Noted("restarted"), at=minute(10)),
        at(40, facts.Noted("no")),
        at(41, facts.Retracted(ident(2400))),
    )
    assert [p.text for p in found["checklist"].points] == ["1 Page: done by alice"]
    assert [(p.text, p.at, p.recorded) for p in found["log"].points] == [
        ("alice: Runbook attached: small", minute(1), None),
        ("alice: restarted", minute(10), minute(30)),
        ("alice: Retracted entry 5", minute(41), None),
    ]


def test_moments_are_in_order_and_say_when_they_were_told():
    found, _ = lanes(
        at(5, facts.MomentMarked("started"), at=minute(-10)),
        at(60, facts.Resolved()),
        at(70, facts.Reopened("no")),
        at(80, facts.Cancelled("it was none")),
    )
    assert [(p.text, p.at, p.recorded) for p in found.moments] == [
        ("started", minute(-10), minute(5)),
        ("declared", START, None),
        ("ended", minute(60), None),
        ("reopened", minute(70), None),
        ("cancelled", minute(80), None),
    ]
    assert (found.begin, found.now) == (minute(-10), None)


def test_what_is_redacted_is_in_no_lane():
    found, _ = lanes(
        at(1, facts.Noted("the password is hunter2")),
        at(2, facts.AlertAttached("alr-1", IDENT, "hunter2 fires"), by="alert:x"),
        at(3, facts.UpdatePosted("hunter2 leaked")),
        at(4, facts.Resolved("changed hunter2")),
        *(at(5 + n, facts.Redacted(ident(60 * n))) for n in (1, 2, 3, 4)),
    )
    assert "hunter2" not in repr(found)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(histories())
def test_whatever_the_record_says_the_lanes_lie_within_the_course(events):
    found = course(fold(IDENT, events, now=moment(20)), moment(20))
    for lane in found.lanes:
        for span in lane.spans:
            assert found.begin <= span.since <= span.until <= found.end
        assert all(found.begin <= point.at <= found.end for point in lane.points)
    status = next(lane for lane in found.lanes if lane.name == "status")
    assert status.spans[-1].text == fold(IDENT, events, now=moment(20)).status
