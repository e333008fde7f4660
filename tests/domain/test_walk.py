"""The walk: what it shows, what its keys do, where it goes on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.state import (
    DONE,
    OPEN,
    SKIPPED,
    Held,
    Incident,
    Mark,
    Offer,
    Step,
    Task,
)
from incidentctl.domain.incident.walk.machine import NOT_SENT, choose, read_line, screen
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


def keys(shown):
    return {choice.key for choice in shown.choices}


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
        ("open-channel", "d", f"see {URL}.",
         (facts.StepDone("open-channel", f"see {URL}.", URL), facts.Linked("channel", URL))),
        ("page-on-call", "d", "no http:// here",
         (facts.StepDone("page-on-call", "no http:// here"),)),
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


@pytest.mark.parametrize("text", ["team core", "individual core", "mitigator core"])
def test_it_is_said_who_was_assigned(text):
    assert press(incident(), "a", text).summary == text.replace(" ", " assigned to ")


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
        ("z", "", "'z' is not one of: d s n a u v w h x g b l ?"),
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
    left = press(found, "l")
    assert left.left
    assert left.hint == ("walk-again", {"incident": found.id[-3:]})


def test_a_step_done_already_is_not_done_twice_or_skipped():
    found = incident(states={"page-on-call": DONE})
    assert press(found, "d", "", "page-on-call").facts == ()
    assert press(found, "s", "", "page-on-call").facts == ()


CRITICAL = {"critical": True, "severity": "SEV1"}


def test_a_critical_incident_first_asks_for_all_the_other_roles_on_one_screen():
    found = incident(**CRITICAL)
    first = screen(found, by="alice")
    assert (first.kind, first.default) == ("roles", "k")
    assert first.lines[0].startswith("Mitigator: Mitigate first; look for causes later.")
    assert [(c.key, c.label) for c in first.choices] == [
        ("1", "Mitigator: nobody yet"), ("2", "Planning: nobody yet"),
        ("3", "Communication: nobody yet"), ("k", "I hold all"), ("s", "not now"),
        ("n", "note something"), ("l", "leave; others can go on"), ("?", "help"),
    ]  # fmt: skip
    given = choose(found, first, "1", "bob")
    assert given.facts == (facts.RoleAssigned("mitigator", "bob"),)
    assert given.summary == "mitigator assigned to bob"
    found = found._replace(held=(Held("mitigator", "bob", None, T),))
    second = screen(found, given.next, by="bob")
    assert [c.label for c in second.choices][:4] == [
        "Mitigator: bob", "Planning: nobody yet", "Communication: nobody yet",
        "alice holds the rest",
    ]  # fmt: skip
    assert second.default is None  # bob decides nothing for alice with Enter
    assert choose(found, second, "", by="bob").facts == ()
    kept = choose(found, second, "k", by="alice")
    assert kept.message == "alice holds the rest; bob stays mitigator."


def test_a_role_that_an_open_step_is_for_is_asked_for_too_and_can_be_assigned():
    found = incident(**CRITICAL)
    lab = found.steps[0]._replace(id="sample", role="laboratory")
    found = found._replace(steps=(lab, *found.steps[1:]))
    first = screen(found, by="alice")
    assert [c.label for c in first.choices][3] == "Laboratory: nobody yet"
    roles = {"commander": False, "mitigator": True, "laboratory": False}
    given = choose(found, first, "4", "ada", roles=roles)
    assert given.facts == (facts.RoleAssigned("laboratory", "ada", None, False),)
    step = screen(found._replace(roles_kept=True), "sample", by="alice")
    given = choose(found, step, "a", "laboratory ada", roles=roles)
    assert given.facts == (facts.RoleAssigned("laboratory", "ada", None, False),)
    held = (Held("laboratory", "ada", None, T),)
    assert [c.label for c in screen(found._replace(held=held)).choices][3] == "Laboratory: ada"


def test_an_update_can_be_posted_where_the_roles_are_asked_for():
    found = incident(**CRITICAL, next_update=T)
    first = screen(found, by="alice")
    assert "u" in keys(first)
    posted = choose(found, first, "u", "we look", by="alice")
    assert posted.facts[-1].text == "we look"
    assert posted.next == ":roles"


ALERTED = {"declared_by": "alert:prometheus", "commander": "alert:prometheus"}


def test_while_nobody_commands_the_walk_first_offers_command_and_keeps_no_role():
    found = incident(**CRITICAL, **ALERTED, roles_deferred=True)
    first = screen(found, by="ines")
    assert first.title == "Nobody commands yet: an alert declared it."
    assert (first.at, first.default) == (":roles", "y")
    assert [c.key for c in first.choices] == ["y", "1", "2", "3", "s", "n", "l", "?"]
    accepted = choose(found, first, "", by="ines", name="Ines Roth")
    assert accepted.facts == (facts.RoleAssigned("commander", "ines", "Ines Roth"),)
    after = found._replace(commander="ines", roles_deferred=False)
    assert screen(after, accepted.next, by="ines").default == "k"


def test_not_now_leaves_the_roles_to_whoever_takes_command():
    found = incident(**CRITICAL, **ALERTED)
    later = choose(found, screen(found, by="ines"), "s", by="ines")
    assert later.facts == ()
    step = screen(found, later.next, by="ines")
    assert (step.at, step.holders) == ("page-on-call", ("nobody yet",))
    assert "y" in keys(step)
    assert "c" not in keys(step)


def test_command_is_offered_first_where_no_role_is_asked_for():
    found = incident(**ALERTED)
    first = screen(found, by="ines")
    assert [c.key for c in first.choices] == ["y", "s", "n", "l", "?"]
    accepted = choose(found, first, "", by="ines")
    assert screen(found._replace(commander="ines"), accepted.next, by="ines").kind == "step"


def test_not_now_is_remembered_and_the_step_still_leads_to_the_roles():
    found = incident(**CRITICAL)
    later = press(found, "s")
    assert later.facts == (facts.RolesDeferred(),)
    found = found._replace(roles_deferred=True)
    assert shown_next(found, later) == screen(found).at == "page-on-call"
    asked = press(found, "r", at="assign-roles")
    assert screen(found, asked.next).kind == "roles"


def test_enter_keeps_every_role_and_ticks_the_step_that_asks_for_it():
    found = incident(states={"page-on-call": DONE, "open-channel": DONE}, **CRITICAL)
    kept = choose(found, screen(found, by="alice"), "", by="alice")
    assert kept.facts == (facts.RolesKept(),)
    ticked = {"page-on-call": DONE, "open-channel": DONE, "assign-roles": DONE}
    after = incident(states=ticked, roles_kept=True, **CRITICAL)
    assert shown_next(after, kept) == "assign-team"
    assert screen(after).kind == "step"


TASKS = (
    Task(1, "t1", "Find the deploy", "mitigator", None, None),
    Task(2, "t2", "Read dashboards", None, "eve", None),
    Task(3, "t3", "Count orders", None, None, None),
    Task(4, "t4", "Over", None, None, Mark(DONE, "01", T, "alice")),
)


def test_the_step_of_the_tasks_lists_and_assigns_them_and_goes_on_when_all_have_somebody():
    found = incident(tasks=TASKS)
    found = found._replace(
        steps=(found.steps[0]._replace(id="assign-tasks"), *found.steps[1:]), commander="alice"
    )
    shown = screen(found, "assign-tasks")
    assert shown.lines == (
        "1  Find the deploy: nobody yet (mitigator)", "2  Read dashboards: eve",
        "3  Count orders: nobody yet",
    )  # fmt: skip
    assert shown.choices[0].key == "t"
    some = choose(found, shown, "t", "1 bob")
    assert (some.facts, some.next) == ((facts.TaskAssigned("t1", "bob"),), "assign-tasks")
    rest = choose(found, shown, "t", "1,3 bob")
    assert rest.facts == (facts.TaskAssigned("t1", "bob"), facts.TaskAssigned("t3", "bob"))
    assert screen(found, rest.next).at == "open-channel"
    assert "`1,2 bob`" in choose(found, shown, "t", "bob").message
    assert "no task '9'" in choose(found, shown, "t", "1,9 bob").message


def test_the_step_of_the_team_assigns_one():
    shown = screen(incident(), "assign-team")
    assert (shown.choices[0].key, shown.choices[0].of) == ("t", "team")
    given = choose(incident(), shown, "t", "core", teams=["core"])
    assert given.facts == (facts.TeamAssigned("core"),)
    assert screen(incident(), given.next).at == "updates"


def test_command_is_accepted_by_whom_it_is_offered_to_and_handed_over_by_the_commander():
    found = incident()
    assert "h" in keys(screen(found, by="alice"))
    assert not {"h", "y"} & keys(screen(found, by="bob"))
    assert "c" not in keys(screen(found, by="alice"))
    unasked = choose(found, screen(found, by="bob"), "c", "no answer", by="bob")
    assert unasked.facts == (
        facts.CommandTaken("alice", "no answer"), facts.RoleAssigned("commander", "bob"),
    )  # fmt: skip
    offered = choose(found, screen(found, by="alice"), "h", "bob", by="alice")
    assert offered.facts == (facts.HandoverOffered("bob"),)
    found = found._replace(offer=Offer("02", "bob", None, T, "alice"))
    asked = screen(found, by="bob")
    assert next(c.label for c in asked.choices if c.key == "y") == "accept command from alice"
    taken = choose(found, asked, "y", by="bob", name="Bob Stone")
    assert taken.facts == (
        facts.HandoverAccepted("02"), facts.RoleAssigned("commander", "bob", "Bob Stone"),
    )  # fmt: skip


def test_what_was_not_said_at_the_declaration_is_said_in_the_walk():
    found = incident()
    assert press(found, "v", "SEV1").severity == "SEV1"
    assert press(found, "w", "checkout, kafka").affects == ("checkout", "kafka")
    known = found._replace(confirmed=True, services=("checkout",))
    assert not {"v", "w"} & keys(screen(known))


def test_at_the_end_it_is_resolved():
    found = incident(states=dict.fromkeys(IDS, DONE))
    assert press(found, "e").needs == "how it ended"
    assert press(found, "e", "rolled back").facts == (facts.Resolved("rolled back"),)


def test_a_step_that_somebody_else_did_is_not_done_twice():
    found = incident(states={"page-on-call": DONE})
    again = press(found, "d", "", "page-on-call")
    assert (again.facts, again.message) == (
        (),
        "This step was done by alice at 2026-11-24 13:01 UTC.",
    )
    assert screen(found, again.next).at == "open-channel"


def test_what_is_typed_while_somebody_else_does_the_step_is_refused_and_given_back():
    found = incident(states={"open-channel": DONE})
    shown = screen(found, "open-channel")
    refused = choose(found, shown, "d", "https://chat.example/2", overtaken=True)
    assert (refused.facts, refused.refused, refused.next) == ((), True, "open-channel")
    assert refused.message == (
        "Step open-channel was done by alice at 2026-11-24 13:01 UTC.\n"
        "You had typed: https://chat.example/2"
    )
    assert refused.hint == Hint("walk-add")
    known = choose(found, shown, "d", "more")
    assert known.facts == (facts.StepDone("open-channel", "more", None),)


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("d", ("d", "")), ("D paged bob", ("d", "paged bob")), ("done", ("d", "")),
        ("", ("", "")), ("x", ("x", "")), ("quit", ("l", "")), ("update", ("u", "")),
        ("yes", None), ("database is slow", None), ("l is not enough", None),
        ("done with the database", None), ("https://dash.example/d1", None), ("accept", None),
    ],
)  # fmt: skip
def test_what_is_typed_at_a_menu_is_a_key_with_its_text_or_words(line, meaning):
    assert read_line(screen(incident(), by="bob"), line) == meaning


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
    assert press(found, "n", "late").facts == (facts.Noted("late"),)
    closed = found._replace(status="closed")
    assert press(closed, "n", "late").message == "'n' is not one of: l ?\nYou had typed: late"


def test_hostile_texts_are_shown_inert():
    step = incident().steps[0]._replace(title="a\n\x1b[2Jb\u202e", purpose="p\x07")
    found = incident()._replace(steps=(step,), commander="e\x1bve")
    shown = screen(found)
    assert shown.title == "a ⏎ \\u{1b}[2Jb\\u{202e}"
    assert (shown.purpose, shown.holders) == ("p\\u{7}", ("e\\u{1b}ve",))
