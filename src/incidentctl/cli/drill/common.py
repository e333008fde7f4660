"""What the commands about drills share."""

from __future__ import annotations

from pathlib import Path

import typer

from incidentctl.app.workspace.workspace import Workspace, open_workspace
from incidentctl.cli.terminal import console
from incidentctl.errors import RefusedError


def open_drills(ctx: typer.Context) -> Workspace:
    """Open the workspace, and say so where drills may be left out."""
    workspace = open_workspace(ctx.obj)
    if workspace.catalog_problems:
        console.say(
            "What could not be read is left out; see `incidentctl catalog lint`.", "warning"
        )
    return workspace


def folder_of(workspace: Workspace) -> Path:
    """Return the folder with the team's files, where plans are kept; refuses to be without one."""
    if workspace.root is None or not workspace.checked_out:
        raise RefusedError(
            "There is no team's repository to keep drills in.",
            hint="Make one with `incidentctl init`, or name one with `incidentctl -C DIR`.",
        )
    return workspace.root
