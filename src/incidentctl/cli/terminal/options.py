"""Options that commands share, and the settings of command groups."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from incidentctl.cli.terminal.groups import Group

#: Settings of typer for a group of commands: plain-text help, and `completion` is our own command.
PLAIN: dict[str, Any] = {"add_completion": False, "rich_markup_mode": None, "cls": Group}

InIncident = Annotated[
    str | None,
    typer.Option(
        "-i",
        "--incident",
        metavar="INCIDENT",
        envvar="INCIDENTCTL_INCIDENT",
        help="The incident: any part of its id that is unique, or unique among the open ones. Not "
        "needed while only one is open. The first word after the command may name it, too.",
    ),
]
AsPerson = Annotated[
    str | None,
    typer.Option("--as", metavar="PERSON", help="Who does this; by default your git identity."),
]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="When it happened: 13:40, '10 minutes ago'."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
NoWalk = Annotated[bool, typer.Option("--no-walk", help="Do not start walking the runbook.")]
NoInput = Annotated[bool, typer.Option("--no-input", help="Ask nothing; use the defaults.")]
