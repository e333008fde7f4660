"""The checklist of an incident: its runbooks' steps in one order, and automatic ticks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from incidentctl.domain.incident.state import (
    DONE,
    NOT_NEEDED,
    OPEN,
    SKIPPED,
    Attachment,
    Mark,
    Step,
    StepPlan,
)

ASSIGN_ROLES, ASSIGN_TASKS = "assign-roles", "assign-tasks"
#: The steps that a public update is for, in every runbook that has them.
PUBLISHING = ("status-page", "public-notification")

#: The steps that tick by themselves, in every runbook that has them. A fact names in `ticks` the
#: steps that it does: an update does `updates` and no other step that repeats, such as a notice to
#: the public. One more rule needs more than one fact: `assign-roles` ticks when the other three
#: standard roles are assigned or the commander keeps them. At the end of the fold `assign-tasks`
#: ticks while every task has somebody. Paging, notifying and publishing never tick by themselves:
#: nobody must wrongly believe that people were notified.
TICKING = frozenset(
    {
        ASSIGN_ROLES, "assign-team", "assign-individual", "open-channel", "create-ticket",
        "updates",
    }
)  # fmt: skip


class _Asked(NamedTuple):
    plan: StepPlan
    runbook: str
    active: bool


def _insert(after: dict[str | None, str | None], plans: Iterable[StepPlan]) -> None:
    """Layer steps in: each new one comes right after the step before it in its own runbook.

    `after` says of each step which one follows it, of None which is the first.
    """
    before = None
    for plan in plans:
        if plan.id not in after:
            after[plan.id], after[before] = after[before], plan.id
        before = plan.id


def _in_order(after: Mapping[str | None, str | None]) -> Iterator[str]:
    step = after[None]
    while step is not None:
        yield step
        step = after[step]


def _merge(old: _Asked, new: StepPlan) -> _Asked:
    spans = [every for every in (old.plan.every, new.every) if every]
    return old._replace(
        plan=old.plan._replace(
            every=min(spans, default=None),
            purpose=old.plan.purpose or new.purpose,
            action=old.plan.action or new.action,
        )
    )


def checklist(
    attached: Iterable[Attachment], gone: Iterable[Attachment], marks: Mapping[str, Mark]
) -> tuple[Step, ...]:
    """Merge the steps of the runbooks that answer, and keep what was done of those that do not.

    Steps are merged by id, runbooks in the order of their attachment. A step that nothing asks
    any more is not needed if it was open, and stays as it is if it was done or skipped.
    """
    after: dict[str | None, str | None] = {None: None}
    asked: dict[str, _Asked] = {}
    for active, attachments in ((True, attached), (False, gone)):
        for attachment in attachments:
            _insert(after, attachment.steps)
            for plan in attachment.steps:
                known = asked.get(plan.id)
                if known is None:
                    asked[plan.id] = _Asked(plan, attachment.name, active)
                elif active:
                    asked[plan.id] = _merge(known, plan)
    steps = []
    for number, ident in enumerate(_in_order(after), 1):
        plan, runbook, active = asked[ident]
        mark = marks.get(ident)
        state = mark.state if mark else OPEN
        if not active and state == OPEN:
            state = NOT_NEEDED
        shown = mark if mark and state in (DONE, SKIPPED) else None
        steps.append(
            Step(
                number, ident, plan.title, plan.purpose, plan.role, plan.every, plan.action,
                runbook, state, shown,
            )
        )  # fmt: skip
    return tuple(steps)
