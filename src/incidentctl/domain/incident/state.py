"""What an incident is at a moment: the classes that the fold makes, for all who show or decide.

All are named tuples, so that two folds compare by value, and `log` starts fast.
"""

from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from incidentctl.domain.common.role_names import RESPONSIBILITIES
from incidentctl.domain.common.times import EARLIEST, Seconds, fixed_zone, show, zone
from incidentctl.errors import Problem

OPEN, DONE, SKIPPED, NOT_NEEDED = "open", "done", "skipped", "not-needed"
RULED_OUT, CONFIRMED = "ruled-out", "confirmed"
#: What is known of an action beside DONE.
STARTED, FAILED, UNKNOWN = "started", "failed", "unknown"

#: Where the response stands while an incident is open; it begins with the first.
PHASES = ("triage", "investigating", "identified", "monitoring")
RESOLVED, CANCELLED, CLOSED = "resolved", "cancelled", "closed"
#: The moments that people mark; metrics are computed from them.
MOMENTS = ("started", "detected", "acknowledged", "mitigated")
#: What is recorded so much later than it happened was told afterwards.
_AFTERWARDS = timedelta(minutes=1)
#: The beginnings of the kinds that a receiver records by itself.
OF_MACHINES = ("action-", "alert-")


def is_alert(by: str) -> bool:
    """Say whether an event's author is a source of alerts, and nobody who could respond."""
    return by.startswith("alert:")


class Held(NamedTuple):
    """Somebody held a role; `until` is None while they do."""

    role: str
    person: str
    name: str | None
    since: datetime
    until: datetime | None = None


class Offer(NamedTuple):
    """Command that was offered to somebody."""

    event: str
    person: str
    name: str | None
    at: datetime
    by: str


class Mark(NamedTuple):
    """What was last said about a step, by which event."""

    state: str
    event: str
    at: datetime
    by: str
    note: str | None = None
    link: str | None = None


class Step(NamedTuple):
    """A step of the checklist; `number` counts from 1 in the order shown."""

    number: int
    id: str
    title: str
    purpose: str | None
    role: str
    every: int | None
    action: str | None
    runbook: str
    state: str
    mark: Mark | None
    """Who did or skipped it, when, with which note and link; None while nobody did."""


class ActionRun(NamedTuple):
    """What an action of a step or an announcement has sent, or tried to: its newest attempt."""

    key: str
    step: str | None
    announcement: str | None
    uses: str
    to: str
    recipient: str | None
    """Who was on call as it was sent."""
    state: str
    """started, done, failed, or unknown: it may have been done."""
    event: str
    at: datetime
    by: str
    attempts: int
    link: str | None = None
    ident: str | None = None
    reason: str | None = None
    retry_at: datetime | None = None


class Task(NamedTuple):
    """Work for somebody; `id` is what later events call it."""

    number: int
    id: str
    title: str
    role: str | None
    person: str | None
    done: Mark | None


class Hypothesis(NamedTuple):
    """What somebody thinks it is: open, ruled-out or confirmed."""

    number: int
    id: str
    text: str
    at: datetime
    by: str
    state: str = OPEN
    decided_by: str | None = None
    reason: str | None = None


class Update(NamedTuple):
    """A status update that was posted."""

    event: str
    at: datetime
    by: str
    text: str
    public: bool
    next_at: datetime | None
    due: datetime | None = None
    """When it was due; None where nothing asked for it."""
    received: datetime | None = None
    """When others had it, where the clock of its author runs ahead; else None."""
    phase: str = PHASES[0]
    """The status of the response as it was posted."""
    states: tuple[str, ...] = ()
    """What it says of product areas on the status page, `area=state` each."""
    headline: str | None = None
    """What it calls the incident on the status page."""

    @property
    def counted(self) -> datetime:
        """The moment that the clock of the updates counts from."""
        return self.received or self.at

    @property
    def announced(self) -> datetime | None:
        """When it said that the next one comes, by the clock that it is counted with."""
        return self.next_at and self.next_at - (self.at - self.counted)


def page_words(headline: str | None, states: tuple[str, ...]) -> str:
    """Say what an update says on the status page: `Payments fail; checkout degraded performance`.

    Empty if it says nothing.
    """
    parts = (each.rpartition("=") for each in states)
    words = (f"{area} {state.replace('_', ' ')}" for area, _, state in parts)
    return "; ".join([*([headline] if headline else []), *words])


class Link(NamedTuple):
    """An address that responders need."""

    event: str
    label: str
    url: str


class Relation(NamedTuple):
    """Another incident that has to do with this one."""

    incident: str
    relation: str


class Over(NamedTuple):
    """A time in which it was over, until somebody reopened it."""

    since: datetime
    until: datetime
    missed_update: datetime | None = None
    """When the update was due that had not come as it ended; None where none was due by then."""


class StatusChange(NamedTuple):
    """From here on the response, or the incident, was in another state."""

    status: str
    at: datetime


class SeverityChange(NamedTuple):
    """From here on it was said to be as bad as this."""

    severity: str
    critical: bool
    confirmed: bool
    at: datetime


class Inject(NamedTuple):
    """An inject of a drill that was delivered."""

    number: int
    text: str
    at: datetime


class AttachedAlert(NamedTuple):
    """A group of alerts that belongs to an incident."""

    group: str
    title: str
    firing: bool
    since: datetime
    """When it was attached."""
    resolved: datetime | None = None
    """When its sender said that none of it fires; None while some does, and if that was before."""


class DrillPlay(NamedTuple):
    """A plan that is played in this incident, or was."""

    drill: str
    planned: bool
    started: datetime
    team: str | None = None
    conducted: bool = False
    """Whether who started it only conducts it, and hands command to those who respond."""
    injects: tuple[Inject, ...] = ()
    paused: datetime | None = None
    """Since when the clock of the injects stands still; None while it runs."""
    stood: float = 0.0
    """Seconds that it stood still before."""
    ended: datetime | None = None
    real: bool = False
    begins: datetime | None = None
    """The planned moment that its response counts from; known when it is over."""
    targets: tuple[int | None, int | None, int | None] = (None, None, None)
    """Seconds to the declaration, to a commander, to the first update; known when it is over."""
    attached: bool = False
    """Whether the plan came to a drill that those who respond had declared themselves."""

    @property
    def delivered(self) -> frozenset[int]:
        """The numbers of the delivered injects."""
        return frozenset(inject.number for inject in self.injects)


class StepPlan(NamedTuple):
    """A step as the runbook had it when it was attached."""

    id: str
    title: str
    purpose: str | None = None
    role: str = "commander"
    every: Seconds | None = None
    action: str | None = None


class TaskPlan(NamedTuple):
    """A task as the runbook had it when it was attached."""

    title: str
    role: str | None = None


class Attachment(NamedTuple):
    """A runbook that answers, in its version at the time of attachment."""

    event: str
    name: str
    title: str | None
    reason: str
    own: bool
    steps: tuple[StepPlan, ...]
    tasks: tuple[TaskPlan, ...]


class Entry(NamedTuple):
    """One event in the timeline; `number` names it: from 1, in the order of the record."""

    number: int
    event: str
    group: str
    at: datetime
    recorded: datetime
    by: str
    name: str | None
    kind: str
    text: str
    """A sentence, or the author's own words; from outside, so not yet cleaned."""
    retracted: bool = False
    amended: bool = False
    redacted: bool = False
    pinned: bool = False
    target: str | None = None
    """The event that a correction is about."""
    undoes: bool = False
    """Whether `undo` wrote it."""

    @property
    def told_afterwards(self) -> bool:
        """Whether it was recorded later than it happened, so that both times are shown."""
        return self.recorded - self.at > _AFTERWARDS


class Incident(NamedTuple):
    """One incident as its events tell it. Moments are aware, in UTC; spans are seconds.

    The fields down to `next_update` are keys of `show --json`, in this order. Without a value they
    are as they are while no event has said anything.
    """

    id: str
    kind: str
    title: str = "(not declared)"
    severity: str | None = None
    critical: bool = False
    confirmed: bool = False
    status: str = PHASES[0]
    open: bool = True
    declared: datetime = EARLIEST
    started: datetime | None = None
    detected: datetime | None = None
    acknowledged: datetime | None = None
    mitigated: datetime | None = None
    resolved: datetime | None = None
    closed: datetime | None = None
    ended: datetime | None = None
    """When it was resolved or cancelled; None while it is open."""
    duplicate_of: str | None = None
    declared_by: str = "unknown"
    reported_by: str | None = None
    category: str | None = None
    commander: str = "unknown"
    services: tuple[str, ...] = ()
    product_areas: tuple[str, ...] = ()
    owner: str | None = None
    tier: str | None = None
    reason: str | None = None
    """Why this process answers."""
    runbooks: tuple[Attachment, ...] = ()
    catalog_commit: str | None = None
    timezone: str = "UTC"
    summary: str | None = None
    impact: str | None = None
    next_update: datetime | None = None
    """When the next update is due; None when nothing asks for one, and when it is over."""

    update_every: int | None = None
    """Of the severity; `cadence` is what holds."""
    severity_changed: str | None = None
    """The event that made it another severity than the first; None while it is the first."""
    retrospective: str = "optional"
    retrospective_within: str | None = None
    cancelled: datetime | None = None
    ended_why: str | None = None
    retrospective_at: str | None = None
    """The retrospective that `close` named."""
    held: tuple[Held, ...] = ()
    duties: tuple[str, ...] = ()
    """What roles answer for, `role: duty` each, where the catalog said so."""
    roles_kept: bool = False
    roles_deferred: bool = False
    """Whether the other roles are assigned later, and not asked for first."""
    offer: Offer | None = None
    """Command that was offered and not yet accepted."""
    escalated: tuple[str, ...] = ()
    """The teams that were to be brought in, each once."""
    team: str | None = None
    individual: str | None = None
    catalog_problems: tuple[str, ...] = ()
    organisation: str | None = None
    utc_offset: int = 0
    steps: tuple[Step, ...] = ()
    actions: tuple[ActionRun, ...] = ()
    """What steps and announcements have sent, or tried to, in the order of the first attempts."""
    tasks: tuple[Task, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    updates: tuple[Update, ...] = ()
    cadence: int | None = None
    """How often an update is due, or None when nothing asks for any."""
    missed_update: datetime | None = None
    """When the update was due that had not come as it ended; None where none was due by then."""
    over: tuple[Over, ...] = ()
    """The times in which it was over before it was reopened, in order."""
    links: tuple[Link, ...] = ()
    related: tuple[Relation, ...] = ()
    alerts: tuple[AttachedAlert, ...] = ()
    """The groups of alerts that belong to it."""
    cause: str | None = None
    """What a rule declared it for; None where a person did."""
    former: str | None = None
    """The incident of the same cause before it."""
    statuses: tuple[StatusChange, ...] = ()
    """Every status that it had, in the order of the record; a later one stands from its moment."""
    severities: tuple[SeverityChange, ...] = ()
    """Every severity that it had, in the same way."""
    drill: DrillPlay | None = None
    """The plan that it plays; None for an incident, and for a drill without a plan."""
    entries: tuple[Entry, ...] = ()
    """Every event, in the order of the record."""
    problems: tuple[Problem, ...] = ()

    @property
    def zone(self) -> tzinfo:
        """The organisation's zone at declaration, with its rules for each moment."""
        try:
            return zone(self.timezone)
        except ValueError:  # no zone that this machine knows
            return self.pinned_zone

    @property
    def pinned_zone(self) -> tzinfo:
        """The offset that `zone` had at declaration, for what has to be equal in every clone."""
        return fixed_zone(self.utc_offset)

    @property
    def opened(self) -> datetime:
        """When the response began: at the declaration, or at the last reopening."""
        return self.over[-1].until if self.over else self.declared

    @property
    def raised(self) -> datetime:
        """When it was declared, as people see it.

        What an alert declared has the time at which that began; who received it recorded the rest.
        """
        heard = [entry.recorded for entry in self.entries if entry.kind != "declared"]
        if not heard or not is_alert(self.declared_by):
            return self.declared
        return max(self.declared, min(heard))

    @property
    def known(self) -> datetime:
        """Since when people could know of it, or that it is open again."""
        return self.opened if self.over else self.raised

    @property
    def timeline(self) -> tuple[Entry, ...]:
        """Every event in the order in which it happened."""
        return tuple(sorted(self.entries, key=lambda entry: (entry.at, entry.event)))

    def holders(self, role: str) -> tuple[str, ...]:
        """Who holds a role now; the commander when nobody was assigned."""
        now = tuple(h.person for h in self.held if h.role == role and h.until is None)
        return now or (self.commander,)

    def assigned(self, role: str) -> bool:
        """Say whether a role is held by assignment, and not just by the commander."""
        return any(h.role == role and h.until is None for h in self.held)

    def answers_for(self, role: str) -> tuple[str, ...]:
        """Return what the holder of a role answers for: as the catalog had it."""
        pairs = (duty.partition(": ") for duty in self.duties)
        return tuple(d for name, _, d in pairs if name == role) or RESPONSIBILITIES.get(role, ())

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who took part: wrote, held a role, was assigned; no receiver of alerts."""
        found = {
            entry.by
            for entry in self.entries
            if not entry.retracted
            # A receiver records what it sent under its account: `receiver@host`.
            and not (entry.kind.startswith(OF_MACHINES) and "@" in entry.by)
        }
        found.update(held.person for held in self.held)
        found.update(task.person for task in self.tasks if task.person)
        if self.individual:
            found.add(self.individual)
        return tuple(sorted(each for each in found if not is_alert(each)))

    def time(self, moment: datetime) -> str:
        """Write a moment for people, in the organisation's zone."""
        return show(moment, self.zone)
