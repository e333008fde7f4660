"""What each fact about the work on an incident does: steps, tasks, words; for the fold."""

from __future__ import annotations

from collections.abc import Collection

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.checklist import ticked_by
from incidentctl.domain.incident.fold.corrections import Standing, parse_moment
from incidentctl.domain.incident.fold.draft import AT_ONCE, Draft, DraftTask
from incidentctl.domain.incident.redaction import REDACTED
from incidentctl.domain.incident.state import (
    CONFIRMED,
    DONE,
    OPEN,
    RULED_OUT,
    SKIPPED,
    Attachment,
    Hypothesis,
    Link,
    Mark,
    Relation,
    Update,
)


def runbook_attached(draft: Draft, standing: Standing, fact: facts.RunbookAttached) -> None:
    """The newest attachment of a runbook's name counts."""
    event = standing.event
    before = draft.attached.pop(fact.runbook, None)
    if before:
        _part(draft, before)
    draft.attached[fact.runbook] = Attachment(
        event.id, fact.runbook, fact.title, fact.reason, fact.own, fact.steps, fact.tasks
    )
    draft.repeats.attach(fact.steps)
    for index, plan in enumerate(fact.tasks):
        # One task however often its runbook comes again; but blanked titles tell nothing.
        ident = f"{event.id}-{index + 1}"
        key = plan.title.casefold() if plan.title != REDACTED else ident
        first = draft.task_ids.setdefault(f"plan:{key}", ident)
        draft.task_ids[ident] = first
        task = draft.tasks.get(first) or DraftTask(first, plan.title, plan.role, wanted=0)
        draft.tasks[first] = task._replace(wanted=task.wanted + 1)
    draft.new_cadence(standing.at)


def _part(draft: Draft, before: Attachment) -> None:
    draft.gone.append(before)
    draft.repeats.detach(before.steps)
    for index in range(len(before.tasks)):
        first = draft.task_ids[f"{before.event}-{index + 1}"]
        task = draft.tasks[first]
        draft.tasks[first] = task._replace(wanted=task.wanted - 1)


def runbook_detached(draft: Draft, standing: Standing, fact: facts.RunbookDetached) -> None:
    """A runbook no longer answers."""
    before = draft.attached.pop(fact.runbook, None)
    if before is not None:  # two people may detach it, or undo what had attached it
        _part(draft, before)
        draft.new_cadence(standing.at)


def keep_only(draft: Draft, runbooks: Collection[str]) -> None:
    """Detach every runbook that the newest resolution of the process does not name.

    Two people may have changed the severity at once, each knowing only what was attached before.
    """
    kept = set(runbooks)
    for name in [name for name in draft.attached if name not in kept]:
        _part(draft, draft.attached.pop(name))
        if draft.process_at is not None:
            draft.new_cadence(draft.process_at)


def step_done(draft: Draft, standing: Standing, fact: facts.StepDone) -> None:
    """A step was done; the newest word on a step stands."""
    event = standing.event
    before = draft.marks.get(fact.step)
    if (
        before is not None
        and before.state == DONE
        and before.by != event.by
        and abs(standing.at - before.at) < AT_ONCE
    ):
        draft.problem(
            f"{before.by} and {event.by} both did the step {fact.step} within one minute."
        )
    draft.mark(fact.step, Mark(DONE, event.id, standing.at, event.by, fact.note, fact.link))
    draft.new_cadence(standing.at)


def step_skipped(draft: Draft, standing: Standing, fact: facts.StepSkipped) -> None:
    """A step was left out; one that somebody has done stays done."""
    event = standing.event
    before = draft.marks.get(fact.step)
    if before is not None and before.state == DONE:
        draft.problem(
            f"{event.by} skipped the step {fact.step} that {before.by} had done; it is done."
        )
        return
    draft.mark(fact.step, Mark(SKIPPED, event.id, standing.at, event.by, fact.reason))
    draft.new_cadence(standing.at)


def step_reopened(draft: Draft, standing: Standing, fact: facts.StepReopened) -> None:
    """A step is to be done after all."""
    event = standing.event
    draft.mark(fact.step, Mark(OPEN, event.id, standing.at, event.by, fact.reason))
    draft.new_cadence(standing.at)


def task_added(draft: Draft, standing: Standing, fact: facts.TaskAdded) -> None:
    """A new task, named by its event."""
    ident = standing.event.id
    draft.task_ids[ident] = ident
    draft.tasks[ident] = DraftTask(ident, fact.title, fact.role, fact.person)


def task_assigned(draft: Draft, standing: Standing, fact: facts.TaskAssigned) -> None:
    """Somebody does a task."""
    ident = draft.task_ids.get(fact.task)
    if ident is None:
        draft.problem(f"{standing.event.by} assigned a task that is not in the record.")
    else:
        draft.tasks[ident] = draft.tasks[ident]._replace(person=fact.person)


def task_done(draft: Draft, standing: Standing, fact: facts.TaskDone) -> None:
    """A task was done; the first stands."""
    event = standing.event
    ident = draft.task_ids.get(fact.task)
    if ident is None:
        draft.problem(f"{event.by} did a task that is not in the record.")
    elif draft.tasks[ident].done is None:
        mark = Mark(DONE, event.id, standing.at, event.by, fact.note)
        draft.tasks[ident] = draft.tasks[ident]._replace(done=mark)


def hypothesis_proposed(draft: Draft, standing: Standing, fact: facts.HypothesisProposed) -> None:
    """A new hypothesis, named by its event."""
    event = standing.event
    draft.hypotheses[event.id] = Hypothesis(
        len(draft.hypotheses) + 1, event.id, fact.text, standing.at, event.by
    )


def _decide(draft: Draft, standing: Standing, ident: str, state: str, reason: str | None) -> None:
    hypothesis = draft.hypotheses.get(ident)
    if hypothesis is None:
        draft.problem(f"{standing.event.by} judged a hypothesis that is not in the record.")
        return
    if hypothesis.state not in (OPEN, state):
        draft.problem(
            f"Hypothesis {hypothesis.number} was {hypothesis.state} by {hypothesis.decided_by} "
            f"and then {state} by {standing.event.by}, which stands."
        )
    draft.hypotheses[ident] = hypothesis._replace(
        state=state, decided=standing.at, decided_by=standing.event.by, reason=reason
    )


def hypothesis_ruled_out(draft: Draft, standing: Standing, fact: facts.HypothesisRuledOut) -> None:
    """It is not that."""
    _decide(draft, standing, fact.hypothesis, RULED_OUT, fact.reason)


def hypothesis_confirmed(draft: Draft, standing: Standing, fact: facts.HypothesisConfirmed) -> None:
    """It is that."""
    _decide(draft, standing, fact.hypothesis, CONFIRMED, fact.reason)


def update_posted(draft: Draft, standing: Standing, fact: facts.UpdatePosted) -> None:
    """An update ticks every step that repeats, and ends a snooze."""
    event = standing.event
    next_at = parse_moment(fact.next_at) if fact.next_at else None
    due = draft.next_update() if draft.end is None else None
    update = Update(event.id, standing.at, event.by, fact.text, fact.public, next_at, due)
    draft.updates.append(update)
    if draft.last_update is None or draft.last_update.at <= update.at:
        draft.last_update = update
    draft.snoozed = None
    for step in ticked_by(fact):
        draft.tick(step, standing)
    draft.new_cadence(standing.at)  # a step that was skipped repeats again, once it is done


def update_snoozed(draft: Draft, standing: Standing, fact: facts.UpdateSnoozed) -> None:
    """The next update is due only then."""
    draft.snoozed = parse_moment(fact.until)
    if draft.snoozed is None:
        draft.problem(f"{standing.event.by} snoozed updates until a moment that is none.")


def summary_set(draft: Draft, standing: Standing, fact: facts.SummarySet) -> None:
    """The newest summary stands."""
    draft.summary = fact.text


def impact_set(draft: Draft, standing: Standing, fact: facts.ImpactSet) -> None:
    """The newest words stand."""
    draft.impact = fact.text


def linked(draft: Draft, standing: Standing, fact: facts.Linked) -> None:
    """Another address."""
    draft.links.append(Link(standing.event.id, fact.label, fact.url))
    for step in ticked_by(fact):
        draft.tick(step, standing, fact.url)


def related(draft: Draft, standing: Standing, fact: facts.Related) -> None:
    """Another incident."""
    draft.related.setdefault(Relation(fact.incident, fact.relation))
