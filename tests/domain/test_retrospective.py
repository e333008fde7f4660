"""When to meet, what is overdue, and what the record says for the review."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.telling import IDENT, event, moment
from tests.domain.telling import incident as told

from incidentctl.domain.common.times import iso, zone
from incidentctl.domain.common.working_days import limit
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.head import fold
from incidentctl.domain.incident.state import StepPlan
from incidentctl.domain.learn.retro_facts import facts_of
from incidentctl.domain.learn.retrospective import (
    ABOUT_ACTIONS,
    MEETING_LASTS,
    QUESTIONS,
    ActionItem,
    FrontMatter,
    Retrospective,
    answered,
    item_id,
    items,
    propose,
)

BERLIN = zone("Europe/Berlin")


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def test_the_four_questions_stand_in_the_order_of_the_reference():
    assert [question.casefold() for question in QUESTIONS] == [
        "what went well",
        "what we did not expect",
        "what did not go so well",
        "what we will change to do better next time",
    ]


@pytest.mark.parametrize(
    ("ended", "within", "until"),
    [
        ("2026-11-24T15:00", None, None),
        ("2026-11-24T15:00", "3d", "2026-11-27T15:00"),
        # Tuesday: Wednesday is the first working day, the next Tuesday the fifth, to its end.
        ("2026-11-24T15:00", "5wd", "2026-12-02T00:00"),
        ("2026-11-28T03:00", "1wd", "2026-12-01T00:00"),
        ("2026-11-27T23:30", "1wd", "2026-12-01T00:00"),
        # Other clones may write anything into the record.
        ("2026-11-27T23:30", "soon", None),
        ("2026-11-27T23:30", "²wd", None),
        ("2026-11-27T23:30", "99999999999999999d", None),
        ("2026-11-27T23:30", f"{'9' * 5000}wd", None),
        ("2026-11-27T23:30", "99999999999999wd", "2030-09-28T00:00"),
    ],
)
def test_the_limit_counts_days_or_working_days(ended, within, until):
    assert limit(berlin(ended), within, BERLIN) == (until and berlin(until))


@pytest.mark.parametrize(
    ("ended", "within", "at", "late"),
    [
        ("2026-11-24T15:00", "3d", "2026-11-25T10:00", False),
        ("2026-11-24T23:59", "5wd", "2026-11-25T10:00", False),
        ("2026-11-24T15:00", None, "2026-11-25T10:00", False),
        # Friday afternoon, three days: Monday morning is in time.
        ("2026-11-27T15:00", "3d", "2026-11-30T10:00", False),
        # Friday morning: Monday 10:00 would be later than the limit at 08:00, so the same day.
        ("2026-11-27T08:00", "3d", "2026-11-27T10:00", False),
        ("2026-11-27T05:10", "3d", "2026-11-27T09:00", False),
        # A day from Friday evening ends on Saturday: there is no working hour before.
        ("2026-11-27T20:00", "1d", "2026-11-30T10:00", True),
        # In the night before the clocks change.
        ("2026-03-27T16:00", "3d", "2026-03-30T10:00", False),
    ],
)
def test_an_hour_is_proposed_within_the_limit_at_working_hours(ended, within, at, late):
    found = propose(berlin(ended), within, BERLIN, now=berlin(ended))
    assert (found.at, found.late) == (berlin(at), late)
    assert found.at.utcoffset() == berlin(at).utcoffset()


def test_a_limit_that_has_passed_is_told():
    found = propose(berlin("2026-11-03T15:00"), "3d", BERLIN, now=berlin("2026-11-24T09:30"))
    assert (found.at, found.late) == (berlin("2026-11-25T10:00"), True)


@given(
    st.integers(0, 15 * 365 * 24 * 60).map(lambda m: moment(60 * m)),
    st.sampled_from([None, "1d", "3d", "36h", "1wd", "5wd", "10wd"]),
    st.timedeltas(timedelta(0), timedelta(days=9)),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"]),
)
def test_the_hour_lies_ahead_at_working_hours_and_in_the_limit_or_says_so(
    ended, within, later, name
):
    local = zone(name)
    found = propose(ended, within, local, now=ended + later)
    assert found.at > ended + later
    assert found.at.weekday() < 5
    assert 9 <= found.at.hour <= 16
    assert found.at.minute == 0
    in_time = found.until is None or found.at + MEETING_LASTS <= found.until
    assert in_time is not found.late


@pytest.mark.parametrize(
    ("due", "done", "overdue"),
    [("2026-11-23", False, True), ("2026-11-24", False, False), ("2026-11-23", True, False)],
)
def test_an_item_is_overdue_the_day_after_it_was_due(due, done, overdue):
    item = ActionItem(id="a", title="t", owner="o", due=date.fromisoformat(due), done=done)
    assert item.overdue(date(2026, 11, 24)) is overdue


def test_items_know_their_place():
    def action(ident):
        return ActionItem(id=ident, title="t", owner="o", due=date(2026, 11, 24))

    one = Retrospective("retros/a.md", FrontMatter(actions=(action("a-1"), action("a-2"))))
    two = Retrospective("retros/b.md", FrontMatter(actions=(action("b-1"),)))
    found = [(i.action.id, i.retrospective.path, i.place) for i in items([one, two])]
    assert found == [
        ("a-1", "retros/a.md", 0),
        ("a-2", "retros/a.md", 1),
        ("b-1", "retros/b.md", 0),
    ]


def test_an_item_is_named_after_its_incident():
    assert item_id("inc-20261124-1401-k7f", 2) == "k7f-2"
    assert item_id(None, 1) == "item-1"


STEPS = (
    StepPlan("page", "Page"),
    StepPlan("tell", "Tell support"),
    StepPlan("ticket", "Open a ticket"),
)


def test_the_facts_are_those_of_the_record():
    found = facts_of(
        told(
            facts.Declared("login is down"),
            facts.RunbookAttached("critical", "why", STEPS),
            facts.StepDone("page"),
            ("bob", facts.StepSkipped("tell", "they know")),
            facts.RoleAssigned("mitigator", "dana"),
            facts.Noted("a slip"),
            ("erin", facts.Resolved("rolled back")),
            ("alert:am", facts.Noted("a receiver")),
            ("receiver@vm", facts.ActionDone("key", step="page")),
            ("dana", facts.ActionDone("other", step="page")),
        )
    )
    assert [step.id for step in found.in_state("done")] == ["page"]
    assert [step.id for step in found.in_state("skipped")] == ["tell"]
    assert [step.id for step in found.in_state("open")] == ["ticket"]
    assert found.participants == ("alice", "bob", "dana", "erin")
    assert [(held.role, held.person) for held in found.roles] == [
        ("commander", "alice"),
        ("mitigator", "dana"),
    ]
    assert found.took.resolve == timedelta(seconds=6)
    assert [entry.number for entry in found.timeline] == [*range(1, 11)]


def test_what_was_retracted_is_no_fact():
    events = [event(0, facts.Declared("x")), event(1, facts.Noted("wrong"))]
    events.append(event(2, facts.Retracted(events[1].id, None)))
    kept = [entry.kind for entry in facts_of(fold(IDENT, events)).timeline]
    assert kept == ["declared", "retracted"]


def updates(*at: int, end: int, snoozed: tuple[int, int] | None = None):
    """Updates at these minutes of an incident of 30 minutes' cadence that ends at `end`."""
    severity = facts.SeveritySet("SEV1", True, True, 1800)
    timed = [(0, facts.Declared("x")), (0, severity)]
    timed += [(m, facts.UpdatePosted(f"at {m}", False, None)) for m in at]
    timed += [(end, facts.Resolved(None))]
    if snoozed:
        timed.append((snoozed[0], facts.UpdateSnoozed(iso(moment(snoozed[1] * 60)))))
    timed.sort(key=lambda pair: pair[0])
    events = [event(n, fact, at=moment(m * 60)) for n, (m, fact) in enumerate(timed)]
    found = facts_of(fold(IDENT, events))
    late = [t.late_by and round(t.late_by.total_seconds() / 60) for t in found.updates]
    silent = found.silent_at_end
    return late, silent and round(silent.total_seconds() / 60)


@pytest.mark.parametrize(
    ("at", "end", "late", "silent"),
    [
        ((29, 58), 60, [None, None], None),
        ((30,), 60, [None], None),
        ((45, 60), 85, [15, None], None),
        ((), 50, [], 20),
        ((10,), 90, [None], 50),
    ],
)
def test_an_update_is_late_when_the_one_before_it_announced_it_sooner(at, end, late, silent):
    assert updates(*at, end=end) == (late, silent)


def test_an_update_that_was_put_off_is_late_only_after_that():
    assert updates(70, end=80, snoozed=(20, 75)) == ([None], None)
    assert updates(70, end=80, snoozed=(20, 60)) == ([10], None)
    assert updates(10, end=80, snoozed=(20, 75)) == ([None], 5)


def test_what_is_posted_or_written_afterwards_is_not_late():
    assert updates(20, 90, end=40) == ([None, None], None)
    events = [
        event(0, facts.Declared("x", "backfill")),
        event(1, facts.SeveritySet("SEV1", True, True, 1800)),
        event(2, facts.UpdatePosted("y", False, None), at=moment(9000)),
        event(3, facts.Resolved(None), at=moment(99000)),
    ]
    found = facts_of(fold("bkf-20261124-1401-k7f", events))
    assert (found.late_updates, found.silent_at_end) == (0, None)


def test_without_a_cadence_nothing_is_late():
    found = facts_of(told(facts.Declared("x"), facts.UpdatePosted("y", False, None)))
    assert [entry.late_by for entry in found.updates] == [None]
    assert found.silent_at_end is None


def test_what_was_due_before_the_severity_was_raised_is_not_judged_by_the_new_cadence():
    timed = [
        (0, facts.Declared("x")),
        (0, facts.SeveritySet("SEV3")),
        (60, facts.UpdatePosted("nothing asked for it", False, None)),
        (70, facts.SeveritySet("SEV1", True, True, 1800)),
        (95, facts.UpdatePosted("in time", False, None)),
        (130, facts.UpdatePosted("late", False, None)),
        (140, facts.Resolved(None)),
    ]
    events = [event(n, fact, at=moment(m * 60)) for n, (m, fact) in enumerate(timed)]
    late = [told.late_by for told in facts_of(fold(IDENT, events)).updates]
    assert late == [None, None, timedelta(minutes=5)]


# --- whether somebody has answered ---------------------------------------------------------------

BLANK = "\n\n".join(f"## {question}\n\n-" for question in QUESTIONS) + f"\n\n{ABOUT_ACTIONS}\n"


def test_a_new_document_is_unanswered_whatever_stands_above_it():
    assert not answered("# Retrospective: `x`\n\nProposed: tomorrow.\n\n" + BLANK)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    "answer", ["- bob's graph", "words", "- 1", "### Later\n", "👍", "```\n# x\n"]
)
def test_an_answer_below_any_question_counts(question, answer):
    text = BLANK.replace(f"## {question}\n\n-", f"## {question}\n\n{answer}")
    assert answered(text)
    assert answered(text.replace("\n", "\r\n"))


@pytest.mark.parametrize(
    "room", ["", "- ", "* ", "<!-- who was\nthere? -->", "---", "- [ ]", "> -"]
)
def test_room_for_an_answer_is_none(room):
    assert not answered(BLANK.replace("\n\n-\n", f"\n\n{room}\n"))


def test_what_stands_below_other_headings_answers_no_question():
    assert not answered(BLANK + "\n## Facts\n\nIt was down.\n")
    assert not answered(
        "## Facts\n\nIt was down.\n" + BLANK.upper().replace(ABOUT_ACTIONS.upper(), "")
    )


def test_other_questions_than_these_are_for_people_to_judge():
    assert answered("")
    assert answered("# What happened\n\n-\n")
