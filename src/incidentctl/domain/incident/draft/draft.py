"""The incident while it is folded: what facts write into as they are applied."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple, ParamSpec

from incidentctl.domain.common.role_names import COMMANDER
from incidentctl.domain.common.times import later, rough_duration
from incidentctl.domain.incident.draft.clocks import Clocks
from incidentctl.domain.incident.draft.holders import Holders
from incidentctl.domain.incident.draft.update_intervals import Repeats
from incidentctl.domain.incident.events import EffectiveEvent
from incidentctl.domain.incident.state import (
    DONE,
    PHASES,
    SKIPPED,
    ActionRun,
    AttachedAlert,
    Attachment,
    DrillPlay,
    Held,
    Hypothesis,
    Incident,
    Inject,
    Link,
    Mark,
    Offer,
    Over,
    Relation,
    SeverityChange,
    StatusChange,
    Update,
)

#: Two people who record within this time may not have seen each other's entries.
CONCURRENCY_WINDOW = timedelta(minutes=1)
#: A sentence about a problem has at most so many characters: what it quotes may be long.
_MAX_PROBLEM = 1000

_Fields = ParamSpec("_Fields")


def _setter(_: Callable[_Fields, Incident], into: dict[str, Any]) -> Callable[_Fields, None]:
    """Return a function that keeps what it is given by name, of the types that `_` takes."""

    def keep(*_args: _Fields.args, **fields: _Fields.kwargs) -> None:
        into.update(fields)

    return keep


class DraftTask(NamedTuple):
    """A task before it is numbered; `wanted` by so many: one that no runbook wants is not shown."""

    id: str
    title: str
    role: str | None
    person: str | None = None
    done: Mark | None = None
    wanted: int = 1


class Draft:
    """What is known after some of the events, in the order of the record.

    What no other event asks for is a field of `Incident` at once: a fact calls `set` with it, and
    `fields` has them all. The attributes are what later events, or the end of the fold, ask about.
    """

    def __init__(self, incident: Incident) -> None:
        self.fields: dict[str, Any] = {}
        self.set = _setter(incident._replace, self.fields)

        self.declared: EffectiveEvent | None = None
        self.severity: str | None = None
        self.severities: set[str] = set()
        self.update_every: int | None = None
        self.process: EffectiveEvent | None = None
        self.answers: dict[str, Any] = {}
        self.phase = PHASES[0]
        self.end: str | None = None
        self.ends: dict[str, datetime] = {}
        self.ended_why: str | None = None
        self.reopened: EffectiveEvent | None = None
        self.over: list[Over] = []
        self.statuses: list[StatusChange] = []
        self.changes: list[SeverityChange] = []
        self.severity_set: EffectiveEvent | None = None
        self.severities_taken_back: set[str] = set()

        self.held = Holders()
        self.commander: tuple[EffectiveEvent, str] | None = None
        self.offer: Offer | None = None
        self.offers: dict[str, Offer] = {}
        self.takes_from: dict[str, str] = {}
        self.escalated: dict[str, None] = {}

        self.attached: dict[str, Attachment] = {}
        self.gone: list[Attachment] = []
        self.marks: dict[str, Mark] = {}
        self.actions: dict[str, ActionRun] = {}
        self.repeats = Repeats()
        self.cadence: int | None = None
        self.cadence_since: datetime | None = None
        self.promised: int | None = None
        self.tasks: dict[str, DraftTask] = {}
        self.task_ids: dict[str, str] = {}
        self.task_given: Mark | None = None

        self.hypotheses: dict[str, Hypothesis] = {}
        self.updates: list[Update] = []
        self.last_update: Update | None = None
        self._last_place = 0
        self.clocks = Clocks()
        self.snoozed: datetime | None = None
        self.links: list[Link] = []
        self.related: dict[Relation, None] = {}
        self.alerts: dict[str, AttachedAlert] = {}
        self.drill: DrillPlay | None = None
        self.injects: dict[int, Inject] = {}
        self.problems: dict[int, str] = {}
        self.clashes: dict[str, list[int]] = {}
        self._number = 0

    def problem(self, sentence: str) -> None:
        """Keep a sentence about something in the events that cannot be true."""
        self._number += 1
        self.problems[self._number] = sentence[:_MAX_PROBLEM]

    def clash(self, about: str, sentence: str) -> None:
        """Keep a sentence about two people at once, who got a role or set the severity.

        It stays until that is settled.
        """
        self.problem(sentence)
        self.clashes.setdefault(about, []).append(self._number)

    def settled(self, about: str) -> None:
        """Drop what is kept: somebody passed the role on, or set a severity, who knew of both."""
        for number in self.clashes.pop(about, ()):
            del self.problems[number]

    @property
    def commands(self) -> str | None:
        """Who commands; None while not even the declaration is known."""
        return self.held.first(COMMANDER)

    def none_before(self, declared: datetime, time: Callable[[datetime], str]) -> None:
        """Report ends and roles from before the declaration as problems; clamp the roles.

        The clocks of two machines may differ by less than `CONCURRENCY_WINDOW`: no problem then.
        """
        for state, moment in self.ends.items():
            if declared - moment >= CONCURRENCY_WINDOW:
                self.problem(
                    f"It was {state} at {time(moment)}, before it was declared at {time(declared)}."
                )

        def tell(held: Held) -> None:
            self.problem(
                f"{held.person} was {held.role} from {time(held.since)}, before it was "
                f"declared at {time(declared)}; the declaration counts."
            )

        self.held.none_before(declared, CONCURRENCY_WINDOW, tell)

    def mark(self, step: str, mark: Mark) -> None:
        """Keep the newest mark of a step."""
        self.marks[step] = mark
        self.repeats.skip(step, skipped=mark.state == SKIPPED)

    def new_cadence(self, at: datetime) -> None:
        """Compute the cadence again; the clock of one that begins starts `at` this moment."""
        every = self.update_every
        cadence = self.repeats.shortest() or (every if every and every > 0 else None)
        if cadence and not self.cadence:
            self.cadence_since = at
        self.cadence = cadence

    def post(self, update: Update) -> None:
        """Keep an update; the last one by the clock is what the next one counts from."""
        self.updates.append(update)
        if self.last_update is None or self.last_update.counted <= update.counted:
            self.last_update, self._last_place = update, len(self.updates) - 1
            self.clocks.posted()

    def hear(self, by: str, recorded: datetime) -> None:
        """Take in when somebody recorded what comes next; they had the last update by then.

        If the clock of its author runs ahead, it counts from then, and does not stop the others'.
        """
        last, ahead = self.last_update, self.clocks.hear(by, recorded)
        if last is not None and ahead is not None:
            self._receive(last, recorded)
            self.problem(
                f"An update of {last.by} has a time that is {rough_duration(ahead)} ahead of what "
                f"{by} recorded after it: it counts from then. Check the clocks of both machines."
            )

    def look(self, now: datetime) -> None:
        """Correct the last update if it is ahead of the clock of who looks at it now."""
        last, found = self.last_update, self.clocks.look(now)
        if last is not None and found is not None:
            ahead, received = found
            self._receive(last, received)
            self.problem(
                f"An update of {last.by} has a time that is {rough_duration(ahead)} ahead of the "
                "clock of this machine: it counts from the entry before it. Check both clocks."
            )

    def _receive(self, last: Update, received: datetime) -> None:
        self.last_update = last._replace(received=min(received, last.at))
        self.updates[self._last_place] = self.last_update

    def reopen(self, at: datetime) -> None:
        """Keep that it was over until `at`; the clock of the updates begins anew then."""
        due, ended = self.next_update(), next(iter(self.ends.values()), at)
        since = max([ended, *(over.until for over in self.over[-1:])])
        missed = due if due and due < ended else None
        self.over.append(Over(since, max(at, since), missed))
        self.snoozed = None
        self.cadence_since = at

    def next_update(self) -> datetime | None:
        """When the next update is due: snoozed, announced with the last one, or by the cadence.

        A cadence that has changed since the last one counts, and not what that announced.
        """
        if self.snoozed is not None:
            return self.snoozed
        last = self.last_update
        announced = last.announced if last is not None and self.cadence == self.promised else None
        reopened = self.over[-1].until if self.over else None
        if last and announced and (reopened is None or last.counted >= reopened):
            return announced
        if self.cadence is None or self.cadence_since is None:
            return None
        base = self.cadence_since if last is None else max(last.counted, self.cadence_since)
        return later(base, self.cadence)

    def tick(self, step: str, event: EffectiveEvent, link: str | None = None) -> None:
        """Mark a step done by itself, unless it is done already."""
        mark = self.marks.get(step)
        if mark is None or mark.state != DONE:
            self.mark(step, Mark(DONE, event.id, event.at, event.by, None, link))
