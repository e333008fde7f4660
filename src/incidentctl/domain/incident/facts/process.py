"""The severity, what is affected, and which process and runbooks are used."""

from typing import NamedTuple

from incidentctl.domain.common.times import Seconds
from incidentctl.domain.incident.draft.draft import CONCURRENCY_WINDOW, Draft, DraftTask
from incidentctl.domain.incident.events import EffectiveEvent
from incidentctl.domain.incident.names import Names, joined
from incidentctl.domain.incident.redaction import REDACTED
from incidentctl.domain.incident.state import Attachment, SeverityChange, StepPlan, TaskPlan

#: The tier of one process for all incidents.
TIER_FOR_ALL = "single"

#: What two people clash about who set it at once; no role is called so.
_SEVERITY = "severity set"


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
    was: str | None = None
    """The severity before it, as the person saw it."""

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        """The newest severity applies, also of two that nobody saw together."""
        _compare(draft, self, event)
        draft.severity_set = event
        if draft.severity not in (None, self.severity):
            draft.set(severity_changed=event.id)
        draft.severity = self.severity
        draft.severities.add(self.severity)
        draft.changes.append(SeverityChange(self.severity, self.critical, self.confirmed, event.at))
        draft.update_every = self.update_every
        draft.set(
            severity=self.severity or None,
            critical=self.critical,
            confirmed=self.confirmed,
            update_every=self.update_every,
            retrospective=self.retrospective,
            retrospective_within=self.retrospective_within,
        )
        draft.new_cadence(event.at)

    def sentence(self, names: Names) -> str:
        doubt = "" if self.confirmed else ", unconfirmed"
        return joined(f"Severity {self.severity}{doubt}", self.reason)


def _compare(draft: Draft, fact: SeveritySet, event: EffectiveEvent) -> None:
    """Keep as a problem that somebody set a severity who had not seen the one before it."""
    last = draft.severity_set
    if fact.was is None or last is None:
        return
    if fact.was == draft.severity:
        draft.settled(_SEVERITY)
        return
    told_afterwards = any(
        each.event.recorded - each.at >= CONCURRENCY_WINDOW for each in (last, event)
    )
    if (
        last.by != event.by
        and fact.severity != draft.severity
        and fact.was not in draft.severities_taken_back
        and not told_afterwards
    ):
        draft.settled(_SEVERITY)
        draft.clash(
            _SEVERITY,
            f"{last.by} set the severity {draft.severity}, and {event.by} set {fact.severity} "
            f"without having seen that: {fact.severity} stands, until somebody sets it again.",
        )


class AffectedSet(NamedTuple):
    """What is affected, and whose it is; replaces what was said before."""

    services: tuple[str, ...] = ()
    product_areas: tuple[str, ...] = ()
    owner: str | None = None
    reason: str | None = None

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        draft.set(services=self.services, product_areas=self.product_areas, owner=self.owner)

    def sentence(self, names: Names) -> str:
        services = ", ".join(self.services) or "no service named"
        areas = f"; product area {', '.join(self.product_areas)}" if self.product_areas else ""
        owner = f"; owner {self.owner}" if self.owner else ""
        return f"Affected: {services}{areas}{owner}"


class CategorySet(NamedTuple):
    """What sort of incident it is, such as security; replaces what was said before."""

    category: str

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        draft.set(category=self.category)

    def sentence(self, names: Names) -> str:
        return f"Category: {self.category}"


class ProcessResolved(NamedTuple):
    """Which process answers, and why; the catalog it was read from."""

    tier: str
    reason: str
    catalog_commit: str | None = None
    problems: tuple[str, ...] = ()
    """What was wrong with the catalog; shown with the incident, too."""
    runbooks: tuple[str, ...] | None = None
    """The runbooks that answer from here on; any other one no longer does."""
    roles: tuple[str, ...] | None = None
    """What roles answer for, `role: duty` each; None where it is as with the standard roles."""

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        draft.process = event
        if severity := self.severity:
            draft.answers[severity] = self
        draft.set(
            tier=self.tier or None,
            reason=self.reason or None,
            catalog_commit=self.catalog_commit,
            catalog_problems=self.problems,
            duties=self.roles or (),
        )

    def sentence(self, names: Names) -> str:
        return f"Process ({self.tier}): {self.reason}"

    @property
    def severity(self) -> str | None:
        """The severity that the process was chosen for: its reason begins with that."""
        words = self.reason.split(maxsplit=1)
        return words[0].removesuffix(":") if words else None


class RunbookAttached(NamedTuple):
    """A runbook is used from here on; the newest attachment of a name applies."""

    runbook: str
    reason: str
    steps: tuple[StepPlan, ...] = ()
    tasks: tuple[TaskPlan, ...] = ()
    title: str | None = None
    own: bool = True
    """Whether it is the case's own runbook and not a fallback."""

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        _detach(draft, self.runbook)
        draft.attached[self.runbook] = Attachment(
            event.id, self.runbook, self.title, self.reason, self.own, self.steps, self.tasks
        )
        draft.repeats.attach(self.steps)
        for index, plan in enumerate(self.tasks):
            # One task however often its runbook comes again; but blanked titles tell nothing.
            ident = f"{event.id}-{index + 1}"
            key = plan.title.casefold() if plan.title != REDACTED else ident
            first = draft.task_ids.setdefault(f"plan:{key}", ident)
            draft.task_ids[ident] = first
            task = draft.tasks.get(first) or DraftTask(first, plan.title, plan.role, wanted=0)
            draft.tasks[first] = task._replace(wanted=task.wanted + 1)
        draft.new_cadence(event.at)

    def sentence(self, names: Names) -> str:
        # The reason stands in the process that was resolved with it.
        fallback = "" if self.own else " (a fallback)"
        return f"Runbook attached: {self.title or self.runbook}{fallback}"


class RunbookDetached(NamedTuple):
    """A runbook no longer answers; its open steps are not needed, the done ones stay done."""

    runbook: str
    reason: str | None = None

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        if _detach(draft, self.runbook):  # two people may detach it, or undo what had attached it
            draft.new_cadence(event.at)

    def sentence(self, names: Names) -> str:
        return joined(f"Runbook {self.runbook} detached", self.reason)


def _detach(draft: Draft, runbook: str) -> bool:
    """Let a runbook answer no longer; say whether it did."""
    before = draft.attached.pop(runbook, None)
    if before is None:
        return False
    draft.gone.append(before)
    draft.repeats.detach(before.steps)
    for index in range(len(before.tasks)):
        first = draft.task_ids[f"{before.event}-{index + 1}"]
        task = draft.tasks[first]
        draft.tasks[first] = task._replace(wanted=task.wanted - 1)
    return True


def settle(draft: Draft) -> None:
    """Apply what only all events together say about the process that answers.

    Detach every runbook that the newest resolution of the process does not name: two people may
    have changed the severity at once, each knowing only what was attached before.
    """
    if draft.process is not None:
        process = draft.process.fact
        if process.runbooks is not None:
            kept = set(process.runbooks)
            for name in [name for name in draft.attached if name not in kept]:
                _detach(draft, name)
                draft.new_cadence(draft.process.at)
        _check_severity(draft, process)


def _check_severity(draft: Draft, process: ProcessResolved) -> None:
    """Keep as a problem that the process was chosen for another severity than the one that stands.

    Two people changed them at once, or one took a change back that the other had relied on. It is
    none where both severities have the same runbooks.
    """
    before, stands = process.severity, draft.severity
    if stands is None or before == stands or before not in draft.severities:
        return
    known = draft.answers.get(stands)
    if known is None:
        same = process.tier == TIER_FOR_ALL
    else:
        same = set(known.runbooks or ()) == set(process.runbooks or ())
    if not same:
        advice = f" Set the severity {stands} again to get the process that fits."
        draft.problem(
            f"The process that answers was chosen for {before}, and {stands} stands."
            f"{advice if draft.end is None else ''}"
        )
