"""Hand a page over: to a file, or to stdout for `-`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from incidentctl.cli.terminal import console

if TYPE_CHECKING:
    from incidentctl.app.workspace.html_page import Page

#: The option `--html FILE` of a command that writes one page.
Html = Annotated[
    Path | None,
    typer.Option("--html", metavar="FILE", help="Write an HTML page to this file; `-` is stdout."),
]


def hand_over(page: Page, target: Path) -> None:
    """Write a page to a file and print its path, or print the page."""
    if str(target) == "-":
        typer.echo(page.text, nl=False)
        return
    page.write(target)
    console.out(str(target))
    console.say("Written. Open it in a browser.", "ok")
