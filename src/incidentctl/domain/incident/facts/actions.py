"""Actions of steps and announcements: started, done, failed.

The three facts of one deed share its `key`, which its target gets, too. A start without an outcome
is not known to be done: whoever did it may have been stopped between sending and recording.
"""

from typing import NamedTuple

from incidentctl.domain.common.times import from_iso
from incidentctl.domain.incident.draft.draft import Draft
from incidentctl.domain.incident.events import EffectiveEvent
from incidentctl.domain.incident.names import Names, joined
from incidentctl.domain.incident.state import DONE, FAILED, STARTED, UNKNOWN, ActionRun


class ActionStarted(NamedTuple):
    """An action is about to be sent; written before anything goes out."""

    key: str
    uses: str
    to: str
    """Where it goes: a host, or a program."""
    step: str | None = None
    announcement: str | None = None
    recipient: str | None = None
    """Who was on call as it was sent, where it names that instead of a person."""
    unclaimed: bool = False
    """Whether the remote could not say if another clone sends it, too."""

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        before = draft.actions.get(self.key)
        if before is None or before.state != DONE:
            draft.actions[self.key] = ActionRun(
                self.key, self.step, self.announcement, self.uses, self.to, self.recipient,
                STARTED, event.id, event.at, event.by, before.attempts + 1 if before else 1,
            )  # fmt: skip

    def sentence(self, names: Names) -> str:
        whom = f"for {self.recipient}" if self.recipient else None
        what = _what(names, self.step, self.announcement)
        alone = "without a claim on the remote" if self.unclaimed else None
        where = f"{self.uses} to {self.to}"
        return joined(f"Action started: {what}", where, whom, alone, by=" · ")


class ActionDone(NamedTuple):
    """What an action sent has arrived; its step is done with it."""

    key: str
    step: str | None = None
    announcement: str | None = None
    link: str | None = None
    """The address of what was made, such as a ticket."""
    ident: str | None = None
    """What its target calls what was made."""

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        run = _run(draft, self, event)
        draft.actions[self.key] = run._replace(
            state=DONE, event=event.id, at=event.at, by=event.by, link=self.link,
            ident=self.ident, reason=None, retry_at=None,
        )  # fmt: skip
        if self.step:
            draft.tick(self.step, event, self.link)
            draft.new_cadence(event.at)

    def sentence(self, names: Names) -> str:
        what = _what(names, self.step, self.announcement)
        return joined(f"Action done: {what}", self.link or self.ident, by=" · ")


class ActionFailed(NamedTuple):
    """An action was not done; or nobody can say whether it was."""

    key: str
    reason: str
    step: str | None = None
    announcement: str | None = None
    unknown: bool = False
    """Whether it may have been done."""
    retry_at: str | None = None
    """When it is tried again."""

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        run = _run(draft, self, event)
        if run.state != DONE:
            draft.actions[self.key] = run._replace(
                state=UNKNOWN if self.unknown else FAILED, event=event.id, at=event.at,
                by=event.by, reason=self.reason, retry_at=from_iso(self.retry_at or ""),
            )  # fmt: skip

    def sentence(self, names: Names) -> str:
        what = _what(names, self.step, self.announcement)
        state = "Action perhaps done, look before trying again" if self.unknown else "Action failed"
        again = f"tried again at {names.time(self.retry_at)}" if self.retry_at else None
        return joined(f"{state}: {what}", self.reason, again, by=" · ")


def _run(draft: Draft, fact: ActionDone | ActionFailed, event: EffectiveEvent) -> ActionRun:
    """Return the run that an outcome belongs to, also where its start is not here."""
    return draft.actions.get(fact.key) or ActionRun(
        fact.key, fact.step, fact.announcement, "action", "", None, STARTED, event.id, event.at,
        event.by, 1,
    )  # fmt: skip


def _what(names: Names, step: str | None, announcement: str | None) -> str:
    return names.step(step) if step else f"announcement {announcement or '?'}"
