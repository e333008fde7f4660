"""`page`: build the status page, or look at it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from incidentctl.app.workspace.workspace import Workspace, open_workspace
from incidentctl.cli.session import (
    open_catalog,
    show_reading_progress,
    warn_if_local,
    warn_old_reading,
)
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import PLAIN, Json
from incidentctl.domain.common.text import count, one_line
from incidentctl.domain.common.times import iso, show, zone

app = typer.Typer(help="The status page for customers.", no_args_is_help=True, **PLAIN)


@app.command()
def build(
    ctx: typer.Context,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="The folder to write the page into.")
    ],
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="As customers saw it then; by default now."),
    ] = None,
    json: Json = False,
) -> None:
    """Write the status page as static files: what public updates and maintenance/ say, no more.

    incidentctl page build --out public

    Only files that changed are rewritten; other files in the folder are never touched.
    """
    from incidentctl.app.page.build import build as build_page

    workspace = open_catalog(ctx)
    warn_if_local(workspace)
    warn_old_reading(workspace)
    built = build_page(workspace, out, at=_moment(workspace, at), on_read=show_reading_progress)
    page, outcome = built.known.page, built.outcome
    if json:
        console.print_json(
            "page-build",
            {
                "out": str(out),
                "at": iso(page.at),
                "incidents": len(page.incidents),
                "open": len(page.open),
                "written": outcome.written,
                "unchanged": outcome.same,
                "removed": outcome.removed,
                "left": list(outcome.left),
            },
        )
    else:
        console.out(str(out / "index.html"))
        console.say(
            f"{count(len(page.incidents), 'incident')}, {len(page.open)} open, as of "
            f"{show(page.at, zone(page.zone))}. {count(outcome.written, 'file')} written, "
            f"{outcome.same} unchanged, {outcome.removed} removed.",
            "ok",
        )
    for path in outcome.left[:5]:
        console.say(f"{one_line(path)} is no part of it any more, but was changed: it was left.")
    if built.known.later:
        console.say(
            f"{count(built.known.later, 'public update')} from after that time not on it: if you "
            "gave no --at, check the clocks.",
            "warning",
        )
    if not page.areas:
        console.say("No product area is in the catalog, so no area is on the page.", "warning")
    if built.known.look.since is None:
        console.say(
            "Nothing is known of the past: no public update yet. `page: since:` in "
            "incidentctl.yaml says from when on customers are told about every incident."
        )
    for ident in built.over if at is None else ():
        console.say(
            f"{ident} is over, and the page shows it as open: post a public update of it.",
            "warning",
        )


def _moment(workspace: Workspace, text: str | None) -> datetime | None:
    from incidentctl.app.incident.respond import parse_moment

    found = parse_moment(workspace, workspace.actor(None), text)
    return found.moment if found else None


@app.command()
def serve(
    ctx: typer.Context,
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", help="The port; 0 picks a free one.")
    ] = 8096,
) -> None:
    """Preview the status page on this machine; it is rebuilt when something changes.

    incidentctl page serve

    Only this machine can connect. Ctrl-C ends it.
    """
    from incidentctl.app.page.live import LivePage
    from incidentctl.serve.start import status_page

    open_catalog(ctx).team_root(checked_out=False)

    def ready(address: str) -> None:
        console.out(address)
        console.say("Ctrl-C ends it.")

    status_page(LivePage(lambda: open_workspace(ctx.obj)).file, port=port, ready=ready)
