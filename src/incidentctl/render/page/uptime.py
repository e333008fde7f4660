"""How long product areas were up, as rows, as CSV and as a page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import format_duration, iso, show
from incidentctl.domain.page.uptime import Uptime, UptimeReport
from incidentctl.render.html import page
from incidentctl.render.learn.report_csv import safe_cell

#: As every page of a report begins; only a file that starts so may be overwritten.
BEGINS = "<!doctype html>\n<!-- Written by `incidentctl report --html`. -->\n"
COLUMNS = ("area", "uptime", "major", "partial", "degraded", "maintenance", "unknown")
_CSV = (
    "area", "title", "since", "until", "uptime_percent", "counted_seconds", "down_seconds",
    "major_outage_seconds", "partial_outage_seconds", "degraded_performance_seconds",
    "under_maintenance_seconds", "unknown_seconds",
)  # fmt: skip


def rows(found: UptimeReport) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each area, for people."""
    for area, each in found.areas:
        spans = (each.major, each.partial, each.degraded, each.maintenance, each.unknown)
        shown = (format_duration(span) if span else "-" for span in spans)
        none = "too short" if each.is_too_short else "unknown"
        yield (one_line(area.title), each.percent or none, *shown)


def notes(found: UptimeReport, local: tzinfo) -> Iterator[str]:
    """Yield what people have to know to read the figures."""
    yield f"From {show(found.since, local)} to {show(found.until, local)}."
    if found.known_since is None:
        yield "There was never a public update, so nothing is known."
    elif found.since < found.known_since:
        yield f"Before {show(found.known_since, local)} nothing is known."
    if any(each.is_too_short for _, each in found.areas):
        yield "Less than a day is known: too short for a percentage."
    yield (
        "Computed from public updates. A major outage counts fully, a partial one 30 %, degraded "
        "performance not at all; maintenance counts neither as up nor as down."
    )


def uptime_csv(found: UptimeReport) -> str:
    """Write a head and one row per area: moments in UTC, spans in seconds, "" for unknown."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(_CSV)
    for area, each in found.areas:
        period = iso(found.since), iso(found.until)
        cells = (area.name, area.title, *period, _percent(each), *map(_seconds, _spans(each)))
        writer.writerow([safe_cell(cell) for cell in cells])
    return text.getvalue()


def uptime_html(found: UptimeReport, local: tzinfo, *, now: datetime) -> str:
    """Write the page; moments in the zone `local`. It loads nothing and runs nothing."""
    written = page(
        "uptime.html.j2",
        since=show(found.since, local),
        until=show(found.until, local),
        written=show(now, local),
        notes=list(notes(found, local))[1:],
        columns=[column.capitalize() for column in COLUMNS],
        rows=list(rows(found)),
    )
    return BEGINS + written


def _spans(each: Uptime) -> tuple[timedelta, ...]:
    outages = (each.major, each.partial, each.degraded)
    return (each.counted, each.down, *outages, each.maintenance, each.unknown)


def _percent(each: Uptime) -> str:
    """Write the uptime as people read it, without the sign."""
    return (each.percent or "").removesuffix(" %")


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():.3f}".removesuffix(".000")
