"""What happened to the incident as a whole: the facts of its life."""

from typing import NamedTuple

from incidentctl.domain.incident.facts.spans import Seconds


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
    update_every: Seconds | None = None
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
    runbooks: tuple[str, ...] | None = None
    """The runbooks that answer from here on; any other one no longer does."""


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
