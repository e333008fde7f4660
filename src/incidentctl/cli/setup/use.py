"""`incidentctl use DIR`: the repository to use where no other is named or found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from incidentctl.cli.terminal import console


def use_command(
    directory: Annotated[
        str | None,
        typer.Argument(metavar="[DIR]", help="The repository; without it, show the current one."),
    ] = None,
) -> None:
    """Set your default repository, or show it.

    incidentctl use ~/incidents
    """
    import os

    from incidentctl.app.setup import use as uses
    from incidentctl.app.workspace import places

    if directory is None:
        default = places.default_repository(os.environ)
        if default is None:
            console.say("No default repository is set. Set it with `incidentctl use DIR`.")
        else:
            console.out(str(default))
        return
    root = uses.use((Path.cwd() / directory).resolve(), places.config_file(os.environ))
    console.say(f"{root} is now your default repository.")
