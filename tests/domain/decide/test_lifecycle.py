"""When an incident is resolved, closed, cancelled and reopened, and what is refused."""

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
