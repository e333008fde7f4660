"""The fold: events in, the incident they tell out. Whatever the events say, it never raises."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from itertools import chain

from incidentctl.domain import apply_command, apply_course, apply_drill, apply_work, facts
from incidentctl.domain.checklist import ASSIGN_ROLES, AUTOMATIC, checklist
from incidentctl.domain.draft import Draft
from incidentctl.domain.events import KINDS, Event
from incidentctl.domain.sentences import Names, sentence
from incidentctl.domain.standing import Standing, in_order, parse_moment, stand
from incidentctl.domain.state import DONE, OPEN, Entry, Incident, Mark, Step, Task
from incidentctl.domain.times import fixed_zone, show
from incidentctl.errors import Problem

#: The code of every problem that the events of a record have.
CODE = "IC900"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMED = re.compile(r"(inc|drl|bkf)-(\d{8}-\d{4})-")
_KIND_OF_PREFIX = {"inc": "incident", "drl": "drill", "bkf": "backfill"}
#: What each kind of fact does: the function of its name in one of these modules. Notes and
#: corrections change nothing more than the timeline.
_APPLY = {
    cls: getattr(module, name)
    for module in (apply_course, apply_command, apply_work, apply_drill)
    for name, cls in ((kind.replace("-", "_"), cls) for kind, cls in KINDS.items())
    if hasattr(module, name)
}

_TICKING = {ASSIGN_ROLES, *(step for step, _, _ in AUTOMATIC)}


def fold(
    incident: str,
    events: Iterable[Event],
    *,
    problems: Iterable[Problem] = (),
    entries: bool = True,
) -> Incident:
    """Return the incident of an id as its events tell it; `problems` of reading them are kept.

    The order in which events come does not matter, and nothing they say raises. Who shows no
    timeline spares the time of its `entries`, which is half of it all.
    """
    ordered, doubles = in_order(events)
    standings, wrong = stand(ordered)
    draft = Draft()
    for standing in standings:
        if not standing.retracted:
            apply = _APPLY.get(type(standing.fact))
            if apply is not None:
                apply(draft, standing, standing.fact)
    if draft.process is not None and draft.process.runbooks is not None:
        apply_work.keep_only(draft, draft.process.runbooks)
    apply_course.other_severity(draft)
    wrong = [*doubles, *wrong]
    return _finish(incident, draft, standings if entries else [], wrong, tuple(problems))


def _named(incident: str) -> tuple[str, datetime]:
    """Read kind and moment off an incident's id, for one whose declaration is missing."""
    match = _NAMED.match(incident)
    try:
        moment = datetime.strptime(match[2] if match else "", "%Y%m%d-%H%M").replace(tzinfo=UTC)
    except ValueError:
        moment = _EPOCH
    return _KIND_OF_PREFIX[match[1]] if match else "incident", moment


def _declaration(incident: str, draft: Draft) -> tuple[facts.Declared, datetime, str]:
    if draft.declared is not None:
        return draft.declared.fact, draft.declared.at, draft.declared.event.by
    draft.problem("Its declaration is not in the record.")
    kind, moment = _named(incident)
    return facts.Declared(title="(not declared)", incident_kind=kind), moment, "unknown"


def _steps(draft: Draft) -> tuple[Step, ...]:
    """The checklist; a step that repeats is done with the first update after it was opened."""
    marks = dict(draft.marks)
    for attachment in chain(draft.attached.values(), draft.gone):
        for plan in attachment.steps:
            mark = marks.get(plan.id)
            if not plan.every or (mark is not None and mark.state != OPEN):
                continue
            since = mark.event if mark else ""
            first = next((update for update in draft.updates if update.event > since), None)
            if first:
                marks[plan.id] = Mark(DONE, first.event, first.at, first.by)
    steps = checklist(draft.attached.values(), draft.gone, marks)
    known = {step.id for step in steps}
    for ident, mark in draft.marks.items():
        if ident not in known and ident not in _TICKING:
            draft.problem(f"{mark.by} marked the step {ident}, which no runbook has.")
    return steps


def _entries(
    draft: Draft, standings: list[Standing], steps: tuple[Step, ...], zone: tzinfo
) -> tuple[Entry, ...]:
    def time(text: str) -> str:
        moment = parse_moment(text)
        return show(moment, zone) if moment else text

    names = Names(
        {step.id: step.title for step in steps},
        {ident: draft.tasks[first].title for ident, first in draft.task_ids.items()
         if first in draft.tasks},
        {ident: hypothesis.text for ident, hypothesis in draft.hypotheses.items()},
        {standing.event.id: number for number, standing in enumerate(standings, 1)},
        {held.person: held.name for held in draft.held if held.name},
        time,
    )  # fmt: skip
    entries = []
    for number, (event, fact, at, retracted, amended, redacted) in enumerate(standings, 1):
        pinned = isinstance(fact, facts.Noted) and fact.pinned
        target = getattr(fact, "event", None)
        entries.append(
            Entry(
                number, event.id, event.group, at, event.recorded, event.by, event.name,
                event.kind, sentence(fact, names), retracted, amended, redacted, pinned, target,
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
    incident: str,
    draft: Draft,
    standings: list[Standing],
    wrong: list[str],
    problems: tuple[Problem, ...],
) -> Incident:
    declaration, declared, by = _declaration(incident, draft)
    commander = draft.commands or by
    severity = draft.severity or facts.SeveritySet("")
    affected = draft.affected or facts.AffectedSet()
    process = draft.process or facts.ProcessResolved("", "")
    steps = _steps(draft)
    ended = draft.ends.get("resolved") or draft.ends.get("cancelled") or draft.ends.get("closed")
    offset = declaration.utc_offset if abs(declaration.utc_offset) < 24 * 60 else 0
    due = draft.next_update() if declaration.incident_kind != "backfill" else None
    missed = due if due and ended and due < ended else None
    zone = fixed_zone(offset)
    entries = _entries(draft, standings, steps, zone)
    if draft.declared is not None:
        draft.none_before(declared, lambda moment: show(moment, zone))
    sentences = dict.fromkeys([*wrong, *draft.told])
    return Incident(
        id=incident,
        kind=declaration.incident_kind,
        title=draft.title if draft.title is not None else declaration.title,
        status=draft.end or draft.phase,
        open=draft.end is None,
        declared=declared,
        declared_by=by,
        commander=commander,
        severity=severity.severity or None,
        critical=severity.critical,
        confirmed=severity.confirmed,
        update_every=severity.update_every,
        retrospective=severity.retrospective,
        retrospective_within=severity.retrospective_within,
        started=draft.moments.get("started"),
        detected=draft.moments.get("detected"),
        acknowledged=draft.moments.get("acknowledged"),
        mitigated=draft.moments.get("mitigated"),
        resolved=draft.ends.get("resolved"),
        cancelled=draft.ends.get("cancelled"),
        closed=draft.ends.get("closed"),
        ended=ended,
        ended_why=draft.ended_why,
        duplicate_of=draft.duplicate_of,
        retrospective_at=draft.retrospective_at,
        held=tuple(draft.held),
        roles_kept=draft.roles_kept,
        offer=draft.offer if draft.end is None else None,
        escalated=tuple(draft.escalated),
        team=draft.team,
        individual=draft.individual,
        services=affected.services,
        product_areas=affected.product_areas,
        owner=affected.owner,
        tier=process.tier or None,
        reason=process.reason or None,
        catalog_commit=process.catalog_commit,
        catalog_problems=process.problems,
        category=declaration.category,
        reported_by=declaration.reported_by,
        organisation=declaration.organisation,
        timezone=declaration.timezone,
        utc_offset=offset,
        runbooks=tuple(draft.attached.values()),
        steps=steps,
        tasks=_tasks(draft),
        hypotheses=tuple(draft.hypotheses.values()),
        updates=tuple(draft.updates),
        cadence=draft.cadence,
        next_update=due if draft.end is None else None,
        missed_update=missed,
        links=tuple(draft.links),
        related=tuple(draft.related),
        summary=draft.summary,
        impact=draft.impact,
        drill=draft.drill,
        entries=entries,
        problems=(*problems, *(Problem(CODE, "warning", told) for told in sentences)),
    )
