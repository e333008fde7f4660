"""Which declaration of several stands: the one that the incident's id was made from."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.domain.telling import START, event, moment

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.head import fold, head
from incidentctl.domain.incident.ids import incident_id, ulid

DAY = timedelta(days=1)


def declared(title, kind, *, by, at, made=None, zone="UTC", offset=0):
    """Declare something; `made` is the moment in the event's id."""
    ident = ulid(int((made or at).timestamp() * 1000), 7)
    fact = facts.Declared(title, kind, "alert", "vendor", "Other", zone, offset)
    return Event(ident, at, made or at, by, fact)


def by_alice(kind, *, at=START, made=None):
    return declared("payments are down", kind, by="alice", at=at, made=made)


@pytest.mark.parametrize("other", ["incident", "drill", "backfill"])
@pytest.mark.parametrize("kind", ["incident", "drill", "backfill"])
@pytest.mark.parametrize("hours", [-8, -0.2, 8])
def test_a_second_declaration_takes_nothing_over(kind, other, hours):
    when = START + timedelta(hours=hours)
    second = declared("just a test", other, by="mallory", at=when, zone="Asia/Tokyo", offset=540)
    ident = incident_id(kind, START, 5)
    events = [by_alice(kind), second, event(5, facts.SeveritySet("SEV1", True))]
    found = fold(ident, events)
    assert (found.kind, found.title, found.commander) == (kind, "payments are down", "alice")
    assert (found.declared, found.declared_by, found.zone.utcoffset(None)) == (
        START,
        "alice",
        timedelta(),
    )
    assert [held.person for held in found.held] == ["alice"]
    assert [entry.text for entry in found.timeline if "Declared" in entry.text] == sorted(
        ["Declared: payments are down", "Declared: just a test"],
        key=lambda text: "just" in text,
        reverse=hours < 0,
    )
    assert [problem.message for problem in found.problems] == [
        "It was declared twice: by alice, which stands, and by mallory."
    ]
    assert head(found) == head(fold(ident, events, entries=False))
    assert (head(found).kind, head(found).title) == (kind, "payments are down")


def test_the_minute_that_it_claims_is_not_enough_for_an_older_id_or_another_kind():
    ident = incident_id("incident", START, 5)
    older = declared("a test", "incident", by="mallory", at=START, made=START - DAY)
    drill = declared("a test", "drill", by="mallory", at=START, made=START - timedelta(seconds=1))
    for forged in (older, drill):
        assert fold(ident, [by_alice("incident"), forged]).title == "payments are down"


@pytest.mark.parametrize("kind", ["incident", "backfill"])
def test_one_that_was_written_down_later_stands_all_the_same(kind):
    began = START - 40 * DAY
    ident = incident_id(kind, began, 5)
    mine = by_alice(kind, at=began, made=START)
    second = declared("a test", kind, by="mallory", at=START - 50 * DAY)
    assert fold(ident, [mine, second]).title == "payments are down"
    assert fold(ident, [mine]).problems == ()


def test_the_kind_is_what_the_id_says():
    found = fold(incident_id("incident", START, 5), [by_alice("drill")])
    assert found.kind == "incident"
    assert [problem.message for problem in found.problems] == [
        "alice declared it as drill; its id says incident."
    ]


def test_nothing_comes_before_the_declaration():
    """An event with an older id gives no command that the declaration would not see."""
    ident = incident_id("incident", START, 5)
    early = event(0, facts.RoleAssigned("commander", "mallory"), by="mallory")
    mine = by_alice("incident", made=moment(60))
    found = fold(ident, [early, mine])
    assert [(held.person, held.until is None) for held in found.held] == [
        ("alice", False),
        ("mallory", True),
    ]
