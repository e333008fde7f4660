"""`incidentctl drill calendar`: drills, and when to send their plans, for any calendar."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from incidentctl.cli.hints import worded
from incidentctl.cli.session import open_catalog


def calendar(
    ctx: typer.Context,
    *,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="DAY", help="The last day, 2026-12-31; by default a year ahead."
        ),
    ] = None,
    series: Annotated[
        Literal["monthly", "quarterly", "half-yearly"] | None,
        typer.Option(
            "--series",
            help="Propose a drill where a month, quarter or half-year has none; by default as in "
            "the settings.",
        ),
    ] = None,
) -> None:
    """Print the drills as iCalendar, each with a reminder to send its plan a week ahead.

    A planned drill shows its time; an unplanned one only its window, made from the public half
    alone. A series proposes the second Tuesday. Needs the extra `calendar`.

    incidentctl drill calendar --series monthly > drills.ics
    """
    from incidentctl.app.drill.calendar import calendar as written

    made = written(open_catalog(ctx), until=until, series=series, worded=worded)
    typer.echo(made, nl=False)
