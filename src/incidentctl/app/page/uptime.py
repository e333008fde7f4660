"""`report --uptime`: how long each product area was up, by what customers were told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from incidentctl.app.incident.filters import Names
from incidentctl.app.incident.query import period_edge
from incidentctl.app.page.build import known
from incidentctl.app.record.looked import read_first
from incidentctl.app.workspace.html_page import Page
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.times import iso
from incidentctl.domain.page.uptime import AreaHistory, UptimeReport
from incidentctl.errors import UsageError

USUAL = timedelta(days=90)


class Period(NamedTuple):
    """What was asked for, as the user typed it."""

    since: str | None = None
    until: str | None = None
    area: str | None = None


def uptime(workspace: Workspace, wanted: Period) -> UptimeReport:
    """Return how long the areas were up in a period, which ends now at the latest.

    UsageError for an invalid period, NotFoundError for an unknown area.
    """
    read_first(workspace, only_shared=True)  # the page has no others
    since, until = _edges(workspace, wanted)
    found = known(workspace, until)
    only = Names(workspace, ()).area(wanted.area)
    areas = [area for area in found.page.areas if only in (None, area.name)]
    rows = tuple(
        (area, AreaHistory(found.page, area.name, since=found.look.since).over(since, until))
        for area in areas
    )
    return UptimeReport(since, until, found.look.since, rows)


def _edges(workspace: Workspace, wanted: Period) -> tuple[datetime, datetime]:
    who, until = workspace.actor(None), workspace.now()
    if wanted.until:
        end = period_edge(workspace, wanted.until, who, option="--until", ahead=True)
        until = min(until, end)
    since = until - USUAL
    if wanted.since:
        since = period_edge(workspace, wanted.since, who, option="--since")
    if since >= until:
        raise UsageError(f"The period ends at {iso(until)}, before it begins at {iso(since)}.")
    return since, until


def as_json(found: UptimeReport) -> dict[str, Any]:
    """Return the figures as plain values; spans are seconds, the uptime from 0 to 1."""
    return {
        "since": iso(found.since),
        "until": iso(found.until),
        "known_since": iso(found.known_since) if found.known_since else None,
        "areas": [
            {
                "area": area.name,
                "title": area.title,
                "uptime": each.ratio,
                "counted": each.counted.total_seconds(),
                "down": each.down.total_seconds(),
                "major_outage": each.major.total_seconds(),
                "partial_outage": each.partial.total_seconds(),
                "degraded_performance": each.degraded.total_seconds(),
                "under_maintenance": each.maintenance.total_seconds(),
                "unknown": each.unknown.total_seconds(),
            }
            for area, each in found.areas
        ],
    }


def page(workspace: Workspace, found: UptimeReport) -> Page:
    """Return the figures as an HTML page, in the user's zone."""
    from incidentctl.render.page.uptime import BEGINS, uptime_html

    zone = workspace.speaker_zone(workspace.actor(None))
    return Page(uptime_html(found, zone, now=workspace.now()), BEGINS)
