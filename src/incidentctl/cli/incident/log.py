"""`log`: write into the incident log, keep a command's output in it, or print it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from incidentctl.cli.incident.respond import choose_incident, respond
from incidentctl.cli.session import workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import AsPerson, At, InIncident, Json
from incidentctl.cli.terminal.rejected_input import keep
from incidentctl.cli.terminal.text_command import TextCommand
from incidentctl.domain.incident.decide import notes
from incidentctl.errors import InvalidDataError, NotFoundError, UsageError

_COMMAND = "incidentctl.command"
#: More than this many bytes are refused before they are read.
_LIMIT = 1 << 20


class _LogCommand(TextCommand):
    """What follows `--` is a command to run, and no text."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if "--" in args:
            index = args.index("--")
            ctx.meta[_COMMAND] = args[index + 1 :]
            args = args[:index]
        return super().parse_args(ctx, args)


app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(cls=_LogCommand)
def log(
    ctx: typer.Context,
    text: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]", help="What happened; `-` reads stdin.")
    ] = None,
    file: Annotated[
        str | None, typer.Option("-f", "--file", metavar="FILE", help="Log what is in a file.")
    ] = None,
    pin: Annotated[bool, typer.Option("--pin", help="Mark it as important.")] = False,
    incident: InIncident = None,
    at: At = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Write into the incident log. Without a text, print it.

    incidentctl log "rolled back to 1.4.2"

    incidentctl log -- kubectl get pods
    """
    command: list[str] | None = ctx.meta.get(_COMMAND)
    words = " ".join(text or [])
    if sum((command is not None, bool(text), file is not None)) > 1:
        raise UsageError("Give a text, a file or a command, not several.", echo=words or None)
    if command is not None:
        _run_and_log(ctx, command, pin=pin, incident=incident, as_=as_, json=json)
        return
    if not text and file is None:
        if json:
            raise UsageError(
                "--json goes with a text.", hint="`incidentctl show --json` has the whole timeline"
            )
        _print_log(ctx, incident)
        return
    said = _read(words, file)
    respond(
        ctx,
        incident,
        lambda found: notes.log(found, said, pinned=pin),
        "log",
        command="log",
        json=json,
        as_=as_,
        at=at,
        echo=said,
    )


def _read(words: str, file: str | None) -> str:
    if file is not None:
        try:
            with Path(file).open("rb") as source:
                data = source.read(_LIMIT + 1)
        except OSError as error:
            raise NotFoundError(f"{file} cannot be read: {error.strerror}") from None
    elif words == "-":
        data = sys.stdin.buffer.read(_LIMIT + 1)
    else:
        return words
    if len(data) > _LIMIT:
        kept = None if file is not None else keep(data, sys.stdin.buffer)
        raise InvalidDataError(
            "More than 1 MiB is refused: nothing was logged."
            + (f" What was piped is kept in {kept}" if kept else ""),
            hint="log the part that matters, and link the rest: incidentctl link dump https://...",
        )
    return data.decode(errors="replace")


def _run_and_log(
    ctx: typer.Context,
    command: list[str],
    *,
    pin: bool,
    incident: str | None,
    as_: str | None,
    json: bool,
) -> None:
    import shlex

    from incidentctl.app.incident.respond import load
    from incidentctl.app.incident.run_command import run_command

    if not command:
        raise UsageError("No command follows `--`.")
    workspace = workspace_of(ctx)
    # The incident is found, and asked, before the command runs: its output needs a place to go.
    ident = choose_incident(workspace, incident)
    notes.log(load(workspace, ident), "", command=shlex.join(command))
    ran = run_command(command, workspace.environment, quiet=json)
    line = shlex.join(command)
    respond(
        ctx,
        ident,
        lambda found: notes.log(
            found, ran.output, pinned=pin, command=line, exit_code=ran.exit_code
        ),
        f"log output of {command[0]}",
        command="log",
        json=json,
        as_=as_,
        echo=ran.output,
    )
    raise typer.Exit(ran.exit_code)


def _print_log(ctx: typer.Context, incident: str | None) -> None:
    workspace = workspace_of(ctx)
    ident = choose_incident(workspace, incident)
    console.page(workspace.log_text(ident).removesuffix("\n"), indent=4)
