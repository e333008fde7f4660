"""Several runbooks attached to one incident become one checklist: merged by step id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from incidentctl.domain.runbook import Runbook, Step, Task


def merged_steps(runbooks: Sequence[Runbook]) -> tuple[Step, ...]:
    """Merge the steps of several runbooks by id, in an order that keeps each runbook's sense.

    The first runbook gives the order; a step that only a later one has comes after the step that
    it follows there. Of a step in both the first wording stands, with the first action and the
    shorter interval.
    """
    merged: list[Step] = []
    for runbook in runbooks:
        position = 0
        for step in runbook.steps:
            index = next((i for i, known in enumerate(merged) if known.id == step.id), None)
            if index is None:
                merged.insert(position, step)
                position += 1
            else:
                merged[index] = _joined(merged[index], step)
                position = index + 1
    return tuple(merged)


def _joined(first: Step, other: Step) -> Step:
    spans = [step.every for step in (first, other) if step.every]
    return replace(first, every=min(spans) if spans else None, action=first.action or other.action)


def merged_tasks(runbooks: Sequence[Runbook]) -> tuple[Task, ...]:
    """Return the tasks of several runbooks, each once, in the order written."""
    return tuple(dict.fromkeys(task for runbook in runbooks for task in runbook.tasks))
