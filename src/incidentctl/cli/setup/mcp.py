"""`mcp`: the server that an assistant starts to read the record, and to record."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.cli.session import workspace_of


def mcp_command(
    ctx: typer.Context,
    write: Annotated[
        bool,
        typer.Option("--write", help="Let it declare, note, post internal updates, mark steps."),
    ] = False,
    assistant: Annotated[
        str,
        typer.Option("--assistant", metavar="NAME", help="How the record names the assistant."),
    ] = "assistant",
) -> None:
    """Serve the record and the catalog to an assistant, over stdin and stdout (MCP).

    incidentctl mcp

    Name this command in the assistant's settings. It only reads; with --write it also records, in
    its own name on your behalf. It never sees restricted incidents.
    """
    from incidentctl.mcp.server import serve

    workspace_of(ctx)  # a wrong folder is refused now, and not at the first question
    serve(lambda: open_workspace(ctx.obj), write=write, assistant=assistant)
