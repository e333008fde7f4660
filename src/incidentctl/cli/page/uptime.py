"""`report --uptime`: how long each product area was up."""

from __future__ import annotations

from pathlib import Path

import typer

from incidentctl.cli.session import open_catalog, warn_old_reading
from incidentctl.cli.terminal import console


def print_uptime(
    ctx: typer.Context,
    period: tuple[str | None, str | None, str | None],
    format_: str,
    target: Path | None,
) -> None:
    """Print the uptime of a period (since, until, area) in a format, or write the page."""
    from incidentctl.app.page.uptime import Period, as_json, uptime, write_page
    from incidentctl.render.page.uptime import COLUMNS, notes, rows, uptime_csv

    workspace = open_catalog(ctx)
    warn_old_reading(workspace)
    found = uptime(workspace, Period(*period))
    if format_ == "json":
        console.print_json("report-uptime", as_json(found))
    elif format_ == "csv":
        console.page(uptime_csv(found).rstrip("\n"))
    elif target is not None:
        write_page(workspace, found, target)
        console.out(str(target))
        console.say("Written. Open it in a browser.", "ok")
    elif not found.areas:
        console.say("The catalog has no product area.")
    else:
        zone = workspace.speaker_zone(workspace.actor(None))
        console.table(COLUMNS, rows(found))
        for note in notes(found, zone):
            console.say(note)
