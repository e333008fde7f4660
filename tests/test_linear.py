"""Twice as many events cost about twice as many steps: of every kind, to fold and to show.

What is counted is lines of Python and calls, not time. A search in a list of texts counts, too:
the texts of the events count how often they are compared.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import get_type_hints

import pytest
from tests.domain.telling import IDENT, START, moment

from incidentctl.app.incident.query import as_json
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.due import due
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.facts import KINDS
from incidentctl.domain.incident.head import as_of, fold, head
from incidentctl.domain.incident.ids import ulid
from incidentctl.domain.incident.reminders import reminders
from incidentctl.domain.incident.state import StepPlan, TaskPlan
from incidentctl.domain.learn.metrics import Scope, measure
from incidentctl.domain.learn.retro_facts import facts_of
from incidentctl.render.incident.board import board, fit
from incidentctl.render.incident.brief import brief
from incidentctl.render.incident.log import render_log

NOW = START + timedelta(days=1)
FEW = 120


class Counted(str):
    """A text that lets a step be counted for each comparison."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other):
        return str.__eq__(self, other)


def ident(number):
    return Counted(ulid(int(moment(number).timestamp() * 1000), number))


def value(hint, field, number, *, texts):
    """Make the value of a field: a text of its own, or one that others have, or an id."""
    if hint in (StepPlan, TaskPlan):
        return made(hint, number, texts=texts)
    if (inner := getattr(hint, "__args__", ())) and type(None) in inner:
        return value(inner[0], field, number, texts=texts)
    if inner and inner[-1] is ...:
        return tuple(value(inner[0], field, number + n * 1000, texts=texts) for n in range(2))
    if hint is bool:
        return number % 2 == 0
    if hint is int:
        return {"parts": 3, "part": 1}.get(field, 60 + number)
    if field == "role":
        return Counted((texts and f"role-{number}") or "mitigator")
    if field in ("event", "hypothesis", "task", "offer") and not texts:
        return ident(max(number - 1, 0) if field == "event" else 1)
    if field in ("until", "next_at", "begins", "moment"):
        return Counted("2026-11-24T14:01:00.000Z")
    return Counted(f"{field} {number}" if texts else f"{field} {number % 2}")


def made(cls, number, *, texts):
    hints = get_type_hints(cls)
    return cls(**{name: value(hint, name, number, texts=texts) for name, hint in hints.items()})


def events_of(kind, count, *, texts):
    """Tell an incident of one kind of event, among others that it may have to do with."""
    stated = [facts.Declared(Counted("x")), facts.HypothesisProposed(Counted("cache"))]
    while len(stated) < count:
        number = len(stated)
        around = (
            facts.RunbookAttached(
                Counted(f"book {number}"),
                Counted("why"),
                (StepPlan(Counted(f"step {number}"), Counted("t"), every=60 + number),),
                (TaskPlan(Counted(f"task {number}")),),
            ),
            facts.RoleAssigned(Counted("mitigator"), Counted(f"person {number}")),
            facts.RoleAssigned(Counted(f"role {number}"), Counted("somebody")),
            facts.UpdatePosted(Counted("said"), public=True),
            facts.Linked(Counted(f"link {number}"), Counted("https://example.com/x")),
            facts.TaskAdded(Counted("work")),
        )
        stated += [made(KINDS[kind], number, texts=texts), around[number // 2 % len(around)]]
    return [
        Event(ident(n), moment(n), moment(n), Counted(f"by {n % 7 if texts else n}"), fact)
        for n, fact in enumerate(stated)
    ]


def everything(events):
    incident = fold(IDENT, events)
    render_log(incident)
    reminded = reminders(incident, NOW)
    fit(board([incident], NOW, reminders=reminded), 40)
    brief(incident, NOW)
    due(incident, NOW)
    as_json(incident)
    as_of(events, NOW)
    facts_of(incident)
    measure([incident], [head(incident)], Scope(START - timedelta(days=1), NOW), now=NOW)


def steps(work, *given):
    """Count the lines and calls of Python that a call takes."""
    counted = 0

    def trace(frame, happened, _):
        nonlocal counted
        counted += happened in ("line", "call")
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work(*given)
    finally:
        sys.settrace(before)
    return counted


@pytest.mark.parametrize("texts", [True, False], ids=["new", "same"])
@pytest.mark.parametrize("kind", KINDS)
def test_twice_the_events_cost_twice_the_steps(kind, texts):
    few, many = (events_of(kind, count, texts=texts) for count in (FEW, 2 * FEW))
    everything(few)  # what is made once is made
    assert steps(everything, many) < 2.3 * steps(everything, few)


def test_many_events_of_one_id_cost_no_more():
    def unknown(count):
        return [
            Event(ident(1), moment(1), moment(1), "m", facts.Unknown(Counted(f"k{n}"), "{}"))
            for n in range(count)
        ]

    assert steps(fold, IDENT, unknown(400)) < 2.3 * steps(fold, IDENT, unknown(200))
