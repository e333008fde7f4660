"""An event's id is made from its content: nobody can write another content under it."""

from __future__ import annotations

from datetime import UTC, datetime

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.event_ids import is_sealed, sealed
from incidentctl.domain.incident.event_json import decode, encode
from incidentctl.domain.incident.events import Event, is_id
from incidentctl.domain.incident.ids import ulid, ulid_milliseconds

MOMENT = datetime(2026, 11, 24, 14, 1, tzinfo=UTC)
ACTION = ulid(1_795_000_000_000, 7)


def noted(text: str, *, action: str = ACTION) -> Event:
    ident = ulid(1_795_000_000_000, 0)
    return Event(ident, MOMENT, MOMENT, "alice", facts.Noted(text), "Alice Example", action)


def test_the_id_keeps_its_moment_and_fits_its_content():
    event = sealed(noted("rolled back"))
    assert is_id(event.id)
    assert ulid_milliseconds(event.id) == 1_795_000_000_000
    assert is_sealed(encode(event), event.id)
    assert encode(decode(encode(event))) == encode(event)


def test_no_other_content_fits_it():
    event = sealed(noted("rolled back"))
    for other in (
        event._replace(fact=facts.Noted("rolled bac")),
        event._replace(by="mallory"),
        event._replace(at=MOMENT.replace(minute=2)),
        event._replace(action=ulid(1_795_000_000_000, 8)),
        event._replace(id=ulid(1_795_000_000_000, 0)),
    ):
        assert not is_sealed(encode(other), other.id)


def test_the_same_words_at_the_same_moment_are_two_events():
    other = ulid(1_795_000_000_000, 8)
    assert sealed(noted("x")).id != sealed(noted("x", action=other)).id


def test_what_is_too_large_is_refused_by_who_writes_it():
    large = noted("\N{PILE OF POO}" * 10_000)
    assert sealed(large) == large
