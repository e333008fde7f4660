"""`incidentctl schema`: the JSON Schemas of the team's files, for editors and other checkers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def schema_command(
    kind: Annotated[
        str | None,
        typer.Argument(metavar="[KIND]", help="The kind of file; without it, list the kinds."),
    ] = None,
    write: Annotated[
        Path | None,
        typer.Option("--write", metavar="DIR", help="Write the schemas into this folder."),
    ] = None,
) -> None:
    """Print the JSON Schema of a kind of file, or write all of them into a folder.

    incidentctl schema service
    """
    from incidentctl.app.catalog.schema import kinds, one_schema, write_schemas

    if write is not None:
        for file in write_schemas(write, only=kind):
            typer.echo(str(file))
    elif kind is None:
        typer.echo("\n".join(kinds()))
    else:
        typer.echo(one_schema(kind), nl=False)
