"""`report --uptime`: how long each product area was up."""

from __future__ import annotations

from pathlib import Path

import typer

from incidentctl.cli.session import open_catalog, warn_old_reading
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.html_page import hand_over


def print_uptime(
    ctx: typer.Context,
    period: tuple[str | None, str | None, str | None],
    format_: str,
    target: Path | None,
) -> None:
    """Print the uptime of a period (since, until, area) in a format, or write the page."""
    from incidentctl.app.page.uptime import Period, as_json, page, uptime
    from incidentctl.render.page.uptime import COLUMNS, notes, rows, uptime_csv

    workspace = open_catalog(ctx)
    warn_old_reading(workspace)
    found = uptime(workspace, Period(*period))
    if format_ == "json":
        console.print_json("report-uptime", as_json(found))
    elif format_ == "csv":
        console.page(uptime_csv(found).rstrip("\n"))
    elif target is not None:
        hand_over(page(workspace, found), target)
    elif not found.areas:
        console.say("The catalog has no product area.")
    else:
        zone = workspace.speaker_zone(workspace.actor(None))
        console.table(COLUMNS, rows(found))
        for note in notes(found, zone):
            console.say(note)
