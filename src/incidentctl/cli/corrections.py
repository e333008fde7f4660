"""`undo`, `amend`, `retract` and `redact`: corrections are new events; nothing is deleted."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.cli.options import AsPerson, InIncident, Json
from incidentctl.cli.responding import respond
from incidentctl.domain.decide import corrections

EntryNumber = Annotated[
    str,
    typer.Argument(
        metavar="ENTRY", help="Its number, as `show` prints it; -1 is the last, -2 that before."
    ),
]


def retract_command(
    ctx: typer.Context,
    entry: EntryNumber,
    reason: Annotated[str | None, typer.Option("--reason", help="Why.")] = None,
    incident: InIncident = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Take back an entry: it stays in the log, struck through."""
    respond(
        ctx,
        incident,
        lambda found: corrections.retract(found, entry, reason=reason),
        f"entry {entry} retracted",
        command="retract",
        json=json,
        as_=as_,
        echo=reason,
    )


def redact_command(
    ctx: typer.Context,
    entry: EntryNumber,
    reason: Annotated[str | None, typer.Option("--reason", help="Why.")] = None,
    incident: InIncident = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Blank the text of an entry in every view, on every clone."""
    respond(
        ctx,
        incident,
        lambda found: corrections.redact(found, entry, reason=reason),
        f"entry {entry} redacted",
        command="redact",
        json=json,
        as_=as_,
        echo=reason,
    )
