"""The root of the command line: the table of commands, and the error boundary.

A command's module is imported when the command runs, which makes `--help` and `log` fast.
"""

from __future__ import annotations

import functools
import sys
from importlib import import_module
from typing import Annotated, Any, NamedTuple

import typer

from incidentctl import __version__
from incidentctl.cli.terminal import streams
from incidentctl.cli.terminal.groups import Group, take_directory
from incidentctl.cli.terminal.options import PLAIN


class _Lazy(NamedTuple):
    """A command: its module, and its line in `--help`."""

    section: str
    module: str
    help: str


_PREPARE, _RESPOND, _PRACTISE, _LEARN = "Prepare", "Declare and respond", "Practise", "Learn"

#: Every command in the order of `--help`. A module defines `<name>_command`, or `app` for a group
#: of commands. Commands that take free text set `COMMAND_CLASS`.
_COMMANDS: dict[str, _Lazy] = {
    "init": _Lazy(_PREPARE, "setup.init", "Write a repository that lints clean"),
    "catalog": _Lazy(_PREPARE, "catalog.catalog", "Check the catalog, and ask who owns what"),
    "process": _Lazy(
        _PREPARE, "process.process", "How much process you need, and which runbooks apply"
    ),
    "schema": _Lazy(_PREPARE, "catalog.schema", "Print or write the JSON Schemas"),
    "doctor": _Lazy(_PREPARE, "setup.doctor", "Check the set-up; exit 1 if something is bad"),
    "use": _Lazy(_PREPARE, "setup.use", "Set your default repository"),
    "completion": _Lazy(
        _PREPARE, "setup.completion", "Complete ids, people and services in bash, zsh, fish"
    ),
    "adopt": _Lazy(_PREPARE, "record.adopt", "Move incidents of the local record into the team's"),
    "trust": _Lazy(_PREPARE, "actions.trust", "Read what the repository sends, and allow it"),
    "mcp": _Lazy(_PREPARE, "setup.mcp", "Let an assistant read the record, and record"),
    "serve": _Lazy(_PREPARE, "setup.serve", "Receive alerts of other systems over HTTP"),
    "room": _Lazy(_PREPARE, "setup.room", "Declare and respond in the browser, in your clone"),
    "page": _Lazy(_PREPARE, "page.page", "The status page for customers: build it, look at it"),
    "demo": _Lazy(_PREPARE, "setup.demo", "Play a whole incident in a temporary repository"),
    "declare": _Lazy(_RESPOND, "incident.declare", "Declare an incident: a title is enough"),
    "alert": _Lazy(
        _RESPOND, "alerts.alert", "The inbox of alerts: declare, attach, dismiss; read others"
    ),
    "run": _Lazy(_RESPOND, "incident.run", "Walk the runbook, one step at a time"),
    "step": _Lazy(_RESPOND, "incident.step", "List, do, skip or reopen steps, for scripts"),
    "action": _Lazy(_RESPOND, "actions.action", "Send what the actions of steps say, or retry"),
    "announce": _Lazy(_RESPOND, "actions.announce", "List the announcements, and send what is due"),
    "task": _Lazy(_RESPOND, "incident.task", "Add, assign and finish tasks"),
    "log": _Lazy(_RESPOND, "incident.log", "Write to the incident log, or print it"),
    "hypothesis": _Lazy(_RESPOND, "incident.notes", "Keep track of possible causes"),
    "assign": _Lazy(_RESPOND, "incident.assign", "Assign a role, a team or a single responder"),
    "release": _Lazy(_RESPOND, "incident.assign", "Take a role back"),
    "handover": _Lazy(_RESPOND, "incident.handover", "Offer command to somebody, with the brief"),
    "accept": _Lazy(
        _RESPOND, "incident.handover", "Take command that is offered, or that nobody has"
    ),
    "take-command": _Lazy(
        _RESPOND, "incident.handover", "Take command from somebody who is unreachable"
    ),
    "escalate": _Lazy(
        _RESPOND, "incident.handover", "Bring in the next team; shows how to reach it"
    ),
    "severity": _Lazy(_RESPOND, "incident.classify", "Change how bad it is; the process follows"),
    "affects": _Lazy(_RESPOND, "incident.classify", "Change what is affected; the process follows"),
    "category": _Lazy(_RESPOND, "incident.classify", "Change its category; the process follows"),
    "status": _Lazy(_RESPOND, "incident.status", "Show or set the status of the response"),
    "mark": _Lazy(_RESPOND, "incident.status", "Record when it started, was detected, mitigated"),
    "update": _Lazy(_RESPOND, "incident.update", "Post a status update; restarts the clock"),
    "summary": _Lazy(_RESPOND, "incident.notes", "Say what happened, at the top of the log"),
    "impact": _Lazy(_RESPOND, "incident.notes", "Say who is affected, at the top of the log"),
    "link": _Lazy(_RESPOND, "incident.notes", "Save the address of a channel, bridge, ticket"),
    "relate": _Lazy(_RESPOND, "incident.notes", "Link a related incident"),
    "list": _Lazy(_RESPOND, "incident.listing", "List open incidents, or past ones"),
    "show": _Lazy(_RESPOND, "incident.show", "Show one incident, now or as of an earlier time"),
    "sync": _Lazy(_RESPOND, "record.sync", "Sync the record with the remote now"),
    "watch": _Lazy(_RESPOND, "incident.watch", "A live board of what is open"),
    "due": _Lazy(_RESPOND, "incident.due", "List what is due; exit 1 if something is overdue"),
    "undo": _Lazy(_RESPOND, "incident.corrections", "Take back what you did last"),
    "amend": _Lazy(_RESPOND, "incident.corrections", "Correct an entry"),
    "pin": _Lazy(_RESPOND, "incident.corrections", "Mark an entry as important"),
    "retract": _Lazy(_RESPOND, "incident.corrections", "Take back an entry"),
    "redact": _Lazy(_RESPOND, "incident.corrections", "Remove the text of an entry everywhere"),
    "purge": _Lazy(_RESPOND, "record.purge", "Remove redacted texts from the git history"),
    "resolve": _Lazy(_RESPOND, "incident.lifecycle", "Mark as resolved"),
    "reopen": _Lazy(_RESPOND, "incident.lifecycle", "Reopen"),
    "cancel": _Lazy(_RESPOND, "incident.lifecycle", "Cancel: a false alarm or a duplicate"),
    "close": _Lazy(_RESPOND, "incident.lifecycle", "Close after the follow-up"),
    "drill": _Lazy(_PRACTISE, "drill.drill", "Plan drills, and write each audience its document"),
    "retro": _Lazy(_LEARN, "learn.retro", "Write a retrospective, or refresh its facts"),
    "actions": _Lazy(
        _LEARN, "learn.actions", "List action items; with --overdue, exit 1 if there are any"
    ),
    "report": _Lazy(_LEARN, "learn.report", "Response times, updates and load of a period"),
}


#: What people type instead of `--help` and `--version`.
_HELP, _VERSION = "help", "version"
#: The last line of `--help`, which stays on the screen.
_FIRST = 'Something is broken?  incidentctl declare "what is broken"'


@functools.cache
def _built(name: str) -> Any:
    """Return a command, which takes its time to make: once in a process."""
    module = import_module(f"incidentctl.cli.{_COMMANDS[name].module}")
    app = getattr(module, "app", None)
    if app is None:
        app = typer.Typer(**PLAIN)
        function = getattr(module, f"{name.replace('-', '_')}_command")
        app.command(cls=getattr(module, "COMMAND_CLASS", None))(function)
    command = typer.main.get_command(app)
    command.name = name
    take_directory(command)
    return command


class _Root(Group):
    """The commands by name, imported on use; unknown names are refused."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return _built(cmd_name) if cmd_name in _COMMANDS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] == _VERSION:
            _print_version(True)
        if args[0] == _HELP:
            args = [*args[1:], "--help"]
            if args == ["--help"]:
                typer.echo(ctx.get_help())
                raise typer.Exit
        if args[0] not in _COMMANDS and not args[0].startswith("-"):
            from incidentctl.cli.boundary import unknown_command

            unknown_command(args[0], [*_COMMANDS, _HELP, _VERSION])
        return super().resolve_command(ctx, args)

    def about(self, ctx: Any) -> list[tuple[str, str]]:
        return [(name, lazy.help) for name, lazy in _COMMANDS.items()]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        sections = dict.fromkeys(lazy.section for lazy in _COMMANDS.values())
        for section in sections:
            with formatter.section(section):
                formatter.write_dl(
                    [(name, c.help) for name, c in _COMMANDS.items() if c.section == section]
                )

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        formatter.write(f"\n{_FIRST}\n")


app = typer.Typer(
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    **PLAIN | {"cls": _Root},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"incidentctl {__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    directory: Annotated[
        str | None,
        typer.Option(
            "-C", metavar="DIR", help="Use the team's repository at DIR; after the command, too."
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Incident management in a terminal, over a git repository of YAML.

    incidentctl help COMMAND says more of a command.
    """
    ctx.obj = directory


def command_line() -> int:
    """Run the command line; return the exit code."""
    from incidentctl.cli.boundary import run

    streams.prepare()
    return run(app, sys.argv[1:])
