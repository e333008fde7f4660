"""The fold: make an incident of its events. Whatever the events say, it never raises."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from incidentctl.domain.common.times import EARLIEST, from_iso, show
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.checklist import (
    ASSIGN_TASKS,
    TICKING,
    checklist,
)
from incidentctl.domain.incident.draft.draft import Draft
from incidentctl.domain.incident.events import EffectiveEvent, Event
from incidentctl.domain.incident.facts.process import settle
from incidentctl.domain.incident.fold.alerts import first_of_each
from incidentctl.domain.incident.fold.corrections import apply_corrections, in_order
from incidentctl.domain.incident.fold.identified import identified
from incidentctl.domain.incident.ids import named, ulid_moment
from incidentctl.domain.incident.names import Names, shortened
from incidentctl.domain.incident.state import (
    CANCELLED,
    CLOSED,
    OPEN,
    RESOLVED,
    Entry,
    Incident,
    Step,
    Task,
)
from incidentctl.errors import Problem

#: The code of every problem that the events of a record have.
CODE = "IC900"
#: A declaration is written so soon after its incident was named by the minute: git may be slow.
_NAMED_WITHIN = timedelta(minutes=10)
_MINUTE = timedelta(minutes=1)
#: What each kind of fact changes, where it changes more than the timeline.
_APPLY = {cls: cls.apply for cls in facts.KINDS.values() if hasattr(cls, "apply")}


def fold(
    incident: str,
    events: Iterable[Event],
    *,
    problems: Iterable[Problem] = (),
    entries: bool = True,
    now: datetime | None = None,
) -> Incident:
    """Return the incident of an id as its events tell it; `problems` of reading them are kept.

    The order of the events does not matter, and nothing in them raises. A caller that shows no
    timeline can save the time for its `entries`, which is half of the total. With `now`, by the
    clock of this machine, it is for somebody who looks: times are in the zone of the incident, and
    an update from a clock that runs ahead does not stop that of the updates.
    """
    ordered, doubles = in_order(events)
    effective, wrong = apply_corrections(ordered)
    effective = identified(first_of_each(effective))
    kind, minute = named(incident)
    start = Incident(incident, kind or "incident", declared=minute or EARLIEST)
    draft = Draft(start)
    for event in _declaration_first(incident, effective):
        draft.hear(event.by, event.event.recorded)
        if not event.retracted:
            apply = _APPLY.get(type(event.fact))
            if apply is not None:
                apply(event.fact, draft, event)
        elif isinstance(event.fact, facts.SeveritySet):
            draft.severities_taken_back.add(event.fact.severity)
    settle(draft)
    if now is not None:
        draft.look(now)
    _check_declaration(draft, kind)
    known = start._replace(**draft.fields)
    wrong = [*doubles, *wrong]
    zone = known.pinned_zone if now is None else known.zone
    return _finish(known, draft, effective if entries else [], wrong, tuple(problems), zone=zone)


def _declaration_first(incident: str, events: list[EffectiveEvent]) -> list[EffectiveEvent]:
    """Return the events with the declaration first; of several declarations the one that counts.

    That is the one that fits the incident's id, which was made from it: somebody may declare the
    same incident again later, or with a wrong clock. Of those that fit equally it is the first.
    """
    declared = [each for each in events if isinstance(each.fact, facts.Declared)]
    if not declared or (len(declared) == 1 and declared[0] is events[0]):
        return events
    stands = max(declared, key=lambda each: _fits(incident, each))
    return [stands, *(each for each in events if each is not stands)]


def _fits(incident: str, event: EffectiveEvent) -> tuple[bool, bool, bool]:
    """Say how a declaration fits an incident's id: in kind, in minute, and by its own id."""
    kind, minute = named(incident)
    if minute is None:
        return False, False, False
    first = event.event
    return (
        first.fact.incident_kind == kind,
        minute <= first.at < minute + _NAMED_WITHIN,
        ulid_moment(event.id) > minute - _MINUTE,
    )


def _check_declaration(draft: Draft, kind: str | None) -> None:
    """Keep as a problem that there is no declaration, or one of another kind than the id says."""
    if draft.declared is None:
        draft.problem("Its declaration is not in the record.")
        return
    declared = draft.declared.fact.incident_kind
    if kind is not None and declared != kind:
        draft.problem(f"{draft.declared.by} declared it as {declared}; its id says {kind}.")
        draft.set(kind=kind)


def _steps(draft: Draft) -> tuple[Step, ...]:
    """The checklist; that the tasks are assigned is done with the last one, while all are given."""
    marks = dict(draft.marks)
    if (given := draft.task_given) is not None:
        mark = marks.get(ASSIGN_TASKS)
        opened = mark is None or (mark.state == OPEN and mark.event < given.event)
        if opened and all(t.person or t.done for t in draft.tasks.values() if t.wanted):
            marks[ASSIGN_TASKS] = given
    steps = checklist(draft.attached.values(), draft.gone, marks)
    known = {step.id for step in steps}
    for ident, mark in draft.marks.items():
        if ident not in known and ident not in TICKING:
            draft.problem(f"{mark.by} marked the step {ident}, which no runbook has.")
    return steps


def _entries(
    draft: Draft, events: list[EffectiveEvent], steps: tuple[Step, ...], zone: tzinfo
) -> tuple[Entry, ...]:
    def time(text: str) -> str:
        moment = from_iso(text)
        return show(moment, zone) if moment else text

    names = Names(
        {step.id: shortened(step.title) for step in steps},
        {ident: shortened(draft.tasks[first].title) for ident, first in draft.task_ids.items()
         if first in draft.tasks},
        {ident: shortened(hypothesis.text) for ident, hypothesis in draft.hypotheses.items()},
        {effective.event.id: number for number, effective in enumerate(events, 1)},
        {held.person: shortened(held.name) for held in draft.held.spans if held.name},
        time,
    )  # fmt: skip
    entries = []
    pins = {
        each.fact.event
        for each in events
        if isinstance(each.fact, facts.Pinned) and not each.retracted
    }
    for number, (event, fact, at, retracted, amended, redacted) in enumerate(events, 1):
        pinned = event.id in pins or (isinstance(fact, facts.Noted) and fact.pinned)
        target = getattr(fact, "event", None)
        undoes = isinstance(fact, facts.Retracted) and fact.reason is None
        entries.append(
            Entry(
                number, event.id, event.group, at, event.recorded, event.by, event.name,
                event.kind, fact.sentence(names), retracted, amended, redacted, pinned, target,
                undoes,
            )
        )  # fmt: skip
    return tuple(entries)


def _tasks(draft: Draft) -> tuple[Task, ...]:
    wanted = [task for task in draft.tasks.values() if task.wanted or task.done or task.person]
    return tuple(
        Task(number, task.id, task.title, task.role, task.person, task.done)
        for number, task in enumerate(wanted, 1)
    )


def _finish(
    known: Incident,
    draft: Draft,
    events: list[EffectiveEvent],
    wrong: list[str],
    problems: tuple[Problem, ...],
    *,
    zone: tzinfo,
) -> Incident:
    """Return the incident with what only all events together say, and times in a zone."""
    steps = _steps(draft)
    ended = next(iter(draft.ends.values()), None)
    due = draft.next_update() if known.kind != "backfill" else None
    entries = _entries(draft, events, steps, zone)
    if draft.declared is not None:
        draft.none_before(known.declared, lambda moment: show(moment, zone))
    sentences = dict.fromkeys([*wrong, *draft.problems.values()])
    return known._replace(
        status=draft.end or draft.phase,
        open=draft.end is None,
        resolved=draft.ends.get(RESOLVED),
        cancelled=draft.ends.get(CANCELLED),
        closed=draft.ends.get(CLOSED),
        ended=ended,
        ended_why=draft.ended_why,
        commander=draft.commands or known.declared_by,
        held=tuple(draft.held.spans),
        offer=draft.offer if draft.end is None else None,
        escalated=tuple(draft.escalated),
        runbooks=tuple(draft.attached.values()),
        steps=steps,
        actions=tuple(draft.actions.values()),
        tasks=_tasks(draft),
        hypotheses=tuple(draft.hypotheses.values()),
        updates=tuple(draft.updates),
        cadence=draft.cadence,
        next_update=due if draft.end is None else None,
        missed_update=due if due and ended and due < ended else None,
        over=tuple(draft.over),
        links=tuple(draft.links),
        related=tuple(draft.related),
        alerts=tuple(draft.alerts.values()),
        statuses=tuple(draft.statuses),
        severities=tuple(draft.changes),
        drill=draft.drill and draft.drill._replace(injects=tuple(draft.injects.values())),
        entries=entries,
        problems=(*problems, *(Problem(CODE, "warning", sentence) for sentence in sentences)),
    )
