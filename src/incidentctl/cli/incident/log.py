"""`log`: write to the incident log, add a command's output, or print the log."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from incidentctl.app.incident import notes
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.cli.incident.respond import Call, choose_incident, respond_command
from incidentctl.cli.incident.respond_command import RespondCommand
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.rejected_input import save_rejected_input
from incidentctl.errors import InvalidDataError, NotFoundError, UsageError

_COMMAND = "incidentctl.command"
#: More than this many bytes are refused before they are read.
_LIMIT = 1 << 20


class _LogCommand(RespondCommand):
    """What follows `--` is a command to run, not text."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if "--" in args:
            index = args.index("--")
            ctx.meta[_COMMAND] = args[index + 1 :]
            args = args[:index]
        return super().parse_args(ctx, args)


app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(cls=_LogCommand)
@respond_command()
def log(
    call: Call,
    text: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]", help="What happened; `-` reads stdin.")
    ] = None,
    file: Annotated[
        str | None, typer.Option("-f", "--file", metavar="FILE", help="Log the content of a file.")
    ] = None,
    pin: Annotated[bool, typer.Option("--pin", help="Mark it as important.")] = False,
) -> None:
    """Write to the incident log. Without a text, print it: as Markdown if it is piped.

    incidentctl log "rolled back to 1.4.2"

    incidentctl log -- kubectl get pods
    """
    command: list[str] | None = call.ctx.meta.get(_COMMAND)
    words = " ".join(text or [])
    if sum((command is not None, bool(text), file is not None)) > 1:
        raise UsageError("Give a text, a file or a command, not several.", echo=words or None)
    if command is not None:
        _log_output(call, command, pin=pin)
    elif text or file is not None:
        said = _read(words, file)
        call.respond(lambda response: notes.log(response, said, pinned=pin), "log", echo=said)
    elif call.json:
        raise UsageError(
            "--json goes with a text.", hint="`incidentctl show --json` has the whole timeline."
        )
    else:
        workspace = call.workspace
        ident = choose_incident(workspace, call.incident)
        if sys.stdout.isatty():
            _print_timeline(workspace, ident)
        else:
            console.page(workspace.log_text(ident).removesuffix("\n"))


def _print_timeline(workspace: Workspace, ident: str) -> None:
    from incidentctl.app.incident.query import shown
    from incidentctl.render.incident.timeline import timeline

    for line in timeline(shown(workspace, ident)):
        console.out(line.text, line.style, indent=line.indent)


def _read(words: str, file: str | None) -> str:
    if file is not None:
        try:
            with Path(file).open("rb") as source:
                data = source.read(_LIMIT + 1)
        except OSError as error:
            raise NotFoundError(f"{file} cannot be read: {error.strerror}.") from None
    elif words == "-":
        data = sys.stdin.buffer.read(_LIMIT + 1)
    else:
        return words
    if len(data) > _LIMIT:
        saved = None if file is not None else save_rejected_input(data, sys.stdin.buffer)
        raise InvalidDataError(
            "Nothing was logged: it is larger than 1 MiB."
            + (f" The input is saved in {saved} for you." if saved else ""),
            hint="Log the part that matters, and link the rest: `incidentctl link dump https://...`.",
        )
    return data.decode(errors="replace")


def _log_output(call: Call, command: list[str], *, pin: bool) -> None:
    if not command:
        raise UsageError("No command follows `--`.")
    call.at = None  # the command runs now
    ran = call.respond(
        lambda response: notes.log_output(response, command, pinned=pin, quiet=call.json), "log"
    )
    raise typer.Exit(ran.exit_code)
