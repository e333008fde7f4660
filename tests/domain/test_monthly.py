"""The months of a report: which there are, what is in them, in whose zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from incidentctl.domain.common.times import zone
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.head import fold
from incidentctl.domain.incident.ids import ulid
from incidentctl.domain.learn.metrics import Scope
from incidentctl.domain.learn.monthly import monthly


def day(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def incident(declared, *more, number=0):
    begin = day(declared)
    events = [
        Event(ulid(int(begin.timestamp() * 1000) + n, n), begin + timedelta(minutes=n), begin,
              "alice", fact, None, None)
        for n, fact in enumerate((facts.Declared("x"), *more))
    ]  # fmt: skip
    return fold(f"inc-{begin:%Y%m%d-%H%M}-{number:03}", events)


SCOPE = Scope(day("2026-01-15"), day("2026-05-10"))


def months(*incidents, local=UTC, scope=SCOPE):
    found = monthly(incidents, scope, local, now=scope.until)
    return [(m.name, m.metrics.incidents) for m in found]


def test_months_go_from_the_first_incident_to_the_end_of_the_period():
    found = [incident("2026-02-03"), incident("2026-02-27"), incident("2026-04-30T23:59")]
    assert months(*found) == [("2026-02", 2), ("2026-03", 0), ("2026-04", 1), ("2026-05", 0)]


def test_what_lies_outside_of_the_period_or_never_was_has_no_month():
    cancelled = incident("2026-01-20", facts.Cancelled("none"))
    assert months() == months(incident("2025-12-31"), incident("2026-05-10"), cancelled) == []
    kept = monthly([cancelled, incident("2026-05-01")], SCOPE, UTC, now=SCOPE.until)
    assert [(m.name, len(m.incidents)) for m in kept] == [("2026-05", 1)]


def test_a_month_begins_in_the_zone_and_at_the_year_and_ends_with_the_period():
    late = incident("2026-03-31T22:30")
    assert months(late)[0] == ("2026-03", 1)
    assert months(late, local=zone("Europe/Berlin"))[0] == ("2026-04", 1)
    turn = Scope(day("2025-12-01"), day("2026-01-01"))
    assert months(incident("2025-12-31"), scope=turn) == [("2025-12", 1)]
    (first, *_, last) = monthly([incident("2026-01-31")], SCOPE, UTC, now=SCOPE.until)
    assert (first.since, last.until) == (SCOPE.since, SCOPE.until)
