"""The fold: what events tell, in whatever order they come, and whatever they say."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.telling import IDENT, START, event, ident, incident, moment, told

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.facts import KINDS, LIFECYCLE
from incidentctl.domain.incident.head import as_of, fold, head
from incidentctl.domain.incident.state import StepPlan, TaskPlan

UPDATES = StepPlan("updates", "Post an update", role="communication", every=900)
CHANNEL = StepPlan("open-channel", "Open a channel")
PAGE = StepPlan("page", "Page")
SEV1 = facts.SeveritySet("SEV1", critical=True, update_every=1800)
WORDS = st.sampled_from(["", "SEV1", "alice", "bob", "commander", "mitigator", "page", "triage"])


def attached(*steps, name="critical", tasks=()):
    return facts.RunbookAttached(name, "why", steps, tasks)


@st.composite
def any_fact(draw, count):
    """Any fact, whose texts are few words, so that facts meet, or the id of an event."""
    cls = draw(st.sampled_from([*KINDS.values(), facts.Unknown]))
    if cls is facts.RunbookAttached:
        plans = st.lists(st.sampled_from([UPDATES, CHANNEL, PAGE]), max_size=3)
        tasks = st.lists(st.just(TaskPlan("Look", None)), max_size=1)
        return attached(*draw(plans), name=draw(WORDS), tasks=tuple(draw(tasks)))
    values = {}
    for field, annotation in cls.__annotations__.items():
        hint = str(annotation)
        kinds = []
        if "str" in hint and "tuple" not in hint:
            kinds.append(st.one_of(WORDS, st.integers(0, count).map(ident)))
        if "tuple" in hint:
            kinds.append(st.lists(WORDS, max_size=2).map(tuple))
        if "bool" in hint:
            kinds.append(st.booleans())
        if "int" in hint:
            kinds.append(st.integers(-5, 5000))
        if "None" in hint:
            kinds.append(st.none())
        values[field] = draw(st.one_of(*kinds))
    return cls(**values)


@st.composite
def histories(draw):
    count = draw(st.integers(1, 14))
    return [
        event(number, draw(any_fact(count)), by=draw(st.sampled_from(["alice", "bob"])))
        for number in range(count)
    ]


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter_and_nothing_raises(
    events: list[Event], chance: random.Random
):
    shuffled = [*events, chance.choice(events)]
    chance.shuffle(shuffled)
    assert fold(IDENT, shuffled) == fold(IDENT, events)


@given(histories())
def test_the_life_cycle_alone_gives_the_same_head(events: list[Event]):
    few = [e for e in events if e.kind in LIFECYCLE]
    assert head(fold(IDENT, few)) == head(fold(IDENT, events))


def test_a_declaration_makes_its_author_commander_of_every_role():
    found = incident(facts.Declared("Login is down"))
    assert (found.title, found.status, found.open) == ("Login is down", "triage", True)
    assert found.commander == "alice"
    assert found.holders("planning") == ("alice",)
    assert not found.assigned("planning")
    assert found.problems == ()


def test_without_its_declaration_an_incident_is_still_one():
    found = incident(facts.Noted("hello"))
    assert (found.kind, found.declared) == ("incident", START)
    assert "declaration is not in the record" in found.problems[0].message
    assert fold("no-id", []).open


def test_of_two_declarations_the_first_stands_and_both_are_kept():
    found = incident(facts.Declared("one"), ("bob", facts.Declared("two")))
    assert (found.title, found.commander, len(found.entries)) == ("one", "alice", 2)
    assert "declared twice" in found.problems[0].message


def test_a_commander_assigned_by_who_did_not_command_is_told():
    found = incident(
        facts.Declared("x"),
        ("carol", facts.RoleAssigned("commander", "bob")),
        ("dave", facts.RoleAssigned("commander", "alice")),
    )
    assert found.commander == "alice"
    assert [p.message for p in found.problems] == [
        "dave assigned a commander while bob commanded: alice stands, bob was first."
    ]


def test_roles_are_kept_with_the_times_they_were_held():
    found = incident(
        facts.Declared("x"),
        facts.RoleAssigned("mitigator", "bob"),
        facts.RoleAssigned("mitigator", "carol"),
        facts.RoleReleased("mitigator", "bob"),
    )
    assert found.holders("mitigator") == ("carol",)
    assert [(h.person, h.until) for h in found.held if h.role == "mitigator"] == [
        ("bob", moment(3)),
        ("carol", None),
    ]


@pytest.mark.parametrize(
    ("more", "status", "problems"),
    [
        ([facts.StatusSet("identified")], "identified", 0),
        ([facts.StatusSet("asleep")], "triage", 1),
        ([facts.Resolved("fixed")], "resolved", 0),
        ([facts.Resolved(), facts.StatusSet("monitoring")], "resolved", 1),
        ([facts.Resolved(), facts.Resolved()], "resolved", 1),
        ([facts.Resolved(), facts.Cancelled("no")], "resolved", 1),
        ([facts.Resolved(), facts.Closed()], "closed", 0),
        ([facts.Closed()], "closed", 1),
        ([facts.Resolved(), facts.Reopened("back")], "investigating", 0),
    ],
)
def test_status(more, status, problems):
    found = incident(facts.Declared("x"), *more)
    assert (found.status, len(found.problems)) == (status, problems)
    assert found.open == (status in ("triage", "identified", "investigating"))
    assert (found.ended is None) == found.open


def test_a_change_of_process_layers_steps_in_and_loses_nothing_done():
    found = incident(
        facts.Declared("x"),
        attached(PAGE, CHANNEL, name="small"),
        facts.StepDone("page", "paged bob"),
        attached(StepPlan("ticket", "Ticket"), CHANNEL, UPDATES, name="critical"),
        facts.RunbookDetached("small"),
    )
    assert [(s.id, s.state) for s in found.steps] == [
        ("page", "done"),
        ("ticket", "open"),
        ("open-channel", "open"),
        ("updates", "open"),
    ]
    gone = incident(
        facts.Declared("x"), attached(PAGE, name="small"), facts.RunbookDetached("small")
    )
    assert [(s.id, s.state) for s in gone.steps] == [("page", "not-needed")]


@pytest.mark.parametrize(
    ("step", "fact", "state"),
    [
        ("open-channel", facts.Linked("bridge", "https://a.example"), "done"),
        ("open-channel", facts.Linked("ticket", "https://a.example"), "open"),
        ("create-ticket", facts.Linked("Ticket", "https://a.example"), "done"),
        ("assign-team", facts.TeamAssigned("core"), "done"),
        ("assign-individual", facts.IndividualAssigned("bob"), "done"),
        ("assign-roles", facts.RolesKept(), "done"),
        ("assign-roles", facts.RoleAssigned("planning", "bob"), "open"),
        ("updates", facts.UpdatePosted("hi"), "done"),
        ("status-page", facts.UpdatePosted("hi"), "open"),
        ("status-page", facts.UpdatePosted("hi", public=True), "open"),
        ("notify-internal", facts.UpdatePosted("hi"), "open"),
        ("page-on-call", facts.RoleAssigned("mitigator", "bob"), "open"),
    ],
)
def test_what_ticks_by_itself(step, fact, state):
    found = incident(facts.Declared("x"), attached(StepPlan(step, step)), fact)
    assert found.steps[0].state == state


def test_all_three_other_roles_tick_the_step_of_the_roles():
    roles = [facts.RoleAssigned(r, "bob") for r in ("mitigator", "planning", "communication")]
    found = incident(facts.Declared("x"), attached(StepPlan("assign-roles", "Roles")), *roles)
    assert found.steps[0].state == "done"


def test_the_step_of_the_tasks_is_done_while_every_task_has_somebody():
    tasks = (TaskPlan("Find the deploy"), TaskPlan("Count orders"))
    begun = [facts.Declared("x"), attached(StepPlan("assign-tasks", "Tasks"), tasks=tasks)]
    one, two = (task.id for task in incident(*begun).tasks)
    some = [*begun, facts.TaskAssigned(one, "bob")]
    assert incident(*some).steps[0].state == "open"
    both = [*some, facts.TaskAssigned(two, "bob")]
    assert incident(*both).steps[0].state == "done"
    assert incident(*both, facts.TaskAdded("call the vendor")).steps[0].state == "open"
    assert incident(*both, facts.StepReopened("assign-tasks")).steps[0].state == "open"
    assert incident(*some, facts.TaskDone(two)).steps[0].state == "done"


def test_the_step_of_the_updates_is_done_with_the_first_one_and_can_be_opened_again():
    begun = [facts.Declared("x"), attached(UPDATES), facts.UpdatePosted("hi")]
    assert incident(*begun).steps[0].state == "done"
    opened = [*begun, facts.StepReopened("updates")]
    assert incident(*opened).steps[0].state == "open"
    assert incident(*opened, facts.UpdatePosted("again")).steps[0].state == "done"


def test_an_update_does_no_other_step_that_repeats():
    steps = (
        StepPlan("sample", "Take another sample", role="laboratory", every=7200),
        StepPlan("boil", "Publish the boil-water notice", role="communication", every=3600),
        UPDATES,
    )
    found = incident(facts.Declared("x"), attached(*steps), facts.UpdatePosted("hi"))
    assert [step.state for step in found.steps] == ["open", "open", "done"]
    assert found.cadence == UPDATES.every  # the most frequent one


@pytest.mark.parametrize(
    ("more", "cadence", "due"),
    [
        ([], None, None),
        ([SEV1], 1800, 1 + 1800),
        ([SEV1, attached(UPDATES)], 900, 1 + 900),
        ([SEV1, attached(UPDATES), facts.UpdatePosted("hi")], 900, 3 + 900),
        ([SEV1, attached(UPDATES), facts.StepSkipped("updates")], 1800, 1 + 1800),
        ([SEV1, facts.UpdateSnoozed("2026-11-24T16:01:00.000Z")], 1800, 7200),
        ([SEV1, facts.UpdateSnoozed("2026-11-24T16:01:00.000Z"), facts.UpdatePosted("hi")],
         1800, 3 + 1800),
        ([facts.UpdatePosted("hi", next_at="2026-11-24T16:01:00.000Z")], None, 7200),
        ([SEV1, facts.Resolved()], 1800, None),
    ],
)  # fmt: skip
def test_when_the_next_update_is_due(more, cadence, due):
    found = incident(facts.Declared("x"), *more)
    assert found.cadence == cadence
    assert found.next_update == (None if due is None else moment(due))


def test_the_clock_of_a_cadence_that_begins_late_starts_then():
    events = told(facts.Declared("x"), facts.UpdatePosted("early"))
    late = moment(7200)
    events.append(event(2, SEV1, at=late))
    assert fold(IDENT, events).next_update == late + timedelta(seconds=1800)


def test_tasks_and_hypotheses_have_short_numbers():
    found = incident(
        facts.Declared("x"),
        attached(tasks=(TaskPlan("Check the deploy", "mitigator"),)),
        facts.TaskAdded("Call the vendor", person="bob"),
        facts.HypothesisProposed("the deploy"),
        facts.HypothesisRuledOut(ident(3), "rolled back"),
        facts.TaskDone(ident(2)),
        facts.TaskDone(f"{ident(1)}-1", "it was fine"),
    )
    assert [(t.number, t.title, bool(t.done)) for t in found.tasks] == [
        (1, "Check the deploy", True),
        (2, "Call the vendor", True),
    ]
    assert [(h.number, h.state, h.reason) for h in found.hypotheses] == [
        (1, "ruled-out", "rolled back")
    ]


def test_a_task_of_a_runbook_that_comes_again_is_the_same_task():
    tasks = (TaskPlan("Check the deploy"),)
    found = incident(
        facts.Declared("x"), attached(tasks=tasks), facts.TaskDone(f"{ident(1)}-1"),
        attached(tasks=tasks, name="other"), attached(PAGE, tasks=tasks),
    )  # fmt: skip
    assert [bool(task.done) for task in found.tasks] == [True]


def test_what_no_runbook_and_no_record_has_is_told():
    found = incident(
        facts.Declared("x"), facts.StepDone("nothing"), facts.TaskDone("x"),
        facts.HypothesisConfirmed("x"), facts.MomentMarked("lunch"), facts.Unknown("sung", "{}"),
    )  # fmt: skip
    assert len(found.problems) == 4
    assert "sung" in found.entries[-1].text


def test_the_timeline_is_in_the_order_of_what_happened_and_numbers_in_that_of_the_record():
    events = told(facts.Declared("x"), facts.Noted("now"))
    events.append(event(2, facts.Noted("before"), at=moment(-60)))
    assert [e.number for e in fold(IDENT, events).timeline] == [3, 1, 2]


def test_as_of_is_what_had_been_recorded():
    events = told(facts.Declared("x"), facts.Noted("a"), facts.Noted("b"))
    assert as_of(events, moment(1)) == events[:2]


def test_whoever_is_identified_is_that_person_everywhere():
    state = incident(
        ("ann@laptop", facts.Declared("incident", "login is down")),
        ("bob", facts.RoleAssigned("mitigator", "ann@laptop")),
        ("bob", facts.PersonIdentified("ann@laptop", "ann")),
        ("ann@laptop", facts.Noted("the cache is empty")),
    )
    assert (state.commander, state.declared_by) == ("ann", "ann")
    assert [held.person for held in state.held if held.role == "mitigator"] == ["ann"]
    assert [entry.by for entry in state.timeline] == ["ann", "bob", "bob", "ann"]
    assert state.timeline[2].text == "ann@laptop is ann"


def test_an_identification_that_was_taken_back_identifies_nobody():
    state = incident(
        ("ann@laptop", facts.Declared("incident", "login is down")),
        ("bob", facts.PersonIdentified("ann@laptop", "ann")),
        ("bob", facts.Retracted(ident(1))),
    )
    assert state.commander == "ann@laptop"
