"""What two people state at once, each not knowing of the other: what stands, and what is told."""

from __future__ import annotations

import random
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.telling import IDENT, event, ident, incident, moment, told

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.event_json import decode, encode
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.facts import LIFECYCLE
from incidentctl.domain.incident.head import fold, head
from incidentctl.domain.incident.state import StepPlan

PAGE = facts.RunbookAttached("small", "why", (StepPlan("page", "Page"),))
DECLARED = facts.Declared("x")
PEOPLE = ("alice", "bob", "carol")


def offer(person):
    return facts.HandoverOffered(person)


def accept(number):
    return facts.HandoverAccepted(ident(number))


def take(before):
    return facts.CommandTaken(before, "no answer")


def lead(person):
    return facts.RoleAssigned("commander", person)


class Telling:
    """Actions of several events, at moments told; an id follows the place."""

    def __init__(self):
        self.events: list[Event] = []

    def act(self, by, *stated, number=None):
        first = len(self.events) if number is None else number
        for index, fact in enumerate(stated):
            group = first if index else None
            self.events.append(event(first + index, fact, by=by, action=group))
        return self


def problems(found):
    return [problem.message for problem in found.problems]


def test_an_offer_leaves_command_where_it_is_until_it_is_accepted():
    begun = Telling().act("alice", DECLARED).act("alice", offer("bob"))
    found = fold(IDENT, begun.events)
    assert (found.commander, found.offer.person, found.offer.by) == ("alice", "bob", "alice")
    found = fold(IDENT, begun.act("bob", accept(1), lead("bob")).events)
    assert (found.commander, found.offer, problems(found)) == ("bob", None, [])
    assert [(h.person, h.until is None) for h in found.held] == [("alice", False), ("bob", True)]


def test_a_newer_offer_replaces_the_one_before():
    found = incident(DECLARED, offer("bob"), offer("carol"))
    assert found.offer.person == "carol"


def test_nothing_is_offered_of_what_is_over():
    ended = [DECLARED, offer("bob"), facts.Resolved()]
    assert incident(*ended).offer is None
    assert incident(*ended, facts.Reopened("back")).offer is not None


def test_an_acceptance_that_is_taken_back_leaves_the_offer():
    begun = Telling().act("alice", DECLARED, offer("bob")).act("bob", accept(1), lead("bob"))
    begun.act("bob", facts.Retracted(ident(2)), facts.Retracted(ident(3)))
    found = fold(IDENT, begun.events)
    assert (found.commander, found.offer.person, problems(found)) == ("alice", "bob", [])


@pytest.mark.parametrize(
    ("first", "second", "commander", "sentence"),
    [
        # Two are assigned at once.
        (("alice", lead("bob")), ("carol", lead("carol")), "carol",
         "carol assigned a commander while bob commanded: carol stands, bob was first."),
        # An acceptance against somebody who takes command.
        (("bob", accept(1), lead("bob")), ("carol", take("alice"), lead("carol")), "carol",
         "Two people took command without knowing of each other: carol stands, bob was first."),
        (("carol", take("alice"), lead("carol")), ("bob", accept(1), lead("bob")), "bob",
         "Two people took command without knowing of each other: bob stands, carol was first."),
        # Two take it.
        (("bob", take("alice"), lead("bob")), ("carol", take("alice"), lead("carol")), "carol",
         "Two people took command without knowing of each other: carol stands, bob was first."),
        # One who knew of the other: nothing to tell, however soon.
        (("bob", accept(1), lead("bob")), ("carol", take("bob"), lead("carol")), "carol", None),
        # The same person accepts twice, on two machines.
        (("bob", accept(1), lead("bob")), ("bob", accept(1), lead("bob")), "bob", None),
        # It was offered to another meanwhile.
        (("alice", offer("carol")), ("bob", accept(1), lead("bob")), "bob",
         "bob accepted command that was no longer offered; bob stands."),
        (("bob", accept(1), lead("bob")), ("alice", offer("carol")), "bob",
         "alice offered command that bob had by then; the offer is void."),
        (("alice", facts.Retracted(ident(1))), ("bob", accept(1), lead("bob")), "bob",
         "bob accepted command that was no longer offered; bob stands."),
    ],
)  # fmt: skip
def test_two_who_change_command_at_once(first, second, commander, sentence):
    begun = Telling().act("alice", DECLARED, offer("bob"))
    found = fold(IDENT, begun.act(*first).act(*second).events)
    assert found.commander == commander
    assert problems(found) == ([sentence] if sentence else [])
    assert [h.person for h in found.held if h.role == "commander" and h.until is None] == [
        commander
    ]


def test_an_assignment_to_somebody_else_is_told_however_long_ago_it_is_said_to_be():
    begun = Telling().act("alice", DECLARED).act("bob", take("alice"), lead("bob"))
    earlier = event(3, lead("carol"), by="alice", at=moment(-600))
    first = event(0, DECLARED, by="alice", at=moment(-900))
    found = fold(IDENT, [first, *begun.events[1:], earlier])
    assert (found.commander, problems(found)) == (
        "carol", ["alice assigned a commander while bob commanded: carol stands, bob was first."]
    )  # fmt: skip


def test_who_gave_command_away_may_give_it_to_another():
    found = incident(DECLARED, lead("bob"), lead("carol"))
    assert (found.commander, problems(found)) == ("carol", [])


def holds(person, role="communication", many=None):
    return facts.RoleAssigned(role, person, None, many)


@pytest.mark.parametrize(
    ("role", "many", "holders"),
    [
        ("communication", None, ("eve",)),
        ("planning", None, ("eve",)),
        ("planning", True, ("dana", "eve")),
        ("mitigator", None, ("dana", "eve")),
        ("mitigator", False, ("eve",)),
        ("scribe", False, ("eve",)),
        ("scribe", None, ("dana", "eve")),
    ],
)
def test_of_two_who_are_assigned_a_role_at_once_the_later_holds_it(role, many, holders):
    found = incident(DECLARED, holds("dana", role, many), ("bob", holds("eve", role, many)))
    assert found.holders(role) == holders
    two = f"Two people were assigned as {role} without knowing of each other: "
    assert problems(found) == ([] if len(holders) > 1 else [two + "eve stands, dana was first."])


TWO = "Two people were assigned as planning without knowing of each other: "


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ([facts.RoleReleased("planning", "eve"), holds("carol", "planning")], []),
        ([facts.RoleReleased("planning", "eve")], []),
        # Who released the other did not know of both, and who released nobody knew of none.
        ([facts.RoleReleased("planning", "dana")], ["eve stands, dana was first."]),
        ([facts.RoleReleased("planning", "dana"), holds("carol", "planning")],
         ["eve stands, dana was first.", "carol stands, eve was first."]),
        ([holds("eve", "planning")], ["eve stands, dana was first."]),
        ([facts.RoleReleased("communication", "eve")], ["eve stands, dana was first."]),
    ],
)  # fmt: skip
def test_two_in_one_role_are_told_until_the_one_who_stands_is_replaced(after, told):
    begun = Telling().act("alice", DECLARED, holds("dana", "planning"))
    begun.act("bob", holds("eve", "planning")).act("alice", *after)
    assert problems(fold(IDENT, begun.events)) == [TWO + each for each in told]


@pytest.mark.parametrize("after", [("carol", lead("dana")), ("dana", take("carol"), lead("dana"))])
def test_two_commanders_are_told_until_command_moves_on_from_the_one_who_stands(after):
    begun = Telling().act("alice", DECLARED).act("bob", take("alice"), lead("bob"))
    begun.act("carol", take("alice"), lead("carol"))
    assert len(problems(fold(IDENT, begun.events))) == 1
    found = fold(IDENT, begun.act(*after).events)
    assert (found.commander, problems(found)) == ("dana", [])


def test_an_ordinary_reassignment_is_no_problem():
    told_by = Telling().act("alice", DECLARED).act("alice", holds("dana"))
    told_by.act("alice", facts.RoleReleased("communication", "dana"), holds("eve"))
    found = fold(IDENT, told_by.events)
    assert (found.holders("communication"), problems(found)) == (("eve",), [])


def test_what_is_said_to_be_before_the_declaration_is_told_and_clamped():
    found = fold(IDENT, [
        event(0, DECLARED), event(1, holds("dana"), at=moment(-3600)),
        event(2, facts.Resolved("ok"), at=moment(-7200)),
    ])  # fmt: skip
    assert [held.since for held in found.held] == [moment(0), moment(0)]
    ended, began = problems(found)
    assert ended == (
        "It was resolved at 2026-11-24 12:01 UTC, before it was declared at 2026-11-24 14:01 UTC."
    )
    assert began == (
        "dana was communication from 2026-11-24 13:01 UTC, before it was declared at "
        "2026-11-24 14:01 UTC; the declaration counts."
    )


def test_clocks_that_differ_by_seconds_are_not_told():
    found = fold(IDENT, [event(0, DECLARED), event(1, holds("dana"), at=moment(-20))])
    assert (found.held[1].since, problems(found)) == (moment(0), [])


def test_two_offers_that_are_both_accepted():
    begun = Telling().act("alice", DECLARED, offer("bob"), offer("carol"))
    begun.act("bob", accept(1), lead("bob")).act("carol", accept(2), lead("carol"))
    found = fold(IDENT, begun.events)
    assert found.commander == "carol"
    assert problems(found) == [
        "bob accepted command that was no longer offered; bob stands.",
        "Two people took command without knowing of each other: carol stands, bob was first.",
    ]


def test_events_of_two_actions_that_lie_between_each_other_say_the_same():
    events = told(
        DECLARED, ("bob", take("alice")), ("carol", take("alice")),
        ("bob", lead("bob")), ("carol", lead("carol")),
    )  # fmt: skip
    events[3] = events[3]._replace(action=ident(1))
    events[4] = events[4]._replace(action=ident(2))
    assert problems(fold(IDENT, events)) == [
        "Two people took command without knowing of each other: carol stands, bob was first."
    ]


@pytest.mark.parametrize(
    ("one", "other", "by", "sentence"),
    [
        (("bob", facts.StepDone("page")), ("carol", facts.StepDone("page")), "carol",
         "bob and carol both did the step page within one minute."),
        (("bob", facts.StepDone("page")), ("bob", facts.StepDone("page", "more")), "bob", None),
        (("bob", facts.StepDone("page")), ("carol", facts.StepSkipped("page")), "bob",
         "carol skipped the step page that bob had done; it is done."),
        (("carol", facts.StepSkipped("page")), ("bob", facts.StepDone("page")), "bob", None),
    ],
)  # fmt: skip
def test_two_people_who_end_one_step(one, other, by, sentence):
    found = incident(DECLARED, PAGE, one, other)
    assert (found.steps[0].state, found.steps[0].mark.by) == ("done", by)
    assert problems(found) == ([sentence] if sentence else [])


def changed(name, before, **more):
    return facts.SeveritySet(name, confirmed=True, was=before, **more)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ([("ana", changed("SEV1", "SEV2")), ("bob", changed("SEV4", "SEV2"))],
         "ana set the severity SEV1, and bob set SEV4"),
        ([("bob", changed("SEV1", "SEV2")), ("ana", changed("SEV3", "SEV2")),
          ("bob", changed("SEV4", "SEV1"))],
         "ana set the severity SEV3, and bob set SEV4"),
        ([("ana", changed("SEV1", "SEV2")), ("bob", changed("SEV4", "SEV1"))], None),
        ([("ana", changed("SEV1", "SEV2")), ("bob", changed("SEV4", "SEV2")),
          ("ana", changed("SEV4", "SEV4"))], None),  # she has seen both
        ([("ana", changed("SEV4", "SEV2")), ("bob", changed("SEV4", "SEV2"))], None),
        ([("bob", changed("SEV1", "SEV2")), ("bob", changed("SEV4", "SEV2"))], None),
        ([("alert:am", facts.SeveritySet("SEV1")), ("bob", changed("SEV4", "SEV2"))],
         "alert:am set the severity SEV1, and bob set SEV4"),
        ([("ana", changed("SEV1", "SEV2")), ("ana", facts.Retracted(ident(2), "slip")),
          ("bob", changed("SEV4", "SEV2"))], None),
    ],
)  # fmt: skip
def test_two_severities_that_were_set_without_knowledge_of_each_other(more, sentence):
    found = incident(DECLARED, facts.SeveritySet("SEV2"), *more)
    assert found.severity == "SEV4"
    stands = " without having seen that: SEV4 stands, until somebody sets it again."
    assert problems(found) == ([sentence + stands] if sentence else [])


@pytest.mark.parametrize(
    ("more", "status", "sentence"),
    [
        ([("bob", facts.Reopened("back")), ("carol", facts.Resolved())], "resolved",
         "bob reopened it and carol set it resolved within one minute: resolved stands."),
        ([("carol", facts.Resolved()), ("bob", facts.Reopened("back"))], "investigating",
         "carol set it resolved though it was resolved; the first stands."),
        ([("bob", facts.Reopened("back")), ("bob", facts.Resolved())], "resolved", None),
        ([("bob", facts.Reopened("back")), ("carol", facts.Reopened("back"))], "investigating",
         None),
    ],
)  # fmt: skip
def test_a_resolve_against_a_reopen(more, status, sentence):
    found = incident(DECLARED, facts.Resolved(), *more)
    assert found.status == status
    assert problems(found) == ([sentence] if sentence else [])


def test_a_drill_that_responders_and_conductor_both_ended_has_no_problem():
    found = incident(
        DECLARED,
        facts.DrillStarted("q1"),
        facts.Resolved("restarted"),
        ("carol", facts.DrillEnded()),
        ("carol", facts.Resolved("that was it")),
    )
    assert (found.status, found.ended_why) == ("resolved", "restarted")
    assert problems(found) == []


def test_a_team_is_escalated_to_once_however_often_it_is_said():
    found = incident(DECLARED, facts.Escalated("sre"), ("bob", facts.Escalated("sre", "dana")))
    assert found.escalated == ("sre",)
    assert [entry.text for entry in found.entries[1:]] == [
        "Escalated to sre; not paged by this",
        "Escalated to sre, on call dana; not paged by this",
    ]


def severity(name, *runbooks, area="", tier="critical-split"):
    reason = f"{name}{area}: {' '.join(runbooks)} answers."
    resolved = facts.ProcessResolved(tier, reason, None, (), runbooks)
    return facts.SeveritySet(name), resolved, *(facts.RunbookAttached(r, "x") for r in runbooks)


FOR_ANOTHER = (
    "The process that answers was chosen for SEV3, and SEV1 stands. "
    "Set the severity SEV1 again to get the process that fits."
)


@pytest.mark.parametrize("area", ["", " in checkout", " (security)"])
def test_a_process_that_was_chosen_for_another_severity_than_the_one_that_stands(area):
    begun = Telling().act("alice", DECLARED, *severity("SEV1", "critical", area=area))
    begun.act("alice", *severity("SEV3", "other", area=area))
    assert problems(fold(IDENT, begun.events)) == []
    # Whose clone has SEV1 and its process already records no process.
    begun.act("bob", facts.SeveritySet("SEV1", confirmed=True))
    found = fold(IDENT, begun.events)
    assert (found.severity, [each.name for each in found.runbooks]) == ("SEV1", ["other"])
    assert problems(found) == [FOR_ANOTHER]
    begun.act("carol", *severity("SEV1", "critical", area=area))
    assert problems(fold(IDENT, begun.events)) == []


def test_a_change_of_what_is_affected_beside_one_of_the_severity():
    begun = Telling().act("alice", DECLARED, *severity("SEV3", "other"))
    begun.act("bob", *severity("SEV1", "critical"))
    begun.act("alice", facts.AffectedSet(("login",)), *severity("SEV3", "other")[1:])
    assert problems(fold(IDENT, begun.events)) == [FOR_ANOTHER]
    over = begun.act("alice", facts.Resolved())
    assert problems(fold(IDENT, over.events)) == [FOR_ANOTHER.partition(" Set")[0]]


def test_the_process_of_a_severity_that_was_taken_back_is_told():
    begun = Telling().act("alice", DECLARED, *severity("SEV3", "other"))
    begun.act("alice", *severity("SEV1", "critical")).act("bob", facts.SeveritySet("SEV1"))
    begun.act("alice", *(facts.Retracted(ident(number)) for number in (4, 5, 6)))
    assert problems(fold(IDENT, begun.events)) == [FOR_ANOTHER]


def test_one_process_for_every_severity_is_no_problem():
    begun = Telling().act("alice", DECLARED, *severity("SEV1", "all", tier="single"))
    begun.act("alice", *severity("SEV3", "all", tier="single"))
    begun.act("bob", facts.SeveritySet("SEV1"))
    assert problems(fold(IDENT, begun.events)) == []


def test_a_reason_that_tells_no_severity_tells_no_problem():
    begun = Telling().act("alice", DECLARED, *severity("SEV1", "critical"))
    begun.act("alice", *severity("SEV3", "other")).act("bob", facts.SeveritySet("SEV1"))
    begun.act("alice", facts.Redacted(ident(5)))
    assert problems(fold(IDENT, begun.events)) == []


_ONE = st.sampled_from(
    [
        *((who, offer(to)) for who in PEOPLE for to in PEOPLE),
        *((who, take(before), lead(who)) for who in PEOPLE for before in PEOPLE),
        *((who, accept(number), lead(who)) for who in PEOPLE for number in (1, 2, 3)),
        *((who, lead(to)) for who in PEOPLE for to in PEOPLE),
        *((who, fact) for who in PEOPLE for fact in (
            facts.StepDone("page"), facts.StepSkipped("page"), facts.StepReopened("page"),
            facts.Resolved(), facts.Reopened("back"), facts.Closed(), facts.Cancelled("no"),
            facts.Retracted(ident(1)), facts.Retracted(ident(3)), facts.Escalated("sre"),
        )),
    ]
)  # fmt: skip


@st.composite
def clashes(draw):
    begun = Telling().act("alice", DECLARED, PAGE)
    for action in draw(st.lists(_ONE, max_size=7)):
        begun.act(*action)
    return begun.events


@given(clashes(), st.randoms(use_true_random=False))
def test_whatever_order_they_arrive_in_the_incident_is_the_same(
    events: list[Event], chance: random.Random
):
    shuffled = [*events, *chance.choices(events, k=2)]
    chance.shuffle(shuffled)
    assert fold(IDENT, shuffled) == fold(IDENT, events)
    assert fold(IDENT, [decode(encode(each)) for each in shuffled]) == fold(IDENT, events)


@given(clashes())
def test_one_commands_always_and_the_life_cycle_alone_says_who(events: list[Event]):
    found = fold(IDENT, events)
    now = [h.person for h in found.held if h.role == "commander" and h.until is None]
    assert now == [found.commander]
    assert found.offer is None or found.offer.by == found.commander
    few = [each for each in events if each.kind in LIFECYCLE]
    assert head(fold(IDENT, few)) == head(found)


def test_every_order_of_a_clash_of_three_is_one_incident():
    begun = Telling().act("alice", DECLARED, offer("bob"))
    begun.act("bob", accept(1), lead("bob")).act("carol", take("alice"), lead("carol"))
    folds = {repr(fold(IDENT, order)) for order in permutations(begun.events)}
    assert len(folds) == 1


def test_who_confirmed_a_hypothesis_may_rule_it_out_again():
    proposed = (facts.Declared("x"), facts.HypothesisProposed("the cache"))
    confirmed, ruled_out = facts.HypothesisConfirmed(ident(1)), facts.HypothesisRuledOut(ident(1))
    assert incident(*proposed, confirmed, ruled_out).problems == ()
    assert incident(*proposed, confirmed, ("bob", ruled_out)).problems
