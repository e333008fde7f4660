"""The clocks of an incident: reopening begins them anew, a fast one does not stop the others'."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.active_time import active_spans, active_time
from incidentctl.domain.incident.due import due
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.handover_advice import handover_advice
from incidentctl.domain.incident.head import Incident, fold
from incidentctl.domain.incident.ids import ulid
from incidentctl.domain.incident.reminders import reminders
from incidentctl.domain.incident.update_gaps import update_gaps
from incidentctl.domain.learn.metrics import Scope, measure

T = datetime(2026, 11, 20, 10, tzinfo=UTC)
SEV1 = facts.SeveritySet("SEV1", critical=True, confirmed=True, update_every=1800)


def minutes(count: float) -> datetime:
    return T + timedelta(minutes=count)


def incident(
    *told: tuple[float, str, Any], now: float | None = None, ahead: dict[str, float] | None = None
) -> Incident:
    """Fold what people told after so many minutes; the clocks of some are so many minutes ahead."""
    events = []
    for number, (after, by, fact) in enumerate(told):
        clock = minutes(after + (ahead or {}).get(by, 0))
        newest = max([clock, *(event.recorded for event in events)])
        ident = ulid(int(newest.timestamp() * 1000) + number, number)
        events.append(Event(ident, clock, clock, by, fact))
    return fold("inc-20261120-1000-k7f", events, now=None if now is None else minutes(now))


BEGIN = ((0, "ida", facts.Declared("slow")), (0, "ida", SEV1))
REOPENED = (
    *BEGIN,
    (10, "ida", facts.UpdatePosted("one")),
    (20, "ida", facts.Resolved()),
    (480, "noor", facts.Reopened("it is back")),
)


def test_reopening_gives_one_cadence_from_there():
    found = incident(*REOPENED)
    assert found.next_update == minutes(510)
    assert found.opened == minutes(480)
    assert [item.what for item in due(found, minutes(481), known=2) if item.overdue_by] == []


@pytest.mark.parametrize("said", [
    facts.UpdatePosted("one", next_at="2026-11-20T10:40:00.000Z"),
    facts.UpdateSnoozed("2026-11-20T12:00:00.000Z"),
])  # fmt: skip
def test_what_was_announced_before_the_end_is_void(said):
    begun = (*BEGIN, (10, "ida", said), (20, "ida", facts.Resolved()))
    assert incident(*begun, (480, "noor", facts.Reopened("again"))).next_update == minutes(510)


def test_an_update_that_was_missed_before_the_end_stays_missed_after_reopening():
    found = incident(
        *BEGIN, (50, "ida", facts.Resolved()), (480, "ida", facts.Reopened("again")),
        (490, "ida", facts.UpdatePosted("one")),
    )  # fmt: skip
    gaps = [(gap.since, gap.until, gap.due) for gap in update_gaps(found, minutes(500))]
    assert gaps == [
        (minutes(0), minutes(50), minutes(30)),
        (minutes(480), minutes(490), minutes(510)),
        (minutes(490), minutes(500), minutes(520)),
    ]


def test_the_resolved_time_is_neither_held_nor_waited():
    found = incident(
        *REOPENED, (485, "ida", facts.UpdatePosted("two")), (490, "ida", facts.Resolved())
    )
    figures = measure([found], [], Scope(minutes(-1), minutes(600)), now=minutes(600))
    updates, (load,) = figures.updates, figures.load
    assert (updates.due, updates.in_time, updates.longest) == (2, 2, 600)
    assert load.seconds == 30 * 60
    assert dict(load.roles) == {"commander": 30 * 60}


def test_a_commander_has_not_commanded_while_it_was_over():
    found = incident(*REOPENED)
    assert handover_advice(found, minutes(500), known=2) is None
    advice = handover_advice(found, minutes(480 + 170), known=2)
    assert advice is not None
    assert (advice.level, advice.urged_at) == ("urged", minutes(480 + 160))
    assert "has commanded for 3h10m" in advice.text
    assert "command" not in [each.what for each in reminders(found, minutes(500), known=2)]


def test_the_active_time_of_a_span_leaves_out_every_end():
    found = incident(
        *REOPENED, (500, "ida", facts.Resolved()), (600, "ida", facts.Reopened("and again"))
    )
    spans = list(active_spans(found, minutes(5), minutes(610)))
    assert spans == [
        (minutes(5), minutes(20)), (minutes(480), minutes(500)), (minutes(600), minutes(610))
    ]  # fmt: skip
    assert active_time(found, minutes(30), minutes(490)) == timedelta(minutes=10)
    assert list(active_spans(found, minutes(30), minutes(40))) == []


FAST = {"fay": 120.0}


def test_an_update_from_a_fast_clock_does_not_stop_the_clock_of_others():
    stated = (*BEGIN, (5, "fay", facts.UpdatePosted("from the fast laptop")),
              (8, "ida", facts.UpdatePosted("we roll back")))  # fmt: skip
    found = incident(*stated, ahead=FAST)
    assert found.next_update == minutes(38)
    assert [update.counted for update in found.updates] == [minutes(8), minutes(8)]
    (problem,) = found.problems
    assert problem.message == (
        "An update of fay has a time that is 1h57m ahead of what ida recorded after it: it counts "
        "from then. Check the clocks of both machines."
    )


def test_it_counts_from_when_others_had_it():
    announced = facts.UpdatePosted("fast", next_at="2026-11-20T12:35:00.000Z")
    stated = (*BEGIN, (5, "fay", announced), (8, "ida", facts.Noted("seen")))
    assert incident(*stated, ahead=FAST).next_update == minutes(38)


def test_who_looks_has_had_it_by_then():
    stated = (*BEGIN, (5, "fay", facts.UpdatePosted("fast")))
    assert incident(*stated, ahead=FAST).next_update == minutes(155)
    seen = incident(*stated, ahead=FAST, now=6)
    assert seen.next_update == minutes(30)
    assert "1h59m ahead of the clock of this machine" in seen.problems[0].message
    assert incident(*stated, ahead=FAST, now=130).next_update == minutes(155)


def test_a_slow_clock_shows_nothing_of_others():
    stated = (*BEGIN, (40, "noor", facts.Noted("looking")), (41, "ida", facts.UpdatePosted("one")),
              (42, "sol", facts.Noted("slow")))  # fmt: skip
    found = incident(*stated, ahead={"sol": -20})
    assert found.next_update == minutes(71)
    assert found.problems == ()


def test_clocks_that_differ_by_less_than_a_minute_are_right():
    stated = (*BEGIN, (5, "fay", facts.UpdatePosted("one")), (5.2, "ida", facts.Noted("seen")))
    found = incident(*stated, ahead={"fay": 0.9})
    assert found.problems == ()
    assert found.next_update == minutes(35.9)
