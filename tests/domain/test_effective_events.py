"""Corrections: what is retracted, put right and blanked, and where a blanked text must not show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.telling import IDENT, event, ident, incident, told

from incidentctl.domain.drill.play import CAME_UP_IN, TURNED_REAL
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.facts import KINDS
from incidentctl.domain.incident.fold.corrections import in_order
from incidentctl.domain.incident.head import fold
from incidentctl.domain.incident.redaction import REDACTED, blank
from incidentctl.domain.incident.state import StepPlan, TaskPlan
from incidentctl.render.incident.log import render_log

SECRET = "hunter2pass"
_WITH_TEXT = [
    facts.Declared(SECRET), facts.Declared("x", reported_by=SECRET, category=SECRET),
    facts.Related("inc-20261124-1401-k7f", SECRET),
    facts.SeveritySet("SEV1", reason=SECRET),
    facts.ProcessResolved("single", SECRET, problems=(SECRET,)),
    facts.RunbookAttached(
        "r", SECRET, (StepPlan("s", SECRET, SECRET),), (TaskPlan(SECRET),), SECRET
    ),
    facts.Resolved(SECRET), facts.Cancelled(SECRET), facts.StepDone("page", SECRET, SECRET),
    facts.StepSkipped("page", SECRET), facts.TaskAdded(SECRET), facts.Noted(SECRET, command=SECRET),
    facts.Noted(SECRET, pinned=True), facts.HypothesisProposed(SECRET),
    facts.UpdatePosted(SECRET), facts.SummarySet(SECRET), facts.ImpactSet(SECRET),
    facts.Linked(SECRET, f"https://{SECRET}"), facts.Unknown("sung", f'{{"a": "{SECRET}"}}'),
]  # fmt: skip
PAGE = facts.RunbookAttached("small", "why", (StepPlan("page", "Page"),))


@pytest.mark.parametrize("fact", _WITH_TEXT, ids=lambda fact: type(fact).__name__)
def test_a_redacted_text_shows_nowhere(fact):
    before = incident(facts.Declared("x"), PAGE, fact)
    first = fact if isinstance(fact, facts.Declared) else facts.Declared("x")
    target = 0 if isinstance(fact, facts.Declared) else 2
    after = incident(first, PAGE, fact, facts.Redacted(ident(target)))
    if not isinstance(fact, facts.Declared):
        assert SECRET in repr(before)
        assert any(entry.redacted for entry in after.entries)
        assert SECRET not in repr(after)
        assert f"# {IDENT}" in render_log(after)
        assert SECRET not in render_log(after)
    else:
        after = incident(first, facts.Redacted(ident(0)))
        assert after.title == REDACTED
        assert SECRET not in repr(after)
        assert SECRET not in render_log(after)


def test_words_of_our_own_stay():
    for fact in (
        facts.Declared(REDACTED, reported_by="customer"),
        facts.Related("inc-20261124-1401-k7f", "caused-by"),
        facts.Related("inc-20261124-1401-k7f", CAME_UP_IN),
        facts.Related("inc-20261124-1401-k7f", TURNED_REAL),
    ):
        assert blank(fact) == fact


def test_a_redaction_reaches_amendments_and_what_refers_to_the_text():
    found = incident(
        facts.Declared("x"),
        facts.HypothesisProposed("a"),
        facts.Amended(ident(1), SECRET),
        facts.HypothesisRuledOut(ident(1)),
        facts.Redacted(ident(1)),
    )
    assert SECRET not in repr(found)
    assert found.hypotheses[0].text == REDACTED


def test_a_redaction_cannot_be_taken_back():
    found = incident(
        facts.Declared("x"), facts.Noted(SECRET), facts.Redacted(ident(1)),
        facts.Retracted(ident(2)),
    )  # fmt: skip
    assert REDACTED in repr(found)
    assert SECRET not in repr(found)


def test_a_retracted_event_has_no_effect_and_stays_in_the_timeline():
    found = incident(facts.Declared("x"), facts.SummarySet("no"), facts.Retracted(ident(1)))
    assert found.summary is None
    assert found.entries[1].retracted
    again = incident(
        facts.Declared("x"), facts.SummarySet("no"), facts.Retracted(ident(1)),
        facts.Retracted(ident(2)),
    )  # fmt: skip
    assert again.summary == "no"


def test_a_declaration_is_not_retracted():
    found = incident(facts.Declared("x"), facts.Retracted(ident(0)))
    assert found.title == "x"
    assert "stands" in found.problems[0].message


def test_the_newest_amendment_stands_for_text_and_moment():
    found = incident(
        facts.Declared("x"), facts.Noted("a"), facts.Amended(ident(1), "b"),
        facts.Amended(ident(1), "c", "2026-11-24T13:00:00.000Z"), facts.Amended(ident(1), "d"),
        facts.Retracted(ident(4)),
    )  # fmt: skip
    entry = found.entries[1]
    assert (entry.text, entry.amended, entry.at.hour) == ("c", True, 13)


@pytest.mark.parametrize("target", [ident(1), ident(9), "nothing"])
def test_a_correction_of_what_is_not_there_is_told(target):
    found = incident(facts.Declared("x"), facts.Retracted(target))
    assert "not in the record" in found.problems[0].message


def test_the_blanked_form_of_an_event_stands_against_the_one_with_the_text():
    events = told(facts.Declared("x"), facts.Noted(SECRET))
    blanked = events[1]._replace(fact=blank(events[1].fact))
    for both in ([*events, blanked], [blanked, *events]):
        found = fold(IDENT, both)
        assert SECRET not in repr(found)
        assert found.problems == ()


def test_one_id_with_two_contents_is_one_entry_and_told():
    one, other = event(0, facts.Noted("a")), event(0, facts.Noted("b"))
    assert in_order([one, other]) == in_order([other, one])
    kept, problems = in_order([one, other])
    assert (len(kept), len(problems)) == (1, 1)


@given(st.sampled_from(sorted(KINDS)))
def test_blanking_twice_changes_nothing_more(kind):
    cls = KINDS[kind]
    values = {
        field: SECRET for field, hint in cls.__annotations__.items() if hint in (str, str | None)
    }
    values |= {field: () for field, hint in cls.__annotations__.items() if hint == tuple[str, ...]}
    values |= {field: 1 for field, hint in cls.__annotations__.items() if hint is int}
    once = blank(cls(**values))
    assert blank(once) == once
