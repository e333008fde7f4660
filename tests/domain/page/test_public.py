"""The states of areas over time, out of what public updates said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from incidentctl.domain.page.public import (
    Area,
    Maintenance,
    Page,
    PublicIncident,
    Said,
    Span,
    State,
    spans,
    state_of,
    worst,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def incident(*said: tuple[int, State], ended: int | None = None, area: str = "a") -> PublicIncident:
    stated = tuple(Said(at(minutes), area, state) for minutes, state in said)
    end = None if ended is None else at(ended)
    return PublicIncident("inc-1", "t", stated[0].at, end, (), stated)


def page(*incidents: PublicIncident, work: tuple[Maintenance, ...] = (), now: int = 60) -> Page:
    areas = (Area("a", "A"), Area("b", "B"))
    return Page("Bank", None, "UTC", at(now), areas, incidents, work)


def test_the_worst_of_overlapping_incidents_counts_at_each_moment() -> None:
    long = incident((0, State.DEGRADED), ended=50)
    short = incident((10, State.MAJOR), (20, State.PARTIAL), ended=30)
    assert spans(page(long, short), "a") == (
        Span(at(0), at(10), State.DEGRADED),
        Span(at(10), at(20), State.MAJOR),
        Span(at(20), at(30), State.PARTIAL),
        Span(at(30), at(50), State.DEGRADED),
    )
    assert spans(page(long, short), "b") == ()


def test_an_open_incident_lasts_to_the_moment_of_the_page() -> None:
    found = page(incident((0, State.MAJOR), (10, State.OPERATIONAL), (20, State.DEGRADED)))
    assert spans(found, "a") == (
        Span(at(0), at(10), State.MAJOR),
        Span(at(20), at(60), State.DEGRADED),
    )
    assert state_of(found, "a") is State.DEGRADED
    assert state_of(found, "b") is State.OPERATIONAL


def test_the_end_makes_all_operational() -> None:
    found = page(incident((0, State.MAJOR), ended=40))
    assert state_of(found, "a") is State.OPERATIONAL
    assert found.open == ()


def test_work_counts_while_no_incident_says_worse() -> None:
    work = Maintenance("m", "Move", "", at(0), at(90), ("a",))
    found = page(incident((10, State.DEGRADED), ended=20), work=(work,))
    assert [span.state for span in spans(found, "a")] == [
        State.MAINTENANCE,
        State.DEGRADED,
        State.MAINTENANCE,
    ]
    assert spans(found, "a")[-1].ends == at(60)
    assert state_of(found, "a") is State.MAINTENANCE


def test_touching_spans_of_one_state_are_one() -> None:
    found = page(incident((0, State.MAJOR), ended=10), incident((10, State.MAJOR), ended=20))
    assert spans(found, "a") == (Span(at(0), at(20), State.MAJOR),)


def test_worst_of_none_is_operational() -> None:
    assert worst([]) is State.OPERATIONAL
