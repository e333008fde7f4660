"""What may be decided about steps, tasks, words and corrections, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.telling import IDENT, again, event, ident, incident, moment, told

from incidentctl.domain.common.limits import MAX_TEXT
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide import corrections, hypotheses, notes, steps, tasks, updates
from incidentctl.domain.incident.event_json import encode
from incidentctl.domain.incident.head import fold
from incidentctl.domain.incident.state import StepPlan
from incidentctl.errors import Hint, NotFoundError, RefusedError, UsageError

DECLARED = facts.Declared("x")
BOOK = facts.RunbookAttached(
    "small", "why", (StepPlan("page", "Page"), StepPlan("ticket", "Ticket"))
)
OPEN = incident(DECLARED, BOOK)
CLOSED = incident(DECLARED, facts.Noted("a"), facts.Resolved(), facts.Closed())


def test_steps_by_id_and_number():
    assert steps.done(OPEN, "PAGE", note="n", link="l") == [facts.StepDone("page", "n", "l")]
    assert steps.skip(OPEN, "2", reason="") == [facts.StepSkipped("ticket", None)]
    with pytest.raises(NotFoundError) as refusal:
        steps.done(OPEN, "tickets")
    assert refusal.value.hint == "Did you mean 'ticket'?"


def test_a_step_is_done_once_and_then_only_with_more_to_tell():
    done = incident(DECLARED, BOOK, facts.StepDone("page"))
    with pytest.raises(RefusedError, match="by alice at 2026-11-24 14:01 UTC"):
        steps.done(done, "page")
    assert steps.done(done, "page", link="https://a.example")
    with pytest.raises(RefusedError):
        steps.skip(done, "page")
    assert steps.reopen(done, "page") == [facts.StepReopened("page")]
    with pytest.raises(RefusedError):
        steps.reopen(done, "ticket")


def test_tasks():
    found = incident(DECLARED, facts.TaskAdded("call"))
    assert tasks.add(found, " dig ", person="bob", known=["bob"]) == [
        facts.TaskAdded("dig", None, "bob")
    ]
    assert tasks.assign(found, "1", "bob") == [facts.TaskAssigned(ident(1), "bob")]
    assert tasks.done(found, "1") == [facts.TaskDone(ident(1))]
    with pytest.raises(NotFoundError):
        tasks.done(found, "2")
    with pytest.raises(RefusedError):
        tasks.done(incident(DECLARED, facts.TaskAdded("call"), facts.TaskDone(ident(1))), "1")


@given(st.integers(1, 12), st.sampled_from(["a", "\n", "line\n", "ü", "😀"]))
def test_a_long_text_is_split_without_loss_into_events_that_fit(times, unit):
    text = "x" + unit * (times * 2500) + "x"
    parts = notes.log(OPEN, text)
    assert "".join(part.text for part in parts) == text
    for number, part in enumerate(parts, 1):
        encode(event(number, part))
        assert (part.part, part.parts) in ((number, len(parts)), (None, None))


def test_a_text_of_more_than_a_mebibyte_or_none_is_refused():
    with pytest.raises(RefusedError):
        notes.log(OPEN, "ü" * 600_000)
    with pytest.raises(UsageError):
        notes.log(OPEN, "  \n")
    assert notes.log(OPEN, "", command="true", exit_code=0)


def test_a_text_that_cannot_be_split_is_echoed():
    with pytest.raises(RefusedError) as refusal:
        notes.summary(OPEN, "x" * (MAX_TEXT + 1))
    assert len(str(refusal.value.echo)) == MAX_TEXT + 1


def test_links_and_relations():
    assert notes.link(OPEN, "ticket", " https://a.example ") == [
        facts.Linked("ticket", "https://a.example")
    ]
    with pytest.raises(UsageError):
        notes.link(OPEN, "ticket", "two words")
    with pytest.raises(UsageError):
        notes.relate(OPEN, IDENT)


def test_hypotheses_by_number_or_the_only_open_one():
    one = incident(DECLARED, facts.HypothesisProposed("a"))
    assert hypotheses.rule_out(one) == [facts.HypothesisRuledOut(ident(1))]
    two = incident(DECLARED, facts.HypothesisProposed("a"), facts.HypothesisProposed("b"))
    assert hypotheses.confirm(two, "2") == [facts.HypothesisConfirmed(ident(2))]
    with pytest.raises(UsageError, match="1 a; 2 b"):
        hypotheses.confirm(two)
    with pytest.raises(NotFoundError):
        hypotheses.confirm(OPEN)


def test_updates():
    assert updates.post(OPEN, "hi", public=True) == [facts.UpdatePosted("hi", True)]
    with pytest.raises(UsageError):
        updates.snooze(OPEN, moment(0), now=moment(1))


def test_undo_takes_back_my_last_action_whole_and_then_the_one_before():
    events = again(told(DECLARED), [facts.Noted("a")])
    events = again(events, [facts.ImpactSet("t"), facts.SummarySet("s")])
    events = again(events, [facts.Noted("hers")], by="bob")
    first = corrections.undo(fold(IDENT, events), "alice")
    assert first == [facts.Retracted(ident(2)), facts.Retracted(ident(3))]
    events = again(events, first)
    second = corrections.undo(fold(IDENT, events), "alice")
    assert second == [facts.Retracted(ident(1))]
    with pytest.raises(RefusedError) as refusal:
        corrections.undo(fold(IDENT, again(events, second)), "alice")
    assert refusal.value.hint == Hint("correct-declaration")
    with pytest.raises(NotFoundError):
        corrections.undo(OPEN, "carol")


def test_entries_are_named_by_number_or_from_the_end():
    found = incident(DECLARED, facts.Noted("a"), facts.Noted("b"), facts.Retracted(ident(2)))
    assert corrections.find(found, "#3").text == "b"
    assert corrections.find(found, "-1").text == "a"
    for word in ("0", "99", "-9"):
        with pytest.raises(NotFoundError):
            corrections.find(found, word)
    with pytest.raises(UsageError):
        corrections.find(found, "last")


def test_amend():
    found = incident(DECLARED, facts.Noted("a"), BOOK, facts.Amended(ident(1), "b"))
    assert corrections.amend(found, "2", "c", moment=moment(0)) == [
        facts.Amended(ident(1), "c", "2026-11-24T14:01:00.000Z")
    ]
    for entry in ("3", "4"):
        with pytest.raises(RefusedError) as refusal:
            corrections.amend(found, entry, "c")
        assert refusal.value.echo == "c"
    with pytest.raises(UsageError):
        corrections.amend(found, "2")


def test_a_declaration_and_a_redaction_are_not_retracted():
    found = incident(DECLARED, facts.Noted("a"), facts.Redacted(ident(1)))
    for entry in ("1", "3"):
        with pytest.raises(RefusedError):
            corrections.retract(found, entry)
    assert corrections.retract(found, "2") == [facts.Retracted(ident(1), "")]


def test_redact_names_every_part_and_every_amendment():
    events = again(told(DECLARED), [facts.Noted("a", part=1, parts=2), facts.Noted("b")])
    events = again(events, [facts.Amended(ident(2), "c")])
    found = fold(IDENT, events)
    wanted = [facts.Redacted(ident(number)) for number in (1, 2, 3)]
    assert corrections.redact(found, "2") == wanted
    assert corrections.redact(found, "4") == wanted


def test_a_secret_is_redacted_even_when_the_incident_is_closed():
    assert corrections.redact(CLOSED, "2") == [facts.Redacted(ident(1))]
    with pytest.raises(RefusedError, match="end of a closed incident"):
        corrections.retract(CLOSED, str(len(CLOSED.entries)))


def test_undo_after_a_retraction_takes_back_the_retraction():
    events = told(DECLARED, facts.Noted("a"), facts.Noted("b"))
    events = again(events, corrections.retract(fold(IDENT, events), "2"))
    undone = corrections.undo(fold(IDENT, events), "alice")
    assert undone == [facts.Retracted(ident(3))]
    after = fold(IDENT, again(events, undone))
    assert [entry.retracted for entry in after.entries] == [False, False, False, True, False]
    assert corrections.undo(after, "alice") == [facts.Retracted(ident(2))]


def test_an_update_announces_the_next_one_until_the_cadence_changes():
    hourly = facts.SeveritySet("SEV2", update_every=3600)
    found = incident(DECLARED, hourly)
    (posted,) = updates.post(found, "hi")
    announced = updates.announce(found, posted, moment(2))
    assert announced.next_at == "2026-11-24T15:01:02.000Z"
    assert updates.announce(found, announced, moment(3)) == announced
    assert updates.announce(OPEN, posted, moment(2)) == posted
    after = incident(DECLARED, hourly, announced)
    assert after.next_update == after.updates[0].next_at == moment(3602)
    faster = incident(DECLARED, hourly, announced, facts.SeveritySet("SEV1", update_every=600))
    assert faster.next_update == moment(602)


def test_a_snooze_never_brings_the_next_update_nearer():
    found = incident(DECLARED, facts.SeveritySet("SEV2", update_every=3600))
    assert found.next_update == moment(3601)
    with pytest.raises(RefusedError, match="nearer"):
        updates.snooze(found, moment(3601), now=moment(5))
    assert updates.snooze(found, moment(3602), now=moment(5))
    with pytest.raises(RefusedError, match="No update is due"):
        updates.snooze(OPEN, moment(3602), now=moment(5))
