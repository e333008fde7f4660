"""`incidentctl drill calendar`: drills, and when to send their plans, for any calendar."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from incidentctl.cli.drill.common import open_drills
from incidentctl.errors import UsageError


def calendar(
    ctx: typer.Context,
    *,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="DAY", help="The last day, 2026-12-31; absent: a series for a year."
        ),
    ] = None,
    series: Annotated[
        Literal["monthly", "quarterly"] | None,
        typer.Option(
            "--series",
            help="Propose a drill where a month or quarter has none; absent: as the settings say.",
        ),
    ] = None,
) -> None:
    """Print the drills as iCalendar, each with a reminder to send its plan a week ahead.

    A planned drill shows its moment; an unplanned one only its window, made from the public half
    alone. A series proposes the second Tuesday. Needs the extra `calendar`.

    incidentctl drill calendar --series monthly > drills.ics
    """
    from datetime import date

    from incidentctl.domain.common.times import zone
    from incidentctl.domain.drill.calendar import entries
    from incidentctl.render.drill.calendar import render_calendar

    try:
        last = date.fromisoformat(until) if until else None
    except ValueError:
        raise UsageError("That is no day: write it as 2026-12-31.", echo=until) from None
    workspace = open_drills(ctx)
    settings = workspace.catalog.settings
    today = workspace.now().astimezone(zone(settings.timezone)).date()
    found = entries(workspace.catalog, until=last, series=series or settings.drills, today=today)
    typer.echo(render_calendar(found, organisation=settings.organisation), nl=False)
