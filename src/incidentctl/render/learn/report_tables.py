"""The tables of the report's page; a cell is text, or a link to a row of the same page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple

from incidentctl.domain.catalog.score import CRITERIA, DOES_NOT_APPLY, TeamScore
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import rough_duration
from incidentctl.domain.drill.score import Measure, Score
from incidentctl.domain.incident.due import durations
from incidentctl.domain.incident.head import Incident
from incidentctl.domain.learn.metrics import Metrics, TeamPractice, due_gaps
from incidentctl.domain.learn.parts import NONE, Part
from incidentctl.domain.learn.statistics import Figure
from incidentctl.render.learn import plots

TOOK = {
    "detect": "Time to detect",
    "acknowledge": "Time to acknowledge",
    "mitigate": "Time to mitigate",
    "resolve": "Time to resolve",
}
#: So many incidents are in the table, the newest first; CSV has them all.
MAX_INCIDENTS = 500
_MEASURES = ("Declared", "Commander", "First update")
_LONGEST = 160
#: So many incidents of a service are named.
_MAX_LINKS = 5


class Cell(NamedTuple):
    """A cell with a kind of its own, or with links to rows of this page."""

    text: str = ""
    kind: str = ""
    links: tuple[str, ...] = ()


Row = tuple[str | Cell, ...]


class Table(NamedTuple):
    """A table: caption, columns, and rows, whose first cell is a head."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    anchors: bool = False
    """Whether the first cell names its row, to be linked to."""


def whole(metrics: Metrics) -> Table:
    """Return how long it took in the whole period."""
    rows = []
    for name, title in TOOK.items():
        figure: Figure = getattr(metrics, name)
        spans = ["-" if s is None else rough_duration(s) for s in (figure.median, figure.p90)]
        rows.append((title, *spans, str(figure.n), figure.reason or ""))
    return Table("The whole period", ("Span", "Median", "p90", "Of", "Note"), tuple(rows))


def took(parts: Sequence[Part], of: str) -> Table:
    """Return the medians of each part."""
    rows = tuple(
        (
            one_line(each.name),
            str(each.metrics.incidents),
            *(_span(getattr(each.metrics, name)) for name in TOOK),
            _kept(each.metrics),
        )
        for each in parts
    )
    columns = (of, "Incidents", *(name.capitalize() for name in TOOK), "Updates in time")
    return Table(f"Medians, and of how many, by {of.lower()}", columns, rows)


def _span(figure: Figure) -> str:
    """Write a median with its count, or why there is none."""
    if figure.median is not None:
        return f"{rough_duration(figure.median)} of {figure.n}"
    return f"{figure.n}: too few" if figure.n else "-"


def _kept(metrics: Metrics) -> str:
    updates = metrics.updates
    return f"{updates.in_time} of {updates.due}" if updates.due else "-"


def counts(months: Sequence[Part]) -> Table:
    """Return the incidents of each month by severity."""
    names = plots.severities(months)
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


def share(value: float | None, reason: str | None) -> str:
    """Write a share, or why there is none."""
    return f"{value:.0%}" if value is not None else reason or "-"


def kept(months: Sequence[Part]) -> Table:
    """Return the updates of each month."""
    rows = []
    for month in months:
        updates = month.metrics.updates
        how = share(updates.share, "too few" if updates.due else "-")
        longest = "-" if updates.longest is None else rough_duration(updates.longest)
        rows.append((month.name, str(updates.due), str(updates.in_time), how, longest))
    columns = ("Month", "Due", "In time", "Share", "Longest wait")
    return Table("Updates that were due, by the month of the incident", columns, tuple(rows))


def incidents(parts: Iterable[Part], local: tzinfo, *, now: datetime) -> Table:
    """Return a row for each incident, the newest first."""
    every = [one for each in parts for one in each.incidents][::-1]
    rows = tuple(_incident(one, local, now) for one in every[:MAX_INCIDENTS])
    more = f", the newest {MAX_INCIDENTS} of {len(every)}" if len(every) > MAX_INCIDENTS else ""
    columns = ("Incident", "Title", "Severity", "Team", "Declared", "Status", "Took", "Updates")
    return Table(f"Incidents{more}", columns, rows, anchors=True)


def _incident(one: Incident, local: tzinfo, now: datetime) -> Row:
    gaps, span = due_gaps(one, now), durations(one).resolve
    in_time = sum(gap.late_by is None for gap in gaps)
    return (
        one.id,
        Cell(_cut(one.title), "title"),
        plots.shown_severity(one.severity),
        one_line(one.owner or NONE),
        _moment(one.declared, local),
        one.status,
        "-" if span is None else rough_duration(span.total_seconds()),
        f"{in_time} of {len(gaps)}" if gaps else "-",
    )


def _moment(moment: datetime, local: tzinfo) -> str:
    """Write a moment on the clock that the page names once."""
    return f"{moment.astimezone(local):%Y-%m-%d %H:%M}"


def _cut(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def returning(metrics: Metrics, known: Collection[str]) -> Table:
    """Return the services that came back; the incidents that are `known` here are linked."""
    rows = tuple(
        (one_line(each.service), str(len(each.incidents)), _newest(each.incidents, known))
        for each in metrics.returning
    )
    columns = ("Service", "Times", "Incidents, the newest first")
    return Table("Services that two or more incidents hit", columns, rows)


def _newest(idents: Sequence[str], known: Collection[str]) -> Cell:
    newest = idents[: -_MAX_LINKS - 1 : -1]
    here = tuple(ident for ident in newest if ident in known)
    told = [ident for ident in newest if ident not in known]
    told += [f"and {len(idents) - _MAX_LINKS} more"] if len(idents) > _MAX_LINKS else []
    return Cell(", ".join(told), "which", here)


def drills(scores: Sequence[Score], local: tzinfo) -> Table:
    """Return a row for each drill of the period, the newest first, with its targets."""
    rows: list[Row] = [
        (
            each.incident,
            _moment(each.begin, local),
            one_line(each.team or NONE),
            one_line(each.drill or "-"),
            *map(_measure, each.measures),
            str(len(each.skipped) + len(each.undone)),
        )
        for each in scores[::-1]
    ]
    columns = ("Drill", "Began", "Team", "Plan", *_MEASURES, "Steps not done")
    return Table("Drills of the period", columns, tuple(rows))


def _measure(one: Measure) -> Cell:
    took = "-" if one.took is None else rough_duration(one.took)
    target = "" if one.target is None else f" of {rough_duration(one.target)}"
    missed = " (missed)" if one.met is False else ""
    return Cell(f"{took}{target}{missed}", "no" if missed else "")


def practice(found: Sequence[TeamPractice], local: tzinfo) -> Table:
    """Return how often each team practised."""
    rows = tuple(
        (one_line(each.team or NONE), str(each.drills), _moment(each.last_at, local))
        for each in found
    )
    return Table("Drills by team", ("Team", "Drills", "The last"), rows)


def readiness(found: Sequence[TeamScore]) -> Table:
    """Return how each team answers the criteria."""
    rows: list[Row] = [
        (
            one_line(each.title),
            "-" if each.percent is None else f"{each.percent}%",
            *(
                Cell("–" if a.state == DOES_NOT_APPLY else a.state, a.state)
                for _, a in each.answers
            ),
        )
        for each in found
    ]
    columns = ("Team", "Ready", *(each.name.capitalize() for each in CRITERIA))
    return Table("How ready each team is today", columns, tuple(rows))
