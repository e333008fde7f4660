"""What may be decided about the course of an incident and its people, and what is refused."""

from __future__ import annotations

import pytest
from tests.domain.telling import incident, moment

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide import lifecycle, notes, roles, updates
from incidentctl.errors import NotFoundError, RefusedError, UsageError

DECLARED = facts.Declared("x")
OPEN = incident(DECLARED)
RESOLVED = incident(DECLARED, facts.Resolved())
CLOSED = incident(DECLARED, facts.Resolved(), facts.Closed())
REQUIRED = facts.SeveritySet("SEV1", critical=True, retrospective="required")
KNOWN = ["alice", "bob", "carol"]


@pytest.mark.parametrize("found", [RESOLVED, CLOSED])
@pytest.mark.parametrize(
    "decide",
    [
        lifecycle.ensure_open,
        lifecycle.resolve,
        lambda i: lifecycle.cancel(i, "no"),
        lambda i: lifecycle.set_status(i, "triage"),
        lambda i: updates.snooze(i, moment(9), now=moment(0)),
        roles.keep,
    ],
)
def test_what_is_over_is_not_changed(found, decide):
    with pytest.raises(RefusedError) as refusal:
        decide(found)
    assert refusal.value.hint


@pytest.mark.parametrize("verb", [notes.log, notes.summary, notes.impact, updates.post])
def test_people_write_after_the_end_but_not_after_the_close(verb):
    assert verb(RESOLVED, "we learned")
    with pytest.raises(RefusedError) as refusal:
        verb(CLOSED, "we learned")
    assert refusal.value.echo == "we learned"
    assert "reopen" in str(refusal.value.hint)


@pytest.mark.parametrize("found", [RESOLVED, CLOSED, incident(DECLARED, facts.Cancelled("no"))])
def test_what_is_over_is_reopened_with_a_reason(found):
    assert lifecycle.reopen(found, " back ") == [facts.Reopened("back")]
    with pytest.raises(UsageError):
        lifecycle.reopen(found, " ")


def test_what_is_open_is_neither_reopened_nor_closed():
    with pytest.raises(RefusedError, match="open"):
        lifecycle.reopen(OPEN, "back")
    with pytest.raises(RefusedError, match="open"):
        lifecycle.close(OPEN)


@pytest.mark.parametrize(
    ("found", "reason", "closes"),
    [
        (RESOLVED, None, True),
        (incident(DECLARED, REQUIRED, facts.Resolved()), None, False),
        (incident(DECLARED, REQUIRED, facts.Resolved()), "a test", True),
        (incident(DECLARED, REQUIRED, facts.Cancelled("no")), None, True),
        (incident(facts.Declared("x", "drill"), REQUIRED, facts.Resolved()), None, True),
    ],
)
def test_close_asks_for_the_retrospective_where_it_is_required(found, reason, closes):
    if closes:
        assert lifecycle.close(found, reason) == [facts.Closed(reason)]
    else:
        with pytest.raises(RefusedError, match="retrospective"):
            lifecycle.close(found, reason)


def test_cancel_needs_a_reason_or_the_other_incident():
    other = OPEN._replace(id="inc-1")
    assert lifecycle.cancel(OPEN, duplicate_of=other) == [facts.Cancelled(None, "inc-1")]
    for arguments in ({}, {"duplicate_of": OPEN}):
        with pytest.raises(UsageError):
            lifecycle.cancel(OPEN, **arguments)


def test_words_are_taken_in_any_case_and_mistakes_get_a_suggestion():
    assert lifecycle.set_status(OPEN, "Monitoring") == [facts.StatusSet("monitoring")]
    assert lifecycle.mark(OPEN, "STARTED") == [facts.MomentMarked("started")]
    with pytest.raises(NotFoundError) as refusal:
        lifecycle.set_status(OPEN, "monitring")
    assert refusal.value.hint == "Did you mean 'monitoring'?"


def test_a_moment_before_the_start_is_refused():
    started = incident(DECLARED, facts.MomentMarked("started"))
    with pytest.raises(UsageError, match="started"):
        lifecycle.mark(started, "mitigated", at=moment(-60))


def test_roles_go_to_people_who_are_known():
    assert roles.assign(OPEN, "Mitigator", "@Bob", known=KNOWN) == [
        facts.RoleAssigned("mitigator", "bob")
    ]
    names = {"bob": "Bob Example"}
    assert roles.assign(OPEN, "planning", "bob", known=names)[-1].person_name == "Bob Example"
    with pytest.raises(NotFoundError) as refusal:
        roles.assign(OPEN, "mitigator", "bobb", known=KNOWN)
    assert refusal.value.hint == "Did you mean 'bob'?"
    with pytest.raises(NotFoundError):
        roles.assign(OPEN, "cook", "bob", known=KNOWN)


def test_a_catalog_without_people_and_whoever_takes_part_refuse_nobody():
    assert roles.assign(OPEN, "mitigator", "zoe")
    there = incident(DECLARED, ("zoe@laptop", facts.Noted("hi")))
    assert roles.assign(there, "mitigator", "zoe@laptop", known=KNOWN)


def test_a_stranger_can_hold_a_role_unless_the_name_is_nearly_that_of_somebody():
    stranger = "Zed of the vendor"
    assert roles.assign(OPEN, "mitigator", stranger, known=KNOWN) == [
        facts.RoleAssigned("mitigator", stranger)
    ]
    assert roles.assign_individual(OPEN, stranger, known=KNOWN)[-1].person == stranger
    with pytest.raises(NotFoundError) as refusal:
        roles.assign(OPEN, "mitigator", "bobb", known=KNOWN)
    assert refusal.value.hint == "Did you mean 'bob'?"
    named = {"bob": "Bób  Example", "ines": None}
    assert roles.assign(OPEN, "mitigator", "bob example", known=named)[-1].person == "bob"
    with pytest.raises(UsageError, match="is not one person"):
        roles.assign(OPEN, "mitigator", "bob, zed", known=KNOWN)
    hostile = roles.assign(OPEN, "mitigator", "Zed\x1b[31m" + "x" * 200, known=KNOWN)[-1].person
    assert hostile.startswith("Zed\\u{1b}")
    assert len(hostile) == 100


def test_a_role_that_one_person_holds_is_handed_on_and_mitigators_are_many():
    held = incident(
        DECLARED, facts.RoleAssigned("planning", "bob"), facts.RoleAssigned("mitigator", "bob")
    )
    assert roles.assign(held, "planning", "carol") == [
        facts.RoleReleased("planning", "bob"),
        facts.RoleAssigned("planning", "carol"),
    ]
    assert roles.assign(held, "mitigator", "carol") == [facts.RoleAssigned("mitigator", "carol")]
    with pytest.raises(RefusedError, match="already"):
        roles.assign(held, "planning", "bob")


def test_release():
    two = incident(
        DECLARED, facts.RoleAssigned("mitigator", "bob"), facts.RoleAssigned("mitigator", "carol")
    )
    assert roles.release(two, "mitigator", "Carol") == [facts.RoleReleased("mitigator", "carol")]
    with pytest.raises(UsageError, match="bob, carol"):
        roles.release(two, "mitigator")
    for role in ("commander", "planning"):
        with pytest.raises(RefusedError):
            roles.release(two, role)


def test_team_and_individual():
    assert roles.assign_team(OPEN, "CORE", known=["core"]) == [facts.TeamAssigned("core")]
    with pytest.raises(NotFoundError):
        roles.assign_team(OPEN, "cora", known=["core"])
    assert roles.assign_individual(OPEN, "bob", known=KNOWN) == [facts.IndividualAssigned("bob")]


def test_the_roles_are_kept_once():
    assert roles.keep(OPEN) == [facts.RolesKept()]
    assert roles.keep(incident(DECLARED, facts.RolesKept())) == []


def test_nobody_keeps_the_roles_while_nobody_commands():
    with pytest.raises(RefusedError, match="Nobody is in command yet"):
        roles.keep(OPEN._replace(commander="alert:prometheus"))
