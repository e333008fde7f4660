"""A group of commands: its list in `--help` is whole, and `-C` is an option of each command."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup, TyperOption

#: Longer than any sentence: Click cuts the list of commands to the width of the terminal.
_WHOLE = 1000


class Group(TyperGroup):
    """A group whose `--help` has the whole first sentence of each command."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands; a long sentence is wrapped."""
        rows = [
            (name, command.get_short_help_str(limit=_WHOLE))
            for name in self.list_commands(ctx)
            if (command := self.get_command(ctx, name)) is not None and not command.hidden
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def take_directory(command: Any) -> None:
    """Let a command, and those below it, take `-C DIR` as the root does."""
    command.params.append(
        TyperOption(
            param_decls=["directory", "-C"],
            metavar="DIR",
            help="Use the team's repository at DIR.",
            hidden=True,
            expose_value=False,
            callback=_directory,
        )
    )
    for each in getattr(command, "commands", {}).values():
        take_directory(each)


def _directory(ctx: Any, _: Any, value: str | None) -> None:
    if value is not None:
        ctx.obj = value
