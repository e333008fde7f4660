"""What the record knows of an action: only what was sent is done, and only once."""

from __future__ import annotations

import pytest
from tests.domain.telling import incident, moment

from incidentctl.domain.common.times import iso
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide import corrections
from incidentctl.domain.incident.state import DONE, FAILED, OPEN, STARTED, UNKNOWN, StepPlan
from incidentctl.errors import NotFoundError, RefusedError

BEGUN = (
    facts.Declared("Cards are refused"),
    facts.RunbookAttached(
        "sev1", "why", (StepPlan("page-on-call", "Page the on-call engineer", action="pagerduty"),)
    ),
)
PAGE = "Page the on-call engineer"
KEY = "inc.page-on-call.1"
START = facts.ActionStarted(KEY, "pagerduty", "events.example", "page-on-call", recipient="Bob")
DONE_ = facts.ActionDone(KEY, "page-on-call", link="https://pages.example/1", ident="1")
FAIL = facts.ActionFailed(KEY, "It answered 503", "page-on-call", retry_at=iso(moment(60)))
PERHAPS = facts.ActionFailed(KEY, "It did not answer", "page-on-call", unknown=True)


@pytest.mark.parametrize(
    ("stated", "state", "step"),
    [
        ((START,), STARTED, OPEN),
        ((START, FAIL), FAILED, OPEN),
        ((START, PERHAPS), UNKNOWN, OPEN),
        ((START, DONE_), DONE, DONE),
        ((START, FAIL, START, DONE_), DONE, DONE),
        ((START, DONE_, START), DONE, DONE),
        ((START, DONE_, FAIL), DONE, DONE),
        ((DONE_,), DONE, DONE),
        ((FAIL,), FAILED, OPEN),
        ((START, DONE_, facts.StepReopened("page-on-call")), DONE, OPEN),
        ((START, FAIL, facts.StepDone("page-on-call", "by phone")), FAILED, DONE),
        ((facts.StepSkipped("page-on-call"), START, DONE_), DONE, DONE),
    ],
)
def test_a_step_is_done_when_its_action_is_or_a_person_says_so(stated, state, step):
    found = incident(*BEGUN, *stated)
    assert [run.state for run in found.actions] == [state]
    assert [each.state for each in found.steps] == [step]


def test_the_state_has_who_was_paged_where_and_how_often_it_was_tried():
    run = incident(*BEGUN, START, FAIL, START).actions[0]
    assert (run.attempts, run.recipient, run.to, run.reason) == (2, "Bob", "events.example", None)
    run = incident(*BEGUN, START, FAIL).actions[0]
    assert (run.retry_at, run.reason) == (moment(60), "It answered 503")
    run = incident(*BEGUN, START, DONE_).actions[0]
    assert (run.link, run.ident) == ("https://pages.example/1", "1")


def test_the_log_says_what_was_sent_and_what_came_of_it():
    said = [entry.text for entry in incident(*BEGUN, START, FAIL, PERHAPS, DONE_).entries[2:]]
    assert said == [
        "Action started: Page the on-call engineer · pagerduty to events.example · for Bob",
        f"Action failed: {PAGE} · It answered 503 · tried again at 2026-11-24 14:02 UTC",
        f"Action perhaps done, look before trying again: {PAGE} · It did not answer",
        "Action done: Page the on-call engineer · https://pages.example/1",
    ]


def test_what_was_sent_cannot_be_taken_back():
    found = incident(*BEGUN, facts.Noted("a note"), START, DONE_)
    with pytest.raises(RefusedError, match="cannot be taken back"):
        corrections.retract(found, "5")
    assert [each.event for each in corrections.undo(found, "alice")] == [found.entries[2].event]
    with pytest.raises(NotFoundError):
        corrections.undo(incident(facts.Declared("x"), ("bob", START)), "bob")
