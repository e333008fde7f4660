"""`report`: response times and other figures of a period."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from incidentctl.cli.session import say_left_out, warn_unreadable, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.html_page import Html, hand_over
from incidentctl.cli.terminal.options import Json
from incidentctl.domain.common.text import count
from incidentctl.errors import UsageError


def report_command(
    ctx: typer.Context,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="TIME", help="Declared since: 30d, 2026-03-29; by default 90d."
        ),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="Declared before; by default now.")
    ] = None,
    severity: Annotated[
        str | None, typer.Option("--severity", metavar="SEVERITY", help="Of this severity.")
    ] = None,
    area: Annotated[
        str | None, typer.Option("--area", metavar="AREA", help="Affecting this product area.")
    ] = None,
    service: Annotated[
        str | None, typer.Option("--service", metavar="SERVICE", help="Affecting this service.")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind", metavar="KIND", help="incident, drill or backfill; by default all but drills."
        ),
    ] = None,
    team: Annotated[
        str | None, typer.Option("--team", metavar="TEAM", help="Affecting what this team owns.")
    ] = None,
    format_: Annotated[
        Literal["text", "json", "csv"] | None,
        typer.Option("--format", help="The format; by default text."),
    ] = None,
    json: Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print one row per incident.")] = False,
    html: Html = None,
    uptime: Annotated[
        bool,
        typer.Option("--uptime", help="How long each product area was up, as customers were told."),
    ] = False,
) -> None:
    """How the response went: counts, times to detect and resolve, updates, load, drills.

    incidentctl report --since 30d

    incidentctl report --since 2026-01-01 --until 2026-04-01 --csv > q1.csv

    incidentctl report --since 365d --html report.html

    incidentctl report --uptime --since 2026-10-01 --until 2026-11-01
    """
    chosen = {
        format_,
        "json" if json else None,
        "csv" if csv else None,
        "html" if html else None,
    } - {None}
    if len(chosen) > 1:
        raise UsageError("Choose one format.", hint="Pass one of them.")
    if uptime:
        filters = {"severity": severity, "service": service, "kind": kind, "team": team}
        if useless := next((name for name, value in filters.items() if value is not None), None):
            raise UsageError(
                f"--{useless} does not go with --uptime: it is counted by product area.",
                hint="Narrow it with --area.",
            )
        from incidentctl.cli.page.uptime import print_uptime

        print_uptime(
            ctx, (since, until, area), next((name for name in chosen if name), "text"), html
        )
        return
    from incidentctl.app.learn.report import Wanted, as_json, page, report

    workspace = workspace_of(ctx)
    found = report(workspace, Wanted(since, until, severity, area, service, kind, team))
    warn_unreadable(workspace)
    if found.problems:
        ids = sorted({ident for ident, _ in found.problems})
        console.say(
            f"The record of {len(ids)} incident{'' if len(ids) == 1 else 's'} has faults, such as "
            f"{ids[0]}: figures may be wrong. `incidentctl show` lists them.",
            "warning",
        )
    say_left_out(workspace)
    if found.restricted:
        are = "is" if found.restricted == 1 else "are"
        console.say(f"{count(found.restricted, 'restricted incident')} {are} left out.", "warning")
    if "json" in chosen:
        console.print_json("report", as_json(found))
    elif "csv" in chosen:
        from incidentctl.render.learn.report_csv import report_csv

        console.page(
            report_csv(found.incidents, now=workspace.now(), scores=found.scores).rstrip("\n")
        )
    elif html is not None:
        hand_over(page(workspace, found), html)
    else:
        from incidentctl.render.learn.report_text import report_text

        if not found.incidents:
            console.say("No incident matches.")
        zone = workspace.speaker_zone(workspace.actor(None))
        text = report_text(
            found.metrics,
            zone,
            scores=found.scores,
            practice=found.practice,
            trend=found.trend,
            readiness=found.readiness,
        )
        console.page(text.rstrip("\n"))
