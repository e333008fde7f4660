"""A group of commands: its list in `--help` is whole, and `-C` is an option of each command."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup, TyperOption

#: Longer than any sentence: Click cuts the list of commands to the width of the terminal.
_WHOLE = 1000


class Group(TyperGroup):
    """A group whose `--help` has the whole first sentence of each command."""

    def about(self, ctx: Any) -> list[tuple[str, str]]:
        """Return each command with its sentence."""
        return [
            (name, command.get_short_help_str(limit=_WHOLE))
            for name in self.list_commands(ctx)
            if (command := self.get_command(ctx, name)) is not None and not command.hidden
        ]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands; a long sentence is wrapped."""
        with formatter.section("Commands"):
            formatter.write_dl(self.about(ctx))

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Return the commands that begin so, or the options."""
        from typer.completion import shell_completion  # type: ignore[attr-defined]  # re-exported

        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        item = shell_completion.CompletionItem
        return [item(n, help=said) for n, said in self.about(ctx) if n.startswith(incomplete)]


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
