"""The fold: events in, the incident they tell out. Whatever the events say, it never raises."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import chain

from incidentctl.domain.common.times import fixed_zone, show
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.checklist import ASSIGN_ROLES, AUTOMATIC, checklist
from incidentctl.domain.incident.events import KINDS, Event
from incidentctl.domain.incident.fold import checklist as apply_work
from incidentctl.domain.incident.fold import drill as apply_drill
from incidentctl.domain.incident.fold import handover as apply_command
from incidentctl.domain.incident.fold import lifecycle as apply_course
from incidentctl.domain.incident.fold.corrections import Standing, in_order, parse_moment, stand
from incidentctl.domain.incident.fold.draft import Draft
from incidentctl.domain.incident.fold.sentences import Names, sentence, shortened
from incidentctl.domain.incident.ids import named, ulid_moment
from incidentctl.domain.incident.state import DONE, OPEN, Entry, Incident, Mark, Step, Task
from incidentctl.errors import Problem

#: The code of every problem that the events of a record have.
CODE = "IC900"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: A declaration is written so soon after its incident was named by the minute: git may be slow.
_NAMED_WITHIN = timedelta(minutes=10)
_MINUTE = timedelta(minutes=1)
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
    for standing in _declaration_first(incident, standings):
        if not standing.retracted:
            apply = _APPLY.get(type(standing.fact))
            if apply is not None:
                apply(draft, standing, standing.fact)
    if draft.process is not None and draft.process.runbooks is not None:
        apply_work.keep_only(draft, draft.process.runbooks)
    apply_course.other_severity(draft)
    wrong = [*doubles, *wrong]
    return _finish(incident, draft, standings if entries else [], wrong, tuple(problems))


def _declaration_first(incident: str, standings: list[Standing]) -> list[Standing]:
    """Return events with the declaration before all others, and of several the one that stands.

    That is the one that fits the incident's id, which was made from it: somebody may declare the
    same one again later, or with a clock that is wrong. Of those that fit alike it is the first.
    """
    declared = [each for each in standings if isinstance(each.fact, facts.Declared)]
    if not declared or (len(declared) == 1 and declared[0] is standings[0]):
        return standings
    stands = max(declared, key=lambda each: _fits(incident, each))
    return [stands, *(each for each in standings if each is not stands)]


def _fits(incident: str, standing: Standing) -> tuple[bool, bool, bool]:
    """Say how a declaration fits an incident's id: in kind, in minute, and by its own id."""
    kind, minute = named(incident)
    if minute is None:
        return False, False, False
    event = standing.event
    return (
        event.fact.incident_kind == kind,
        minute <= event.at < minute + _NAMED_WITHIN,
        ulid_moment(event.id) > minute - _MINUTE,
    )


def _declaration(incident: str, draft: Draft) -> tuple[facts.Declared, datetime, str]:
    """Return the declaration, its moment and its author; its kind is what the id says."""
    kind, minute = named(incident)
    if draft.declared is None:
        draft.problem("Its declaration is not in the record.")
        missing = facts.Declared("(not declared)", kind or "incident")
        return missing, minute or _EPOCH, "unknown"
    declared, by = draft.declared.fact, draft.declared.event.by
    if kind is not None and declared.incident_kind != kind:
        draft.problem(f"{by} declared it as {declared.incident_kind}; its id says {kind}.")
        declared = declared._replace(incident_kind=kind)
    return declared, draft.declared.at, by


def _steps(draft: Draft) -> tuple[Step, ...]:
    """The checklist; a step that repeats is done with the first update after it was opened."""
    marks = dict(draft.marks)
    posted = [update.event for update in draft.updates]
    for attachment in chain(draft.attached.values(), draft.gone):
        for plan in attachment.steps:
            mark = marks.get(plan.id)
            if not plan.every or (mark is not None and mark.state != OPEN):
                continue
            since = mark.event if mark else ""
            place = bisect_right(posted, since)
            if place < len(posted):
                first = draft.updates[place]
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
        {step.id: shortened(step.title) for step in steps},
        {ident: shortened(draft.tasks[first].title) for ident, first in draft.task_ids.items()
         if first in draft.tasks},
        {ident: shortened(hypothesis.text) for ident, hypothesis in draft.hypotheses.items()},
        {standing.event.id: number for number, standing in enumerate(standings, 1)},
        {held.person: shortened(held.name) for held in draft.held.spans if held.name},
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
    sentences = dict.fromkeys([*wrong, *draft.told.values()])
    drill = draft.drill and draft.drill._replace(injects=tuple(draft.injects.values()))
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
        held=tuple(draft.held.spans),
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
        drill=drill,
        entries=entries,
        problems=(*problems, *(Problem(CODE, "warning", told) for told in sentences)),
    )
