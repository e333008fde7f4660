"""The report of a period as one HTML page: plots and the tables of what they show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple

from incidentctl.domain.common.times import rough_duration, show
from incidentctl.domain.incident.head import Incident
from incidentctl.domain.learn.metrics import Metrics
from incidentctl.domain.learn.monthly import Month, monthly
from incidentctl.domain.learn.statistics import FEWEST, Figure
from incidentctl.render.html import page
from incidentctl.render.learn import plots

#: The start of a page; only a file that starts so may be overwritten.
BEGINS = "<!doctype html>\n<!-- Written by `incidentctl report --html`. -->\n"
_TOOK = {
    "detect": "Time to detect",
    "acknowledge": "Time to acknowledge",
    "mitigate": "Time to mitigate",
    "resolve": "Time to resolve",
}


class Table(NamedTuple):
    """A table: caption, columns, and rows, whose first cell is a head."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def report_html(
    metrics: Metrics, incidents: Iterable[Incident], local: tzinfo, *, now: datetime
) -> str:
    """Write the page; moments and months in the zone `local`. It loads nothing and runs nothing."""
    months = monthly(incidents, metrics.scope, local, now=now)
    names = plots.severities(months)
    legend = [plots.shown_severity(name) for name in names[: plots.COLOURS]]
    if len(names) > plots.COLOURS:
        legend[-1] = f"the other {len(names) - plots.COLOURS + 1}"
    written = page(
        "report.html.j2",
        edges=(plots.WIDTH, plots.HEIGHT, plots.LEFT, plots.RIGHT, plots.BOTTOM),
        since=show(metrics.scope.since, local),
        until=show(metrics.scope.until, local),
        of=_of(metrics),
        written=show(now, local),
        fewest=FEWEST,
        incidents=metrics.incidents,
        head=_head(metrics),
        took=[plots.spans(title, name, months) for name, title in _TOOK.items()],
        counts=plots.counts("Incidents by severity", months),
        kept=plots.kept("Updates in time", months),
        legend=legend,
        tables={
            "took": _took_of_months(months),
            "total": _took(metrics),
            "counts": _counts(months, names),
            "kept": _kept(months),
        },
    )
    return BEGINS + written


def _of(metrics: Metrics) -> str:
    scope = metrics.scope
    filters = (("severity", scope.severity), ("area", scope.area), ("service", scope.service))
    kinds = " and ".join(f"{kind}s" for kind in scope.kinds)
    return ", ".join([kinds, *(f"{name} {value}" for name, value in filters if value)])


def _head(metrics: Metrics) -> Iterator[tuple[str, str]]:
    customers, updates = metrics.by_customers, metrics.updates
    besides = f"; besides {metrics.cancelled} cancelled" if metrics.cancelled else ""
    yield "Incidents", f"{metrics.incidents}, of these {metrics.still_open} still open{besides}"
    of = f"{customers.part} of {customers.whole} where this is known"
    how = f"{of} ({_share(customers.share, customers.reason)})"
    yield "Reported by customers", how if customers.whole else "unknown"
    of = f"{updates.in_time} of {updates.due} due"
    yield "Updates in time", f"{of} ({_share(updates.share, updates.reason)})"
    drills = metrics.drills
    last = "no drill yet"
    if drills.last_at is not None:
        days = "1 day" if drills.days_since == 1 else f"{drills.days_since} days"
        last = f"{drills.in_period} in the period; the last {days} before its end"
    yield "Drills", last


def _share(share: float | None, reason: str | None) -> str:
    return f"{share:.0%}" if share is not None else reason or "-"


def _span(figure: Figure) -> str:
    """Write a median with its count, or why there is none."""
    if figure.median is not None:
        return f"{rough_duration(figure.median)} of {figure.n}"
    return f"{figure.n}: too few" if figure.n else "-"


def _took(metrics: Metrics) -> Table:
    rows = []
    for name, title in _TOOK.items():
        figure: Figure = getattr(metrics, name)
        spans = ["-" if s is None else rough_duration(s) for s in (figure.median, figure.p90)]
        rows.append((title, *spans, str(figure.n), figure.reason or ""))
    return Table("The whole period", ("Span", "Median", "p90", "Of", "Note"), tuple(rows))


def _took_of_months(months: Sequence[Month]) -> Table:
    rows = tuple(
        (month.name, *(_span(getattr(month.metrics, name)) for name in _TOOK)) for month in months
    )
    columns = ("Month", *(name.capitalize() for name in _TOOK))
    return Table("Median of each month, and of how many", columns, rows)


def _counts(months: Sequence[Month], names: Sequence[str | None]) -> Table:
    rows = tuple(
        (
            month.name,
            *(str(count) for _, count in plots.of_severities(month.metrics, names)),
            str(month.metrics.incidents),
        )
        for month in months
    )
    columns = ("Month", *map(plots.shown_severity, names), "All")
    return Table("Incidents of each month by severity", columns, rows)


def _kept(months: Sequence[Month]) -> Table:
    rows = []
    for month in months:
        updates = month.metrics.updates
        share = _share(updates.share, "too few" if updates.due else "-")
        longest = "-" if updates.longest is None else rough_duration(updates.longest)
        rows.append((month.name, str(updates.due), str(updates.in_time), share, longest))
    columns = ("Month", "Due", "In time", "Share", "Longest wait")
    return Table("Updates that were due, by the month of the incident", columns, tuple(rows))
