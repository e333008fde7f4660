"""Tasks: added, taken on, done."""

from typing import NamedTuple

from incidentctl.domain.incident.draft.draft import Draft, DraftTask
from incidentctl.domain.incident.events import EffectiveEvent
from incidentctl.domain.incident.names import Names, joined
from incidentctl.domain.incident.state import DONE, Mark


class TaskAdded(NamedTuple):
    """Work for somebody; the event's id names the task."""

    title: str
    role: str | None = None
    person: str | None = None

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        draft.task_ids[event.id] = event.id
        draft.tasks[event.id] = DraftTask(event.id, self.title, self.role, self.person)

    def sentence(self, names: Names) -> str:
        return joined(f"Task: {self.title}", self.person or self.role, by=" · ")


class TaskAssigned(NamedTuple):
    """A task has somebody who does it."""

    task: str
    person: str

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        ident = draft.task_ids.get(self.task)
        if ident is None:
            draft.problem(f"{event.by} assigned a task that is not in the record.")
        else:
            draft.tasks[ident] = draft.tasks[ident]._replace(person=self.person)
            draft.task_given = Mark(DONE, event.id, event.at, event.by)

    def sentence(self, names: Names) -> str:
        return f"Task for {self.person}: {names.task(self.task)}"


class TaskDone(NamedTuple):
    """A task was done."""

    task: str
    note: str | None = None

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        """The first who did it is kept."""
        ident = draft.task_ids.get(self.task)
        if ident is None:
            draft.problem(f"{event.by} did a task that is not in the record.")
        elif draft.tasks[ident].done is None:
            mark = Mark(DONE, event.id, event.at, event.by, self.note)
            draft.tasks[ident] = draft.tasks[ident]._replace(done=mark)

    def sentence(self, names: Names) -> str:
        return joined(f"Task done: {names.task(self.task)}", self.note, by=" · ")
