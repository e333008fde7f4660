"""Steps and tasks: what was done, skipped and taken on."""

from typing import NamedTuple


class StepDone(NamedTuple):
    """A step of the runbook was done."""

    step: str
    note: str | None = None
    link: str | None = None


class StepSkipped(NamedTuple):
    """A step was left out on purpose."""

    step: str
    reason: str | None = None


class StepReopened(NamedTuple):
    """A step is to be done after all."""

    step: str
    reason: str | None = None


class TaskAdded(NamedTuple):
    """Work for somebody; the event's id names the task."""

    title: str
    role: str | None = None
    person: str | None = None


class TaskAssigned(NamedTuple):
    """A task has somebody who does it."""

    task: str
    person: str


class TaskDone(NamedTuple):
    """A task was done."""

    task: str
    note: str | None = None
