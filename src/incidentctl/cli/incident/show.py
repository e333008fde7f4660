"""`show`: one incident, now or as of a moment."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.app.incident.query import as_json, on_call, shown
from incidentctl.cli.incident.respond import choose_incident
from incidentctl.cli.session import report_sync_state, restriction, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.html_page import Html, hand_over
from incidentctl.cli.terminal.options import InIncident, Json
from incidentctl.errors import UsageError


def show_command(
    ctx: typer.Context,
    part: Annotated[
        str | None, typer.Argument(metavar="[INCIDENT]", help="Any unique part of its id.")
    ] = None,
    incident: InIncident = None,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="As of this time.")] = None,
    short: Annotated[
        bool,
        typer.Option("--brief", help="The commander's brief: all that a commander must know."),
    ] = False,
    whole: Annotated[
        bool, typer.Option("--all", help="Also what does not fit on the screen.")
    ] = False,
    json: Json = False,
    html: Html = None,
) -> None:
    """Show one incident, now or as of an earlier time.

    incidentctl show k7f

    incidentctl show --at "1 hour ago"

    incidentctl show k7f --html k7f.html
    """
    if html is not None and (json or short or whole):
        raise UsageError("--html cannot be combined with --json, --brief or --all.")
    workspace = workspace_of(ctx)
    ident = choose_incident(workspace, part or incident)
    if html is not None:
        from incidentctl.app.incident.page import incident_page

        page = incident_page(workspace, ident, at=at)
        report_sync_state(workspace)
        hand_over(page, html)
        if page.private:
            console.say(f"restricted: {restriction(workspace)}")
        return
    found = shown(workspace, ident, at=at, restricted=True)
    report_sync_state(workspace)
    kept = workspace.record.is_restricted(ident)
    if json:
        console.print_json("show", as_json(found) | {"restricted": kept})
        return
    now = workspace.now()
    duty = None if at else on_call(workspace, found, now)
    if short:
        from incidentctl.render.incident.brief import INDENT, WIDTH, brief

        for line in brief(found, now, on_call=duty, columns=console.narrowed(WIDTH)):
            console.out(line, indent=INDENT)
        return
    from incidentctl.cli.incident.overview import print_incident

    print_incident(found, now, on_call=duty, whole=whole)
    if kept:
        console.say(f"restricted: {restriction(workspace)}")
        return
    for relation in found.related:
        if workspace.record.is_restricted(relation.incident):
            console.say(f"{relation.incident} is restricted: only some may know of it.", "warning")
