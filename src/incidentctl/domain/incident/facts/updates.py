"""Status updates: posted, and put off."""

from typing import NamedTuple

from incidentctl.domain.common.times import from_iso
from incidentctl.domain.incident.draft.draft import Draft
from incidentctl.domain.incident.events import EffectiveEvent
from incidentctl.domain.incident.names import Names
from incidentctl.domain.incident.state import Update, page_words


class UpdatePosted(NamedTuple):
    """A status update; restarts the cadence clock."""

    text: str
    public: bool = False
    """Whether it is for customers, too. That it is recorded publishes nothing."""
    next_at: str | None = None
    """When the next one comes; None where nothing asks for one."""
    states: tuple[str, ...] | None = None
    """What a public one says of product areas on the status page, `area=state` each."""
    headline: str | None = None
    """What a public one calls the incident."""

    @property
    def ticks(self) -> tuple[str, ...]:
        return ("updates",)

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        """An update does the step `updates`, and ends a snooze."""
        next_at = from_iso(self.next_at) if self.next_at else None
        due = draft.next_update() if draft.end is None else None
        update = Update(
            event.id, event.at, event.by, self.text, self.public, next_at, due,
            phase=draft.end or draft.phase, states=self.states or (), headline=self.headline,
        )  # fmt: skip
        draft.post(update)
        draft.snoozed = None
        for step in self.ticks:
            draft.tick(step, event)
        draft.new_cadence(event.at)  # a step that was skipped repeats again, once it is done
        draft.promised = draft.cadence

    def sentence(self, names: Names) -> str:
        following = f" (next update at {names.time(self.next_at)})" if self.next_at else ""
        on_page = page_words(self.headline, self.states or ())
        of_page = f" ({on_page})" if on_page else ""
        return f"{'Public update' if self.public else 'Update'}{of_page}: {self.text}{following}"


class UpdateSnoozed(NamedTuple):
    """The next update is due only then."""

    until: str

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        draft.snoozed = from_iso(self.until)
        if draft.snoozed is None:
            draft.problem(f"{event.by} snoozed updates until a moment that is none.")

    def sentence(self, names: Names) -> str:
        return f"Next update at {names.time(self.until)}"
