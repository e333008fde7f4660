"""`report`: the figures of a period's incidents, read from the record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from incidentctl.app.drill.score import as_json as score_as_json
from incidentctl.app.incident.filters import Names
from incidentctl.app.incident.injects import plan_of
from incidentctl.app.incident.query import period_edge
from incidentctl.app.learn.readiness import team_scores
from incidentctl.app.record.looked import read_first
from incidentctl.app.workspace.html_page import Page
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.catalog.score import NO, UNKNOWN, TeamScore
from incidentctl.domain.common.times import iso
from incidentctl.domain.drill.score import Score, score
from incidentctl.domain.incident.head import Head, fold
from incidentctl.domain.incident.state import CLOSED, Incident
from incidentctl.domain.learn.metrics import Metrics, Scope, TeamPractice, by_team, measure
from incidentctl.domain.learn.monthly import trend
from incidentctl.domain.learn.parts import NONE, Part, Trend
from incidentctl.domain.learn.statistics import Figure
from incidentctl.errors import Problem, UsageError

USUAL = timedelta(days=90)


class Wanted(NamedTuple):
    """The scope of the report, as the user typed it."""

    since: str | None = None
    until: str | None = None
    severity: str | None = None
    area: str | None = None
    service: str | None = None
    kind: str | None = None
    team: str | None = None


class Report(NamedTuple):
    """The figures, their incidents, and the unreadable events."""

    metrics: Metrics
    incidents: tuple[Incident, ...]
    problems: tuple[tuple[str, Problem], ...]
    scores: tuple[Score, ...]
    """The scores of the drills in the period."""
    practice: tuple[TeamPractice, ...]
    """The drills of the period by team."""
    trend: Trend
    """The incidents by month, in the user's zone, by severity and by team."""
    readiness: tuple[TeamScore, ...]
    """How ready the teams are now; of one team, if the report is about it."""
    restricted: int
    """How many restricted incidents are left out: reports are passed around."""


def report(workspace: Workspace, wanted: Wanted) -> Report:
    """Read the incidents in scope and compute their figures.

    UsageError for an invalid period, NotFoundError for an unknown name.
    """
    read_first(workspace)
    now = workspace.now()
    everything = workspace.record.heads()
    restricted_ids = workspace.record.restricted_ids()  # after the heads, to include new ones
    heads = [head for head in everything if head.id not in restricted_ids]
    scope = _scope(workspace, wanted, heads, now)
    incidents, problems = [], []
    covered = sorted(head.id for head in heads if scope.covers(head))
    for ident, events, faults in workspace.record.many_events(covered):
        incidents.append(fold(ident, events, problems=faults, entries=False))
        problems += [(ident, fault) for fault in faults]
    incidents = sorted((i for i in incidents if scope.covers(i)), key=lambda i: (i.declared, i.id))
    scores, practice, void = _scores(workspace, scope, heads)
    played = [head for head in heads if head.id not in void]
    figures = measure(incidents, played, scope, now=now)
    restricted = sum(head.id in restricted_ids and scope.covers(head) for head in everything)
    zone = workspace.speaker_zone(workspace.actor(None))
    return Report(
        figures,
        tuple(incidents),
        tuple(problems),
        scores,
        practice,
        trend(incidents, scope, zone, now=now),
        team_scores(workspace, team=scope.team),
        restricted,
    )


def _scores(
    workspace: Workspace, scope: Scope, heads: list[Head]
) -> tuple[tuple[Score, ...], tuple[TeamPractice, ...], frozenset[str]]:
    """Return the scores of the period's drills, who played, and the ids of those not played.

    A drill closed after it was cancelled was not played; its head does not show that.
    """
    drills = scope.drills(heads)
    wanted = [h.id for h in drills if h.status == CLOSED or h.declared >= scope.since]
    read = workspace.record.many_events(sorted(wanted))
    folded = [fold(ident, events, problems=faults, entries=False) for ident, events, faults in read]
    void = frozenset(one.id for one in folded if one.cancelled is not None)
    held = [one for one in folded if one.id not in void and one.declared >= scope.since]
    scores = sorted(
        (score(one, plan_of(workspace, one)) for one in held),
        key=lambda each: (each.begin, each.incident),
    )
    return tuple(scores), by_team(held), void


def _scope(workspace: Workspace, wanted: Wanted, heads: list[Head], now: datetime) -> Scope:
    who, until = workspace.actor(None), now
    if wanted.until:
        until = min(now, period_edge(workspace, wanted.until, who, option="--until", ahead=True))
    since = until - USUAL
    if wanted.since:
        since = period_edge(workspace, wanted.since, who, option="--since")
    if since >= until:
        raise UsageError(f"The period ends at {iso(until)}, before it begins at {iso(since)}.")
    names = Names(workspace, heads)
    scope = Scope(
        since,
        until,
        severity=names.severity(wanted.severity),
        area=names.area(wanted.area),
        service=names.service(wanted.service),
        team=names.team(wanted.team),
    )
    kind = names.kind(wanted.kind)
    return scope if kind is None else scope._replace(kinds=(kind,))


def as_json(found: Report) -> dict[str, Any]:
    """Return the figures as plain values; spans are seconds, shares from 0 to 1."""
    metrics = found.metrics
    scope, updates, drills = metrics.scope, metrics.updates, metrics.drills
    return {
        "since": iso(scope.since),
        "until": iso(scope.until),
        "kinds": list(scope.kinds),
        "severity": scope.severity,
        "area": scope.area,
        "service": scope.service,
        "team": scope.team,
        "incidents": metrics.incidents,
        "restricted": found.restricted,
        "still_open": metrics.still_open,
        "cancelled": metrics.cancelled,
        "by_severity": [counted._asdict() for counted in metrics.by_severity],
        "by_status": [counted._asdict() for counted in metrics.by_status],
        "by_area": [counted._asdict() for counted in metrics.by_area],
        "reported_by_customers": {
            "customers": metrics.by_customers.part,
            "known": metrics.by_customers.whole,
            "share": metrics.by_customers.share,
            "reason": metrics.by_customers.reason,
        },
        "took": {name: figure._asdict() for name, figure in took(metrics)},
        "updates": updates._asdict(),
        "load": [{**load._asdict(), "roles": dict(load.roles)} for load in metrics.load],
        "returning": [
            {"service": each.service, "incidents": list(each.incidents)}
            for each in metrics.returning
        ],
        "steps": [step._asdict() for step in metrics.steps],
        "drills": {
            **drills._asdict(),
            "last_at": iso(drills.last_at) if drills.last_at else None,
            "scores": [score_as_json(each) for each in found.scores],
            "by_team": [
                {"team": each.team, "drills": each.drills, "last_at": iso(each.last_at)}
                for each in found.practice
            ],
        },
        "trend": {
            name: [_part_as_json(each) for each in parts]
            for name, parts in found.trend._asdict().items()
        },
        "readiness": [
            {
                "team": each.team,
                "percent": each.percent,
                "passed": each.passed,
                "counted": each.counted,
                "no": each.named(NO),
                "unknown": each.named(UNKNOWN),
            }
            for each in found.readiness
        ],
        "problems": [
            {"incident": ident, "code": problem.code, "message": problem.message}
            for ident, problem in found.problems
        ],
    }


def _part_as_json(part: Part) -> dict[str, Any]:
    return {
        "name": None if part.name == NONE else part.name,
        "incidents": part.metrics.incidents,
        "took": {name: figure._asdict() for name, figure in took(part.metrics)},
        "updates": part.metrics.updates._asdict(),
    }


def page(workspace: Workspace, found: Report) -> Page:
    """Return the figures as an HTML page with plots, in the user's zone."""
    from incidentctl.render.learn.report_html import BEGINS, report_html

    zone = workspace.speaker_zone(workspace.actor(None))
    text = report_html(
        found.metrics,
        found.trend,
        zone,
        now=workspace.now(),
        scores=found.scores,
        practice=found.practice,
        readiness=found.readiness,
    )
    return Page(text, BEGINS)


def took(metrics: Metrics) -> tuple[tuple[str, Figure], ...]:
    """Return the response times by name, in their order."""
    return tuple(
        (name, getattr(metrics, name)) for name in ("detect", "acknowledge", "mitigate", "resolve")
    )
