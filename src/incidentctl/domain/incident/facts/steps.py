"""Steps of the runbooks: done, skipped, open again."""

from typing import NamedTuple

from incidentctl.domain.incident.draft.draft import CONCURRENCY_WINDOW, Draft
from incidentctl.domain.incident.events import EffectiveEvent
from incidentctl.domain.incident.names import Names, joined
from incidentctl.domain.incident.state import DONE, OPEN, SKIPPED, Mark


class StepDone(NamedTuple):
    """A step of the runbook was done."""

    step: str
    note: str | None = None
    link: str | None = None

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        """The newest mark of a step applies."""
        before = draft.marks.get(self.step)
        if (
            before is not None
            and before.state == DONE
            and before.by != event.by
            and abs(event.at - before.at) < CONCURRENCY_WINDOW
        ):
            draft.problem(
                f"{before.by} and {event.by} both did the step {self.step} within one minute."
            )
        draft.mark(self.step, Mark(DONE, event.id, event.at, event.by, self.note, self.link))
        draft.new_cadence(event.at)

    def sentence(self, names: Names) -> str:
        return joined(f"Done: {names.step(self.step)}", self.note, self.link, by=" · ")


class StepSkipped(NamedTuple):
    """A step was left out on purpose."""

    step: str
    reason: str | None = None

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        """A step that somebody has done stays done."""
        before = draft.marks.get(self.step)
        if before is not None and before.state == DONE:
            draft.problem(
                f"{event.by} skipped the step {self.step} that {before.by} had done; it is done."
            )
            return
        draft.mark(self.step, Mark(SKIPPED, event.id, event.at, event.by, self.reason))
        draft.new_cadence(event.at)

    def sentence(self, names: Names) -> str:
        return joined(f"Skipped: {names.step(self.step)}", self.reason, by=" · ")


class StepReopened(NamedTuple):
    """A step is to be done after all."""

    step: str
    reason: str | None = None

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        draft.mark(self.step, Mark(OPEN, event.id, event.at, event.by, self.reason))
        draft.new_cadence(event.at)

    def sentence(self, names: Names) -> str:
        return joined(f"Open again: {names.step(self.step)}", self.reason, by=" · ")
