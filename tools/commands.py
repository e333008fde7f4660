"""docs/reference/commands.md, made from the commands themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import typer

from incidentctl.cli.main import app

_HEAD = """\
# Commands

<!-- Generated from the program's commands by `make docs`. -->

`-C DIR`, before or after the command, names the team's repository. Without it: the variable
`INCIDENTCTL_REPO`, else the nearest folder upward with an `incidentctl.yaml`, else your default
(`incidentctl use`), else the built-in catalog with a record of your own.

Output for programs goes to stdout, messages for people to stderr. `--json` prints one object, see
[JSON](../json.md). Exit codes are listed in [CI](../ci.md#exit-codes). Every command has
`--help`."""


def commands() -> Iterator[tuple[str, Any]]:
    """Return each command that does something with its whole name, in the order of `--help`."""
    yield from _below(typer.main.get_command(app), ("incidentctl",))


def _below(found: Any, names: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    group = hasattr(found, "list_commands")
    if not group or found.invoke_without_command:
        yield " ".join(names), found
    if not group:
        return
    context = typer.Context(found)
    for name in found.list_commands(context):
        yield from _below(found.get_command(context, name), (*names, name))


def commands_reference() -> str:
    """Return the page."""
    return "\n\n".join([_HEAD, *(_section(name, found) for name, found in commands())]) + "\n"


def _section(name: str, found: Any) -> str:
    context = typer.Context(found, info_name=name)
    usage = " ".join(["incidentctl", *name.split()[1:], *found.collect_usage_pieces(context)])
    parts = [f"## {name}", _help(found), f"```text\n{usage}\n```"]
    rows = []
    for parameter in found.params:
        record = parameter.get_help_record(context)
        if record and parameter.name != "help":
            rows.append(f"| `{_cell(record[0])}` | {_cell(record[1])} |")
    if rows:
        parts.append("\n".join(["| | |", "|---|---|", *rows]))
    return "\n\n".join(parts)


def _help(found: Any) -> str:
    """Return what a command says of itself; its examples as code."""
    paragraphs = inspect.cleandoc(found.help or "").split("\n\n")
    shown = []
    for paragraph in paragraphs:
        code = all(line.startswith("incidentctl ") for line in paragraph.splitlines())
        shown.append(f"```text\n{paragraph}\n```" if code else paragraph)
    return "\n\n".join(shown).replace("```\n\n```text\n", "")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
