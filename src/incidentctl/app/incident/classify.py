"""What follows from the catalog: severity, what is affected, owner, process and runbooks.

`declare` and later changes of severity or services both use this.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.catalog.affected import resolve_affected
from incidentctl.domain.catalog.model import DEFAULT_SEVERITY, Catalog
from incidentctl.domain.catalog.roles import unusual_duties
from incidentctl.domain.catalog.runbook import Runbook
from incidentctl.domain.catalog.severity import Severity
from incidentctl.domain.common.text import did_you_mean, one_line
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide.lifecycle import ensure_open
from incidentctl.domain.incident.event_json import fits
from incidentctl.domain.incident.state import NOT_NEEDED, OPEN, Incident, StepPlan, TaskPlan
from incidentctl.domain.process.built_in import SINGLE
from incidentctl.domain.process.resolution import AreaRunbook, Case, Resolution, resolve
from incidentctl.errors import NotFoundError, Problem

#: Categories that are valid without a runbook: `declare --help` names them.
USUAL = ("security", "data-loss", "vendor")
#: What an importance means, as whoever declares is asked for it.
IMPORTANCE = {
    "1": "the business stops without it",
    "2": "most customers need it",
    "3": "many customers need it",
    "4": "some customers need it",
    "5": "only we need it",
}


class Classified(NamedTuple):
    """What to record about an incident, and notes for the user."""

    facts: tuple[Any, ...]
    severity: str
    notes: tuple[str, ...] = ()


class Reclassified(NamedTuple):
    """What was recorded, the incident afterwards, and which steps came and went, by title."""

    recorded: Recorded
    incident: Incident
    new_steps: tuple[str, ...]
    dropped: tuple[str, ...]
    """The open ones that the new process does not have."""


def reclassify(
    response: Response,
    *,
    severity: str | None = None,
    affects: Sequence[str] | None = None,
    category: str | None = None,
    reason: str | None = None,
) -> Reclassified:
    """Change the severity of an open incident, what is affected, or its category.

    The process follows.

    NotFoundError for names that are not in the catalog.
    """
    before = response.incident
    ensure_open(before)
    classified = classify(
        response.workspace,
        before,
        severity=severity,
        affects=affects,
        category=category,
        reason=reason,
    )
    if classified.notes:
        raise NotFoundError(" ".join(classified.notes))
    found = list(classified.facts)
    if category:
        summary = f"category {category}"
        found.insert(0, facts.CategorySet(category))
    elif severity:
        summary = f"severity {classified.severity}"
    else:
        summary = affects_in_words(next(f for f in found if isinstance(f, facts.AffectedSet)))
    recorded = response.record(found, summary)
    there = {step.id for step in before.steps}
    after = response.incident
    added = tuple(step.title for step in after.steps if step.id not in there)
    opened = {step.id for step in before.steps if step.state == OPEN}
    dropped = [s.title for s in after.steps if s.id in opened and s.state == NOT_NEEDED]
    return Reclassified(recorded, after, added, tuple(dropped))


def find_severity(catalog: Catalog, stated: str) -> Severity | None:
    """Return the severity that a user typed: `SEV1`, `sev1`, or just `1`."""
    scale = catalog.scale
    return scale.get(stated) or (scale.get(f"SEV{stated}") if stated.isdigit() else None)


def known_importance(catalog: Catalog, affects: Sequence[str]) -> int | None:
    """Return how important the most important of some services is; None if nobody stated that."""
    named = resolve_affected(catalog, affects).services
    stated = [catalog.services[name].importance for name in named]
    return min((value for value in stated if value), default=None)


def scale_step(catalog: Catalog, suggested: str | None) -> Severity:
    """Return the severity that was suggested, else the default one."""
    return (suggested and catalog.scale.get(suggested)) or catalog.default_severity()


def severity_fact(
    severity: Severity, *, confirmed: bool, reason: str | None = None, was: str | None = None
) -> Any:
    """Make the fact of a severity, with all that the log and the clock need of it."""
    every = severity.update_every
    return facts.SeveritySet(
        severity.name,
        critical=severity.critical,
        confirmed=confirmed,
        update_every=int(every.total_seconds()) if every else None,
        retrospective=severity.retrospective.word,
        retrospective_within=severity.retrospective.within,
        reason=reason,
        was=was,
    )


def affected_fact(
    catalog: Catalog, words: Sequence[str]
) -> tuple[facts.AffectedSet, tuple[str, ...]]:
    """Make the fact of what is affected, with a sentence for each word that is unknown."""
    named = resolve_affected(catalog, words)
    fact = facts.AffectedSet(named.services, named.product_areas, named.owner, named.reason)
    return fact, named.unknown


def affects_in_words(affected: facts.AffectedSet) -> str:
    """Say what was understood: the names of the catalog, and not the words that led there."""
    return f"affects {', '.join(dict.fromkeys((*affected.services, *affected.product_areas)))}"


def classify(
    workspace: Workspace,
    incident: Incident,
    *,
    severity: str | None = None,
    suggested: str | None = None,
    affects: Sequence[str] | None = None,
    category: str | None = None,
    reason: str | None = None,
    problems: Sequence[str] = (),
) -> Classified:
    """Decide what a declaration or a change records about an incident, and which runbooks apply.

    None leaves severity or services unchanged, or takes the suggested severity, else the default,
    if they are not set yet.
    Unknown names lead to `notes`, never to a refusal. `problems` are recorded with those of the
    catalog.
    """
    catalog: Catalog = workspace.catalog
    found: list[Any] = []
    notes: list[str] = []
    if affects is not None:
        affected, unknown = affected_fact(catalog, affects)
        notes += unknown
        areas = affected.product_areas
        found.append(affected)
    else:
        areas = incident.product_areas
    name = incident.severity
    if severity is not None or name is None:
        level = find_severity(catalog, severity) if severity else None
        if severity and level is None:
            notes.append(unknown_severity(catalog, severity))
        confirmed = level is not None
        if level is not None or name is None:
            level = level or scale_step(catalog, suggested)
            name = level.name
            was = incident.severity
            found.append(severity_fact(level, confirmed=confirmed, reason=reason, was=was))
    if category and (note := _unknown_category(catalog, category)):
        notes.append(note)
    case = Case(name or DEFAULT_SEVERITY, areas, category or incident.category)
    found += process_facts(workspace, incident, _answered(resolve(catalog, case)), problems)
    return Classified(tuple(found), case.severity, tuple(notes))


def raised(
    workspace: Workspace,
    incident: Incident,
    severity: str | None,
    services: Sequence[str],
    why: str,
) -> list[Any]:
    """Return what raises an open incident to a severity that nobody confirmed, and adds services.

    A severity that is no worse than its own changes nothing, nor does a service that it has.
    """
    catalog: Catalog = workspace.catalog
    found: list[Any] = []
    named = resolve_affected(catalog, services)
    areas = incident.product_areas
    known = (*incident.services, *incident.product_areas)
    if any(each not in known for each in (*named.services, *named.product_areas)):
        affected, _ = affected_fact(catalog, [*known, *services])
        areas = affected.product_areas
        found.append(affected)
    scale = [each.name for each in catalog.scale.severities]
    before = scale.index(incident.severity) if incident.severity in scale else len(scale)
    name = incident.severity or DEFAULT_SEVERITY
    if severity in scale and scale.index(severity) < before:
        level = scale_step(catalog, severity)
        name = level.name
        found.append(severity_fact(level, confirmed=False, reason=why))
    if found:
        case = Case(name, areas, incident.category)
        found += process_facts(workspace, incident, _answered(resolve(catalog, case)), ())
    return found


def _answered(resolution: Resolution) -> Resolution:
    """Use the built-in process where no runbook applies: nobody is left without steps."""
    if resolution.runbooks:
        return resolution
    reason = f"{resolution.reason} The built-in process is used meanwhile."
    return resolution._replace(answers=(AreaRunbook(None, SINGLE, own=False, reason=reason),))


def unknown_severity(catalog: Catalog, stated: str) -> str:
    """Return a note that a severity does not exist, and which was probably meant."""
    names = [severity.name for severity in catalog.scale.severities]
    near = did_you_mean(stated, names)
    meant = f"Did you mean {near!r}?" if near else f"There are {', '.join(names)}."
    return f"There is no severity {one_line(stated)!r}. {meant}"


def _unknown_category(catalog: Catalog, stated: str) -> str | None:
    """Return a note that a category is unknown, with a suggestion; None if it is known."""
    own = [name for r in catalog.runbooks.values() for name in r.applies_to.categories]
    known = list(dict.fromkeys((*own, *USUAL)))
    if stated.casefold() in map(str.casefold, known):
        return None
    near = did_you_mean(stated, known)
    others = f" There are {', '.join(dict.fromkeys(own))}." if own else ""
    meant = f" Did you mean {near!r}?" if near else others
    return f"No runbook is for the category {one_line(stated)!r}.{meant}"


def catalog_errors(workspace: Workspace) -> list[str]:
    """Return the faults of the team's files with their places, a sentence each."""
    errors = [p for p in workspace.catalog_problems if p.severity == "error"]
    return [f"{_place(p)}{p.message}" for p in errors]


def _place(problem: Problem) -> str:
    """Return the file, line and column of a problem, as far as they are known."""
    where = [str(part) for part in (problem.path, problem.line, problem.column) if part]
    return ":".join(where) + ": " if where else ""


def process_facts(
    workspace: Workspace, incident: Incident, resolution: Resolution, problems: Sequence[str]
) -> list[Any]:
    """Return the facts of the process from now on: all of them, or none when nothing changes.

    All of them, because somebody else may change or undo the process at the same time.
    """
    errors = catalog_errors(workspace)
    noted = [*problems, *errors[:5]]
    attachments: dict[str, facts.RunbookAttached] = {}
    for answer in resolution.answers:
        if answer.runbook is not None:
            fact = attached_fact(answer.runbook, answer.reason, own=answer.own)
            if fact.runbook != answer.runbook.name:
                noted.append(f"The runbook {answer.runbook.name} is too large to be attached.")
            attachments.setdefault(fact.runbook, fact)
    resolved = facts.ProcessResolved(
        resolution.tier,
        resolution.reason,
        workspace.catalog_commit(),
        tuple(noted) or incident.catalog_problems,
        tuple(attachments),
        unusual_duties(workspace.catalog.roles) or None,
    )
    now = {a.name: (a.title, a.own, a.steps, a.tasks) for a in incident.runbooks}
    wanted = {f.runbook: (f.title, f.own, f.steps, f.tasks) for f in attachments.values()}
    # A commit of the catalog that says the same of this case is none of its news.
    same = (
        (resolved.tier, resolved.reason, resolved.problems, resolved.roles or ())
        == (incident.tier, incident.reason, incident.catalog_problems, incident.duties)
    )  # fmt: skip
    if now == wanted and same:
        return []
    gone = [facts.RunbookDetached(name) for name in now if name not in wanted]
    return [resolved, *attachments.values(), *gone]


def attached_fact(runbook: Runbook, reason: str, *, own: bool) -> facts.RunbookAttached:
    """Make the fact of a runbook with every step, as it is now.

    If it is too large for an event, its purposes are left out; if that is not enough, the
    built-in single process replaces it, because nobody may be left without steps.
    """
    fact = _attached(runbook, reason, own=own)
    if fits(fact):
        return fact
    bare = tuple(step._replace(purpose=None) for step in fact.steps)
    fact = fact._replace(steps=bare)
    return fact if fits(fact) else _attached(SINGLE, reason, own=False)


def _attached(runbook: Runbook, reason: str, *, own: bool) -> facts.RunbookAttached:
    return facts.RunbookAttached(
        runbook.name,
        reason,
        steps=tuple(
            StepPlan(
                step.id,
                step.title,
                step.purpose,
                step.role,
                int(step.every.total_seconds()) if step.every else None,
                step.action.uses if step.action else None,
            )
            for step in runbook.steps
        ),
        tasks=tuple(TaskPlan(task.title, task.role) for task in runbook.tasks),
        title=runbook.title,
        own=own,
    )
