"""`incidentctl catalog graph`: a picture of what needs what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from incidentctl.cli.session import open_catalog
from incidentctl.cli.terminal import console
from incidentctl.domain.common.text import count

#: The setting `maxEdges` of Mermaid, which forges do not change.
_MAX_ARROWS = 500


def graph(
    ctx: typer.Context,
    *,
    output: Annotated[
        Literal["svg", "mermaid", "dot"] | None,
        typer.Option("--format", help="The format; by default from the file's name, else mermaid."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write it to this file; `-` is stdout."),
    ] = None,
    blast: Annotated[
        str | None,
        typer.Option("--blast", metavar="SERVICE", help="Only what fails with this service."),
    ] = None,
    area: Annotated[
        str | None,
        typer.Option("--area", metavar="AREA", help="Only this product area and all it needs."),
    ] = None,
    team: Annotated[
        str | None,
        typer.Option(
            "--team", metavar="TEAM", help="Only what this team owns, and its neighbours."
        ),
    ] = None,
) -> None:
    """Draw product areas, services, their teams and dependencies.

    incidentctl catalog graph --out services.svg

    incidentctl catalog graph --blast payments-db --out blast.svg
    """
    from incidentctl.app.catalog.graph import Format, Part, format_of, part_of, write_file, written

    workspace = open_catalog(ctx)
    shown = part_of(workspace.catalog, Part(area, team, blast))
    form = Format(output) if output else format_of(out)
    text = written(shown, form, organisation=workspace.catalog.settings.organisation)
    if out is None or str(out) == "-":
        console.page(text.rstrip("\n"))
    else:
        write_file(text, form, out)
        console.out(str(out))
    if shown.blast:
        _say_blast(shown.failed, shown.blast)
    if form is Format.MERMAID and len(shown.needs) > _MAX_ARROWS:
        console.say(
            f"{len(shown.needs)} arrows: Mermaid draws {_MAX_ARROWS} unless configured otherwise."
            " Draw a part, or an SVG.",
            "warning",
        )


def _say_blast(failed: Any, blast: Any) -> None:
    """Say in words what fails with a service."""
    if not blast.services and not blast.product_areas:
        console.say(f"Nothing in the catalog needs {failed}.")
        return
    services, areas, teams = map(len, (blast.services, blast.product_areas, blast.teams))
    console.say(
        f"If {failed} fails, so do {count(areas, 'product area')} and {count(services, 'service')} "
        f"of {count(teams, 'team')}: {', '.join((*blast.product_areas, *blast.services))}."
    )
