"""What customers know of an incident: what public updates said, and nothing else."""

from __future__ import annotations

from tests.domain.telling import IDENT, event, moment, told

from incidentctl.domain.common.times import LATEST
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.head import fold
from incidentctl.domain.page import fold as page
from incidentctl.domain.page.public import State

TITLES = {"pay": "Paying", "login": "Signing in"}
DECLARED = facts.Declared("internal title")


def update(text="it fails", *states, headline=None, public=True):
    return facts.UpdatePosted(text, public, None, states or None, headline)


def public(*said, events=None, at=LATEST):
    events = events or told(DECLARED, *said)
    incident = fold(IDENT, events)
    return page.public_incident(IDENT, page.public_updates(incident), TITLES, at=at)


def test_an_incident_without_a_public_update_is_not_public():
    assert public(facts.Noted("x"), update(public=False)) is None


def test_areas_states_phases_and_the_end():
    found = public(
        update("a", "pay=major_outage", "login=degraded_performance"),
        facts.StatusSet("identified"),
        update("b", "login=operational"),
        facts.Resolved("restarted"),
        update("c"),
        update("d"),
    )
    assert found.title == "Paying: major outage; Signing in: degraded performance"
    assert [(u.text, u.phase) for u in found.updates] == [
        ("a", "investigating"),
        ("b", "identified"),
        ("c", "resolved"),
        ("d", "resolved"),
    ]
    assert (found.began, found.ended) == (moment(1), moment(5))
    assert found.now() == {"pay": State.OPERATIONAL, "login": State.OPERATIONAL}


def test_the_end_is_public_only_once_a_public_update_says_it():
    found = public(update("a", "pay=major_outage"), facts.Resolved("restarted"))
    assert (found.ended, found.now()) == (None, {"pay": State.MAJOR})
    incident = fold(IDENT, told(DECLARED, update("a", "pay=major_outage"), facts.Resolved("x")))
    assert page.still_shown(incident) == {"pay": State.MAJOR}


def test_what_is_cancelled_or_closed_is_over_for_customers():
    assert public(update(), facts.Cancelled("false alarm"), update("sorry")).phase == "resolved"


def test_a_reopened_incident_is_open_again_once_customers_are_told():
    ended = (update(), facts.Resolved("x"), update("over"), facts.Reopened("again"))
    assert public(*ended).ended == moment(3)
    assert public(*ended, update("it is back")).ended is None


def test_a_headline_counts_until_it_is_redacted():
    said = told(DECLARED, update("a", "pay=major_outage", headline="Jane cannot pay"))
    assert public(events=said).title == "Jane cannot pay"
    said.append(event(2, facts.Redacted(said[1].id, "a name")))
    found = public(events=said)
    assert (found.title, found.updates) == ("Paying: major outage", ())
    assert found.now() == {"pay": State.MAJOR}


def test_a_redacted_end_stays_an_end():
    said = told(DECLARED, update("a", "pay=major_outage"), facts.Resolved("x"), update("Jane"))
    said.append(event(4, facts.Redacted(said[3].id, "a name")))
    found = public(events=said)
    assert ([u.text for u in found.updates], found.ended) == (["a"], moment(3))


def test_a_retracted_update_was_never_told():
    said = told(DECLARED, update("a", "pay=major_outage"))
    said.append(event(2, facts.Retracted(said[1].id, None)))
    assert public(events=said) is None


def test_what_comes_later_is_not_known_yet():
    said = (update("a", headline="first"), update("b", headline="second"))
    found = public(*said, at=moment(1))
    assert ([u.text for u in found.updates], found.title) == (["a"], "first")
    assert public(*said, at=moment(0)) is None


def test_what_is_no_state_is_left_out():
    assert public(update("a", "pay=on fire", "=major_outage", "pay")).said == ()


def test_drills_are_never_public():
    incident = fold("drl" + IDENT[3:], told(facts.Declared("x", "drill"), update()))
    assert page.public_updates(incident) == ()


def test_a_backfill_is():
    incident = fold("bkf" + IDENT[3:], told(facts.Declared("x", "backfill"), update()))
    assert len(page.public_updates(incident)) == 1
