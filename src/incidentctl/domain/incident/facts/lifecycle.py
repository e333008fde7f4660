"""The life of an incident: declared, its status, ended, reopened, closed."""

from typing import NamedTuple

from incidentctl.domain.common.role_names import COMMANDER
from incidentctl.domain.incident.draft.draft import CONCURRENCY_WINDOW, Draft
from incidentctl.domain.incident.events import EffectiveEvent
from incidentctl.domain.incident.names import Names, joined
from incidentctl.domain.incident.state import (
    CANCELLED,
    CLOSED,
    MOMENTS,
    PHASES,
    RESOLVED,
    Held,
    StatusChange,
    is_alert,
)


class Declared(NamedTuple):
    """An incident was declared; its author commands it, if that is a person."""

    title: str
    incident_kind: str = "incident"
    """incident, drill or backfill; fixed from here on."""
    reported_by: str | None = None
    """customer, employee or alert."""
    category: str | None = None
    organisation: str | None = None
    timezone: str = "UTC"
    utc_offset: int = 0
    """Of the timezone at declaration, in minutes east."""

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        """The first one, which the fold chose, applies; its author commands."""
        if draft.declared is not None:
            first = draft.declared.by
            draft.problem(f"It was declared twice: by {first}, which stands, and by {event.by}.")
            return
        draft.declared = event
        draft.set(
            title=self.title,
            kind=self.incident_kind,
            declared=event.at,
            declared_by=event.by,
            reported_by=self.reported_by,
            category=self.category,
            organisation=self.organisation,
            timezone=self.timezone,
            utc_offset=self.utc_offset if abs(self.utc_offset) < 24 * 60 else 0,
        )
        if not is_alert(event.by):  # an alert declares, and commands nothing
            draft.held.begin(Held(COMMANDER, event.by, event.event.name, event.at))

    def sentence(self, names: Names) -> str:
        return f"Declared: {self.title}"


class TitleSet(NamedTuple):
    """A new title, in place of a redacted one: an amendment would be redacted with it."""

    title: str

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        draft.set(title=self.title)

    def sentence(self, names: Names) -> str:
        return f"Title: {self.title}"


class StatusSet(NamedTuple):
    """The status of the response: triage, investigating, identified or monitoring."""

    status: str

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        """The newest status applies, as long as the incident is open."""
        if self.status not in PHASES:
            draft.problem(f"{event.by} set the status {self.status}, which is none.")
            return
        if draft.end is not None:
            draft.problem(f"The status {self.status} came after it was {draft.end}, which stands.")
        else:
            draft.statuses.append(StatusChange(self.status, event.at))
        draft.phase = self.status

    def sentence(self, names: Names) -> str:
        return f"Status: {self.status}"


class MomentMarked(NamedTuple):
    """When something happened (the event's `at`): started, detected, acknowledged, mitigated."""

    moment: str

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        """The newest mark of a moment applies."""
        if self.moment in MOMENTS:
            draft.fields[self.moment] = event.at
        else:
            draft.problem(f"{event.by} marked the moment {self.moment}, which is none.")

    def sentence(self, names: Names) -> str:
        return f"Marked as the moment it was {self.moment}"


class Resolved(NamedTuple):
    """The incident is over."""

    text: str | None = None

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        _end(draft, event, RESOLVED, self.text)

    def sentence(self, names: Names) -> str:
        return joined("Resolved", self.text)


class Reopened(NamedTuple):
    """It was resolved or cancelled too early."""

    reason: str

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        """It is being investigated again."""
        if draft.end is not None:
            draft.phase = PHASES[1]
            draft.statuses.append(StatusChange(draft.phase, event.at))
            draft.reopened = event
            draft.reopen(event.at)
        draft.end = draft.ended_why = None
        draft.ends.clear()
        draft.set(duplicate_of=None)

    def sentence(self, names: Names) -> str:
        return joined("Reopened", self.reason)


class Cancelled(NamedTuple):
    """A false alarm, or a duplicate of another incident."""

    reason: str | None = None
    duplicate_of: str | None = None

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        if _end(draft, event, CANCELLED, self.reason):
            draft.set(duplicate_of=self.duplicate_of)

    def sentence(self, names: Names) -> str:
        duplicate = f"duplicate of {self.duplicate_of}" if self.duplicate_of else None
        return joined("Cancelled", duplicate, self.reason)


class Closed(NamedTuple):
    """The follow-up is done."""

    reason: str | None = None
    retrospective: str | None = None

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        """An incident that was open is closed as well, with a problem."""
        if draft.end is None:
            draft.problem(f"{event.by} closed it while it was open.")
        if _end(draft, event, CLOSED, self.reason):
            draft.set(retrospective_at=self.retrospective)

    def sentence(self, names: Names) -> str:
        return joined("Closed", self.reason, self.retrospective)


def _end(draft: Draft, event: EffectiveEvent, state: str, why: str | None) -> bool:
    """End the incident, unless it has ended in a way that stands; say whether it ends so.

    A drill is ended by the responders and by who plays it, in clones of their own: no problem.
    """
    if draft.end == state == RESOLVED and draft.drill is not None:
        return False
    if draft.end in (state, CLOSED) or (draft.end and state != CLOSED):
        draft.problem(f"{event.by} set it {state} though it was {draft.end}; the first stands.")
        return False
    before = draft.reopened
    if (
        before is not None
        and before.by != event.by
        and abs(event.at - before.at) < CONCURRENCY_WINDOW
    ):
        draft.problem(
            f"{before.by} reopened it and {event.by} set it {state} within one "
            f"minute: {state} stands."
        )
    draft.end = state
    draft.statuses.append(StatusChange(state, event.at))
    draft.ends[state] = event.at
    draft.ended_why = draft.ended_why or why
    return True
