"""The commander's brief: what whoever takes command must know, in lines of 80 characters."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.telling import IDENT, START, event, ident, incident

from incidentctl.domain.common.text import clean
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide.updates import NO_CHANGE
from incidentctl.domain.incident.head import fold
from incidentctl.domain.incident.state import StepPlan
from incidentctl.render.incident.brief import HEIGHT, WIDTH, brief

NOW = START + timedelta(hours=1)
RUNBOOK = facts.RunbookAttached(
    "small", "why", (StepPlan("page", "Page"), StepPlan("tell", "Tell"))
)


def lines(*told):
    return brief(incident(facts.Declared("Login is down"), *told), NOW)


def test_it_has_what_is_open_what_was_ruled_out_and_what_was_done_last():
    found = lines(
        facts.SeveritySet("SEV1", critical=True, confirmed=True, update_every=1800),
        RUNBOOK,
        facts.StepDone("page", note="she comes"),
        facts.RoleAssigned("mitigator", "bob", "Bob"),
        facts.TaskAdded("Call the vendor", person="carol"),
        facts.HypothesisProposed("the cache"),
        facts.HypothesisProposed("the deploy"),
        facts.HypothesisRuledOut(ident(6), "it was cold"),
        facts.UpdatePosted("we look into it"),
        facts.HandoverOffered("carol", "Carol"),
        facts.Escalated("sre"),
        facts.Noted("do not restart the database", pinned=True),
        facts.Linked("bridge", "https://meet.example/1"),
    )
    assert found == [
        "inc-20261124-1401-k7f  Login is down",
        "severity       SEV1",
        "status         triage",
        "declared       2026-11-24 14:01 UTC by alice, 1h ago",
        "commander      alice since 2026-11-24 14:01 UTC, for 1h",
        "offered to     Carol (carol), not yet accepted (since 2026-11-24 14:01 UTC)",
        "mitigator      Bob (bob)",
        "other roles    held by the commander: planning, communication",
        "escalated to   sre",
        "pinned         do not restart the database (alice)",
        "hypothesis     2 the deploy",
        "ruled out      1 the cache (it was cold)",
        "done           Page, 1h ago by alice: she comes",
        "open step      2 Tell (commander)",
        "open task      1 Call the vendor (carol)",
        "last update    1h ago by alice: we look into it",
        "next update    overdue by 30m (2026-11-24 14:31 UTC)",
        "bridge         https://meet.example/1",
    ]


def test_a_role_that_a_step_is_for_is_one_of_the_other_roles_until_the_step_is_done():
    runbook = facts.RunbookAttached("r", "why", (StepPlan("s", "Sample", role="lab"),))
    rest = "other roles    held by the commander: mitigator, planning, communication"
    assert f"{rest}, lab" in lines(runbook)
    assert rest in lines(runbook, facts.StepDone("s"))


def test_nobody_holds_the_roles_while_nobody_commands():
    found = brief(incident(facts.Declared("Login is down"))._replace(commander="alert:am"), NOW)
    expected = "other roles    nobody holds them: mitigator, planning, communication"
    assert expected in found


def posted(minutes, text, by="alice", **more):
    number = minutes * 60
    return event(number, facts.UpdatePosted(text, **more), by=by)


@pytest.mark.parametrize(
    ("updates", "row"),
    [
        ([posted(10, "we look"), posted(40, NO_CHANGE, "bob")],
         "50m ago by alice: we look (no change since, said 20m ago)"),
        ([posted(10, "we look", public=True), posted(30, NO_CHANGE), posted(40, NO_CHANGE, "bob")],
         "public, 50m ago by alice: we look (no change since, said 20m ago)"),
        ([posted(10, NO_CHANGE), posted(40, "we look")], "20m ago by alice: we look"),
        ([posted(10, NO_CHANGE)], f"50m ago by alice: {NO_CHANGE}"),
    ],
)  # fmt: skip
def test_the_last_update_is_the_last_that_says_something(updates, row):
    found = brief(fold(IDENT, [event(0, facts.Declared("x")), *updates]), NOW)
    assert " ".join(" ".join(found).split()).endswith(f"last update {row}")


def test_the_last_notes_come_last_and_without_what_was_taken_back():
    found = lines(
        *(facts.Noted(f"note {number}") for number in range(1, 6)),
        facts.Noted("boxes are in fridge 3", pinned=True),
        ("bob", facts.Noted("wrong")),
        facts.Noted("secret"),
        facts.Retracted(ident(7)),
        facts.Redacted(ident(8)),
    )
    assert "pinned         boxes are in fridge 3 (alice)" in found
    notes = [line for line in found if line.startswith("note")]
    assert notes == [f"note           1h ago by alice: note {number}" for number in (3, 4, 5)]


def test_of_much_the_first_open_steps_are_shown_and_the_rest_is_counted():
    steps = tuple(StepPlan(f"s{n}", f"Step {n}") for n in range(1, 31))
    found = lines(
        facts.RunbookAttached("big", "why", steps),
        facts.StepDone("s1"),
        *(facts.HypothesisProposed(f"it is {n} " + "x " * 100) for n in range(9)),
        *(facts.TaskAdded(f"Task {n}") for n in range(9)),
        *(facts.Noted(f"pin {n}", pinned=True) for n in range(9)),
        *(facts.Noted("y " * 300) for n in range(3)),
        facts.SummarySet("z " * 500),
        facts.Linked("bridge", "https://meet.example/" + "1" * 100),
    )
    assert len(found) <= HEIGHT
    assert [line.split()[0] for line in found[1:5]] == ["severity", "status", "declared",
                                                        "commander"]  # fmt: skip
    assert [line for line in found if line.startswith("open step")] == [
        "open step      2 Step 2 (commander)",
        "open step      3 Step 3 (commander), and 27 more",
    ]
    cut = r"hypothesis +9 it is 8( x)+ \.\.\., and 7 more"
    assert any(re.fullmatch(cut, line) for line in found)
    assert any(line.endswith("https://meet.example/" + "1" * 100) for line in found)
    assert "pin 8 (alice)" in " ".join(found)


def test_a_word_too_long_for_its_line_is_cut_and_not_left_out():
    found = lines(
        facts.Noted("x" * 500, pinned=True), *(facts.Noted("y " * 300) for _ in range(3)),
        facts.SummarySet("z " * 500), *(facts.HypothesisProposed("h " * 99) for _ in range(9)),
    )  # fmt: skip
    pinned = [line for line in found if "xxx" in line]
    assert re.fullmatch(r"pinned +x{65}", pinned[0])
    assert re.fullmatch(r" +x{50,}\.\.\.", pinned[-1])
    assert len(pinned) == 2


def test_where_the_response_meets_is_never_counted_away():
    links = [facts.Linked(f"graph {n}", f"https://g.example/{n}") for n in range(9)]
    found = lines(
        *links, facts.Linked("channel", "#old"), facts.Linked("channel", "#inc"),
        facts.Linked("Bridge", "https://meet.example/1"), *links[:3], facts.SummarySet("z " * 900),
        *(facts.Noted("y " * 300) for _ in range(3)),
    )  # fmt: skip
    assert "channel        #inc" in found
    assert "Bridge         https://meet.example/1" in found


def test_the_last_updates_that_say_something_are_there():
    events = [posted(10, "we look"), posted(20, "rolled back"), posted(30, NO_CHANGE),
              posted(40, "errors fall"), posted(50, NO_CHANGE)]  # fmt: skip
    found = brief(fold(IDENT, [event(0, facts.Declared("x")), *events]), NOW)
    assert [line for line in found if "update" in line] == [
        "last update    20m ago by alice: errors fall (no change since, said 10m ago)",
        "update before  40m ago by alice: rolled back",
    ]


def test_what_does_not_fit_together_is_told():
    result = lines(("bob", facts.HandoverOffered("carol")))
    assert "problem        bob offered command that alice had by then; the offer is void." in result


@given(st.text(max_size=200))
def test_whatever_people_write_acts_on_no_terminal_and_fits_80_columns(text):
    found = lines(facts.HypothesisProposed(text or "x"), facts.Linked(text or "x", "https://x"))
    assert all(clean(line) == line for line in found)
    longest = max((len(word) for word in " ".join(found).split(" ")), default=0)
    assert all(len(line) <= max(WIDTH, 15 + longest) for line in found)
