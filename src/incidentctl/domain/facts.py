"""The facts that an event can state: one small immutable class per kind.

A fact is in the past tense and states one thing, so that the concurrent facts of two people both
stand. They are named tuples and not dataclasses: 40 of them cost 3 ms of start-up instead of 17,
and `incidentctl log` pays it each time (docs/decisions/0002).

Spans are whole seconds, moments are text as `times.iso` writes them.
"""

from __future__ import annotations

from typing import NamedTuple


class StepPlan(NamedTuple):
    """A step as the runbook had it when it was attached."""

    id: str
    title: str
    purpose: str | None = None
    role: str = "commander"
    every: int | None = None
    action: str | None = None


class TaskPlan(NamedTuple):
    """A task as the runbook had it when it was attached."""

    title: str
    role: str | None = None


# --- what happened to the incident as a whole -------------------------------------------------


class Declared(NamedTuple):
    """An incident was declared; its author commands it."""

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


class TitleSet(NamedTuple):
    """The incident got another title."""

    title: str


class SeveritySet(NamedTuple):
    """How bad it is; `confirmed` once a person has said so."""

    severity: str
    critical: bool = False
    confirmed: bool = False
    update_every: int | None = None
    retrospective: str = "optional"
    """required, suggested or optional."""
    retrospective_within: str | None = None
    reason: str | None = None


class AffectedSet(NamedTuple):
    """What is affected, and whose it is; replaces what was said before."""

    services: tuple[str, ...] = ()
    product_areas: tuple[str, ...] = ()
    owner: str | None = None
    reason: str | None = None


class ProcessResolved(NamedTuple):
    """Which process answers, and why; the catalog it was read from."""

    tier: str
    reason: str
    catalog_commit: str | None = None
    problems: tuple[str, ...] = ()
    """What was wrong with the catalog, told once more to whoever reads the incident."""


class RunbookAttached(NamedTuple):
    """A runbook answers from here on; the newest attachment of a name counts."""

    runbook: str
    reason: str
    steps: tuple[StepPlan, ...] = ()
    tasks: tuple[TaskPlan, ...] = ()
    title: str | None = None
    own: bool = True
    """Whether it is the case's own runbook and not a fallback."""


class RunbookDetached(NamedTuple):
    """A runbook no longer answers; its open steps are not needed, the done ones stay done."""

    runbook: str
    reason: str | None = None


class StatusSet(NamedTuple):
    """Where the response stands: triage, investigating, identified or monitoring."""

    status: str


class MomentMarked(NamedTuple):
    """When something happened (the event's `at`): started, detected, acknowledged, mitigated."""

    moment: str


class Resolved(NamedTuple):
    """The incident is over."""

    text: str | None = None


class Reopened(NamedTuple):
    """It was not over."""

    reason: str


class Cancelled(NamedTuple):
    """It was none, or is handled as another one."""

    reason: str | None = None
    duplicate_of: str | None = None


class Closed(NamedTuple):
    """Nothing is left to do."""

    reason: str | None = None
    retrospective: str | None = None


# --- people --------------------------------------------------------------------------------------


class RoleAssigned(NamedTuple):
    """Somebody holds a role from here on."""

    role: str
    person: str
    person_name: str | None = None


class RoleReleased(NamedTuple):
    """Somebody no longer holds a role; the commander holds it until it is assigned."""

    role: str
    person: str


class RolesKept(NamedTuple):
    """The commander holds every role, on purpose."""


class TeamAssigned(NamedTuple):
    """The team that responds; may be another than the owner."""

    team: str


class IndividualAssigned(NamedTuple):
    """The one person that a small incident is assigned to."""

    person: str
    person_name: str | None = None


# --- work ----------------------------------------------------------------------------------------


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


# --- what people say -----------------------------------------------------------------------------


class Noted(NamedTuple):
    """Something that people should know; `command` and `exit_code` when it is a command's output.

    A long text comes as several events of one action, numbered `part` of `parts` from 1.
    """

    text: str
    pinned: bool = False
    command: str | None = None
    exit_code: int | None = None
    part: int | None = None
    parts: int | None = None


class HypothesisProposed(NamedTuple):
    """What we think it is; the event's id names the hypothesis."""

    text: str


class HypothesisRuledOut(NamedTuple):
    """It is not that."""

    hypothesis: str
    reason: str | None = None


class HypothesisConfirmed(NamedTuple):
    """It is that."""

    hypothesis: str
    reason: str | None = None


class UpdatePosted(NamedTuple):
    """A status update; restarts the cadence clock."""

    text: str
    public: bool = False
    next_at: str | None = None


class UpdateSnoozed(NamedTuple):
    """The next update is due only then."""

    until: str


class SummarySet(NamedTuple):
    """What happened, in a sentence or two."""

    text: str


class ImpactSet(NamedTuple):
    """Who is hit, and how."""

    text: str


class Linked(NamedTuple):
    """An address that responders need: channel, bridge, ticket, dashboard, ..."""

    label: str
    url: str


class Related(NamedTuple):
    """Another incident that has to do with this one."""

    incident: str
    relation: str = "related"


# --- corrections ---------------------------------------------------------------------------------


class Retracted(NamedTuple):
    """An earlier event does not hold; it stays in the record."""

    event: str
    reason: str | None = None


class Amended(NamedTuple):
    """The text of an earlier event, put right; None leaves text or moment as it was."""

    event: str
    text: str | None = None
    moment: str | None = None


class Redacted(NamedTuple):
    """The free text of an earlier event must not be shown any more."""

    event: str
    reason: str | None = None


class Unknown(NamedTuple):
    """A kind or a form that this program does not know; kept, and shown as it is."""

    kind: str
    fields: str
    """The other fields, as JSON."""
