"""The walk: what it shows, what its keys do, where it goes on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.state import DONE, OPEN, SKIPPED, Held, Incident, Mark, Step
from incidentctl.domain.incident.walk.machine import NOT_SENT, choose, screen
from incidentctl.errors import Hint

T = datetime(2026, 11, 24, 13, 1, tzinfo=UTC)
IDS = ("page-on-call", "open-channel", "assign-roles", "assign-team", "updates")


def incident(*, states=None, **changes):
    states = states or {}
    steps = tuple(
        Step(
            number, ident, ident.replace("-", " "), f"why {number}", "commander",
            1800 if ident == "updates" else None, "notify" if ident == "page-on-call" else None,
            "critical", states.get(ident, OPEN),
            Mark(DONE, "01", T, "alice") if states.get(ident) == DONE else None,
        )
        for number, ident in enumerate(IDS, 1)
    )  # fmt: skip
    plain = Incident(
        "inc-20261124-1301-k7f", "incident", "Login", declared=T, declared_by="alice",
        commander="alice", steps=steps, cadence=1800,
    )  # fmt: skip
    return plain._replace(**changes)


def press(found, key, text=None, at=None):
    return choose(found, screen(found, at), key, text)


def shown_next(found, outcome):
    return screen(found, outcome.next).at


def test_it_begins_and_resumes_at_the_first_open_step():
    first = screen(incident())
    assert (first.at, first.number, first.of, first.purpose) == ("page-on-call", 1, 5, "why 1")
    assert (first.holders, first.notice) == (("alice",), NOT_SENT)
    resumed = screen(incident(states={"page-on-call": DONE, "open-channel": SKIPPED}))
    assert (resumed.at, resumed.notice) == ("assign-roles", None)
    assert screen(incident(), "no-such-step").at == "page-on-call"


def test_enter_on_a_step_does_nothing():
    outcome = press(incident(), "")
    assert (outcome.facts, outcome.next, outcome.message) == ((), "page-on-call", None)


URL = "https://chat.example/c1"


@pytest.mark.parametrize(
    ("at", "key", "text", "expected"),
    [
        ("page-on-call", "d", "", (facts.StepDone("page-on-call"),)),
        ("page-on-call", "d", "bob came", (facts.StepDone("page-on-call", "bob came"),)),
        ("page-on-call", "d", URL, (facts.StepDone("page-on-call", None, URL),)),
        ("open-channel", "d", URL,
         (facts.StepDone("open-channel", None, URL), facts.Linked("channel", URL))),
        ("open-channel", "d", f"see {URL}", (facts.StepDone("open-channel", f"see {URL}"),)),
        ("page-on-call", "s", "", (facts.StepSkipped("page-on-call"),)),
        ("page-on-call", "S", "awake", (facts.StepSkipped("page-on-call", "awake"),)),
        ("assign-team", "a", "team core", (facts.TeamAssigned("core"),)),
        ("updates", "u", "Still on it", (facts.UpdatePosted("Still on it"),)),
    ],
)  # fmt: skip
def test_a_key_that_finishes_a_step_goes_on_to_the_next(at, key, text, expected):
    found = incident()
    outcome = press(found, key, text, at)
    assert outcome.facts == expected
    assert outcome.summary
    assert screen(found, outcome.next).at == (IDS + IDS)[IDS.index(at) + 1]


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("n", "db is slow", facts.Noted("db is slow")),
        ("a", "mitigator bob", facts.RoleAssigned("mitigator", "bob")),
        ("a", "individual bob", facts.IndividualAssigned("bob")),
        ("u", "Still on it", facts.UpdatePosted("Still on it")),
    ],
)
def test_a_key_that_finishes_nothing_stays(key, text, expected):
    outcome = press(incident(), key, text)
    assert (outcome.facts, outcome.next) == ((expected,), "page-on-call")


@pytest.mark.parametrize(
    ("key", "text", "needs"),
    [
        ("d", None, "note or link"), ("s", None, "reason"), ("n", None, "note"), ("n", " ", "note"),
        ("a", "", "ROLE PERSON"), ("g", "", "number or id of the step"), ("u", "", "update"),
    ],
)  # fmt: skip
def test_a_text_that_is_missing_is_asked_for(key, text, needs):
    outcome = press(incident(), key, text)
    assert (outcome.needs, outcome.facts, outcome.next) == (needs, (), "page-on-call")


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("x", "", "'x' is none of: d s n a g u b l ?"),
        ("a", "mitigator", "Say whom, too"),
        ("a", "mitigater bob", "Did you mean 'mitigator'?"),
        ("g", "9", "they are 1 to 5"),
        ("n", "x" * 5001, "At most 5000 characters"),
        ("?", "", "s  skip [reason]"),
    ],
)
def test_what_does_not_fit_changes_nothing_and_is_told(key, text, message):
    outcome = press(incident(), key, text)
    assert message in f"{outcome.message} {outcome.hint}"
    assert (outcome.facts, outcome.next, outcome.left) == ((), "page-on-call", False)


def test_in_the_walk_too_only_the_commander_gives_command_away():
    found = incident()
    shown = screen(found, "page-on-call")
    refused = choose(found, shown, "a", "commander bob", by="bob")
    assert (refused.facts, refused.refused) == ((), True)
    assert refused.hint == Hint("ask-for-handover", {"commander": "alice", "person": "bob"})
    assert choose(found, shown, "a", "commander bob", by=found.commander).facts


def test_go_back_and_leave():
    found = incident()
    assert press(found, "g", "4").next == "assign-team"
    assert press(found, "g", "updates").next == "updates"
    assert press(found, "b", at="assign-team").next == "assign-roles"
    assert press(found, "b").next == "page-on-call"
    assert press(found, "l").left


def test_a_step_done_already_is_not_done_twice_or_skipped():
    found = incident(states={"page-on-call": DONE})
    assert press(found, "d", "", "page-on-call").facts == ()
    assert press(found, "s", "", "page-on-call").facts == ()


CRITICAL = {"critical": True, "severity": "SEV1"}


def test_a_critical_incident_first_offers_to_assign_the_other_roles_one_by_one():
    found = incident(**CRITICAL)
    first = screen(found)
    assert (first.kind, first.role, first.default) == ("role", "mitigator", "k")
    given = choose(found, first, "a", "bob")
    assert given.facts == (facts.RoleAssigned("mitigator", "bob"),)
    found = found._replace(held=(Held("mitigator", "bob", None, T),))
    second = screen(found, given.next)
    assert second.role == "planning"
    third = choose(found, second, "s")
    assert third.facts == ()
    assert screen(found, third.next).role == "communication"
    last = choose(found, screen(found, third.next), "s")
    assert shown_next(found, last) == "page-on-call"


def test_enter_keeps_every_role_and_ticks_the_step_that_asks_for_it():
    found = incident(states={"page-on-call": DONE, "open-channel": DONE}, **CRITICAL)
    kept = press(found, "")
    assert kept.facts == (facts.RolesKept(),)
    ticked = {"page-on-call": DONE, "open-channel": DONE, "assign-roles": DONE}
    after = incident(states=ticked, roles_kept=True, **CRITICAL)
    assert shown_next(after, kept) == "assign-team"
    assert screen(after).kind == "step"


def test_the_end_says_what_is_left():
    found = incident(states=dict.fromkeys(IDS, DONE))
    end = screen(found)
    assert (end.kind, end.default) == ("end", "l")
    assert end.lines == ("Post an update every 30m.", Hint("resolve"))
    assert press(found, "b").next == "updates"
    assert press(found, "").left


def test_an_ended_incident_is_not_walked():
    found = incident(open=False, status="resolved", **CRITICAL)
    assert screen(found).title == "The incident is resolved."
    assert "none of" in press(found, "n", "late").message


def test_hostile_texts_are_shown_inert():
    step = incident().steps[0]._replace(title="a\n\x1b[2Jb\u202e", purpose="p\x07")
    found = incident()._replace(steps=(step,), commander="e\x1bve")
    shown = screen(found)
    assert shown.title == "a ⏎ \\u{1b}[2Jb\\u{202e}"
    assert (shown.purpose, shown.holders) == ("p\\u{7}", ("e\\u{1b}ve",))
