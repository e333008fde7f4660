"""Whatever moments and spans events, clocks and files tell: every sum with them has a date."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from tests.domain.telling import IDENT, START, event, moment

from incidentctl.domain.common.times import EARLIEST, LATEST, Seconds, later, moment_of
from incidentctl.domain.doctor.checks import clock_check
from incidentctl.domain.drill.plan import aware
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.due import due
from incidentctl.domain.incident.event_json import decode, encode
from incidentctl.domain.incident.facts import KINDS
from incidentctl.domain.incident.head import fold
from incidentctl.domain.incident.ids import ulid, ulid_moment
from incidentctl.domain.incident.reminders import reminders
from incidentctl.render.incident.board import board
from incidentctl.render.incident.brief import brief
from incidentctl.render.incident.log import render_log

ENDS = (EARLIEST, START, LATEST)


@pytest.mark.parametrize(
    "span", [10**300, 130_000_000_000, -(10**300)], ids=["huge", "long", "negative"]
)
@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("severity-set", {"severity": "S", "critical": True, "update_every": 0}),
        ("runbook-attached", {"runbook": "r", "reason": "w", "steps": [
            {"id": "updates", "title": "t", "every": 0}]}),
        ("drill-ended", {"target_declare": 0, "target_commander": 0, "target_first_update": 0}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("when", ENDS)
def test_a_span_of_an_event_is_clamped_where_it_is_read(kind, fields, span, when):
    result = json.loads(encode(event(1, facts.RolesKept(), at=when)))
    text = json.dumps({**result, "kind": kind, **fields}).replace(": 0", f": {span}")
    found = decode(text.encode())
    assert found.kind == kind
    assert not isinstance(found.fact, facts.Unknown)
    said = facts.UpdatePosted("x", next_at="9899-12-31T00:00:00Z")
    incident = fold(IDENT, [event(0, facts.Declared("x"), at=when), found, event(2, said)])
    for now in ENDS:
        brief(incident, now)
        due(incident, now)
        board([incident], now, reminders=reminders(incident, now))
    render_log(incident)


@pytest.mark.parametrize("kind", [kind for kind, cls in KINDS.items() if any(
    "every" in field or "target" in field for field in cls._fields)])  # fmt: skip
def test_every_span_of_a_fact_is_declared_as_one(kind):
    """A span whose field is just a number would not be clamped."""
    hints = {name: hint for name, hint in KINDS[kind].__annotations__.items()
             if "every" in name or "target" in name}  # fmt: skip
    assert set(hints.values()) == {Seconds | None}


@pytest.mark.parametrize("ident", ["7ZZZZZZZZZAAAAAAAAAAAAAAAA", ulid(2**48 - 1, 0), ulid(0, 0)])
def test_the_moment_of_any_id_has_a_date(ident):
    assert EARLIEST <= ulid_moment(ident) <= LATEST
    assert clock_check(ident, moment(0), remote=LATEST).name == "clock"


@pytest.mark.parametrize("seconds", [-(10.0**12), -1.0, 0.0, 10.0**12, 10.0**300])
def test_the_moment_of_any_clock_has_a_date(seconds):
    assert EARLIEST <= moment_of(seconds) <= LATEST


def test_a_sum_has_a_date():
    assert later(START, 60) == START + timedelta(minutes=1)
    assert later(LATEST, 10**300) == later(datetime.max.replace(tzinfo=UTC), 1) == LATEST


@pytest.mark.parametrize("year", [1, 9999])
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland", "UTC"])
def test_a_drill_at_the_end_of_the_calendar_has_a_date_everywhere(year, zone):
    for told in (datetime(year, 1, 1), datetime(year, 12, 31, 23, 59, tzinfo=UTC)):  # noqa: DTZ001
        assert aware(told, zone).astimezone(UTC) - timedelta(days=7)
