"""The report of a period as one HTML page: plots and the tables of what they show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from incidentctl.domain.catalog.score import CRITERIA, NO, UNKNOWN, TeamScore
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import show
from incidentctl.domain.drill.score import Score
from incidentctl.domain.learn.metrics import Metrics, TeamPractice
from incidentctl.domain.learn.parts import Part, Trend
from incidentctl.domain.learn.statistics import FEWEST
from incidentctl.render.html import page
from incidentctl.render.learn import plots
from incidentctl.render.learn import report_tables as tables
from incidentctl.render.learn.report_text import before_its_end

#: The start of a page; only a file that starts so may be overwritten.
BEGINS = "<!doctype html>\n<!-- Written by `incidentctl report --html`. -->\n"
#: What is drawn with a row for each severity and team.
_OF_PARTS = ("acknowledge", "mitigate", "resolve")


def report_html(
    metrics: Metrics,
    trend: Trend,
    local: tzinfo,
    *,
    now: datetime,
    scores: Sequence[Score] = (),
    practice: Sequence[TeamPractice] = (),
    readiness: Sequence[TeamScore] = (),
) -> str:
    """Write the page; moments in the zone `local`. It loads nothing and runs nothing."""
    months = trend.months
    names = plots.severities(months)
    legend = [plots.shown_severity(name) for name in names[: plots.COLOURS]]
    if len(names) > plots.COLOURS:
        legend[-1] = f"the other {len(names) - plots.COLOURS + 1}"
    incidents = tables.incidents(months, local, now=now)
    written = page(
        "report.html.j2",
        width=plots.WIDTH,
        right=plots.RIGHT,
        since=show(metrics.scope.since, local),
        until=show(metrics.scope.until, local),
        of=_of(metrics),
        written=show(now, local),
        zone=str(local),
        fewest=FEWEST,
        incidents=metrics.incidents,
        head=_head(metrics),
        legend=legend,
        took=[plots.spans(title, name, months) for name, title in tables.TOOK.items()],
        counts=plots.counts("Incidents by severity", months),
        kept=plots.kept("Updates in time", months),
        parts=[_part(of, found, months) for of, found in _parts(trend)],
        tables={
            "took": tables.took(months, "Month"),
            "whole": tables.whole(metrics),
            "counts": tables.counts(months),
            "kept": tables.kept(months),
            "incidents": incidents,
            "returning": tables.returning(metrics, {str(row[0]) for row in incidents.rows}),
            "drills": tables.drills(scores, local),
            "practice": tables.practice(practice, local),
            "readiness": tables.readiness(readiness),
        },
        drills=_drills(metrics),
        criteria=CRITERIA,
        todo=list(_todo(readiness)),
    )
    return BEGINS + written


def _parts(trend: Trend) -> Iterator[tuple[str, Sequence[Part]]]:
    yield "Severity", trend.severities
    yield "Team", trend.teams


def _part(
    of: str, found: Sequence[Part], months: Sequence[Part]
) -> tuple[str, list[plots.Plot], tables.Table]:
    drawn = [plots.rows(tables.TOOK[name], name, found, months) for name in _OF_PARTS]
    return of.lower(), drawn, tables.took(found, of)


def _of(metrics: Metrics) -> str:
    scope = metrics.scope
    filters = (
        ("severity", scope.severity), ("area", scope.area), ("service", scope.service),
        ("team", scope.team),
    )  # fmt: skip
    kinds = " and ".join(f"{kind}s" for kind in scope.kinds)
    return ", ".join([kinds, *(f"{name} {value}" for name, value in filters if value)])


def _head(metrics: Metrics) -> Iterator[tuple[str, str]]:
    customers, updates = metrics.by_customers, metrics.updates
    besides = f"; besides {metrics.cancelled} cancelled" if metrics.cancelled else ""
    yield "Incidents", f"{metrics.incidents}, of these {metrics.still_open} still open{besides}"
    of = f"{customers.part} of {customers.whole} where this is known"
    how = f"{of} ({tables.share(customers.share, customers.reason)})"
    yield "Reported by customers", how if customers.whole else "no incident says who reported it"
    of = f"{updates.in_time} of {updates.due} due"
    yield "Updates in time", f"{of} ({tables.share(updates.share, updates.reason)})"
    yield "Drills", _drills(metrics)


def _drills(metrics: Metrics) -> str:
    drills = metrics.drills
    if drills.last_at is None:
        return "no drill yet"
    return f"{drills.in_period} in the period; the last {before_its_end(drills)}"


def _todo(readiness: Sequence[TeamScore]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield each team with what is missing or unknown, and what to do."""
    for each in readiness:
        found = [
            (criterion.name, one_line(f"{answer.reason} {answer.todo or ''}"))
            for criterion, answer in each.answers
            if answer.state in (NO, UNKNOWN)
        ]
        if found:
            yield one_line(each.title), found
