"""What every respond command shares: options, incident, user, report."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import typer

from incidentctl.app.incident.find import SeveralError, ended_by, find_incident
from incidentctl.app.incident.respond import (
    NearlyKnownError,
    Recorded,
    Response,
    echo,
    ensure_meant,
    parse_moment,
)
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.cli.session import ask_which, confirm_recorded, report_notes, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import AsPerson, At, InIncident, Json
from incidentctl.domain.common.text import one_line
from incidentctl.errors import EnvironmentFailedError, IncidentctlError

if TYPE_CHECKING:  # few commands name a time
    from incidentctl.domain.common.told_times import ToldTime


class Done(Protocol):
    """The result of a use case: what it recorded, if anything, and more."""

    @property
    def recorded(self) -> Recorded | None:
        """What was recorded."""


Result = TypeVar("Result", bound=Done)


class Call:
    """A respond command as typed, with its workspace."""

    def __init__(
        self,
        ctx: typer.Context,
        incident: str | None = None,
        as_: str | None = None,
        at: str | None = None,
        *,
        json: bool = False,
    ) -> None:
        """Take the context and the shared options."""
        self.ctx = ctx
        self.incident = incident
        self.at = at
        self.json = json
        self._as = as_

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace of this command."""
        return workspace_of(self.ctx)

    @cached_property
    def who(self) -> Actor:
        """Who acts."""
        return self.workspace.actor(self._as)

    def open(self, *, ended: bool = False, own: bool = False, over: bool = False) -> Response:
        """Open one person's work on one incident; with `ended` on an ended one.

        With `own` it is the one that they have just ended, if they did nothing else since; with
        `over` that is so only while no incident is open.
        """
        workspace = self.workspace
        own = own or (over and not self.incident and _none_is_open(workspace))
        part = self.incident or (ended_by(workspace, self.who) if own else None)
        ident = choose_incident(workspace, part, ended=ended)
        self.who = known_actor(workspace, ident, self.who, asks=not self.json)
        when = parse_moment(workspace, self.who, self.at)
        if when is not None:
            report_time_read(workspace, self.who, when)
        return Response(
            workspace, ident, self.who, at=when and when.moment, on_recorded=confirm_recorded
        )

    def respond(
        self,
        use_case: Callable[[Response], Result],
        command: str,
        *,
        echo: str | None = None,
        ended: bool = False,
        own: bool = False,
        as_json: Callable[[Result], Mapping[str, Any]] | None = None,
    ) -> Result:
        """Run a use case, and report what it recorded; with --json as the object of `command`.

        `echo` is what the user typed: a refusal shows it again, so nothing typed is lost.
        `as_json` returns more keys for the object.
        """
        try:
            result = use_case(self.open(ended=ended, own=own))
        except IncidentctlError as refusal:
            refusal.echo = refusal.echo or echo
            raise
        if (recorded := result.recorded) is not None:
            more = as_json(result) if as_json and self.json else {}
            if self.who.problem:
                self.workspace.notes.append(self.who.problem)
            report(self.workspace, recorded, command, json=self.json, more=more)
        return result


def _none_is_open(workspace: Workspace) -> bool:
    """Say whether no incident is open; not if git cannot say, so that nobody means an ended one."""
    try:
        return not workspace.record.open_heads()
    except EnvironmentFailedError:
        return False


def known_actor(workspace: Workspace, ident: str, who: Actor, *, asks: bool = True) -> Actor:
    """Return who acts; a name that is nearly a member's is asked about on a terminal, else refused.

    To act as nobody that anybody knows is a slip; to declare is always allowed.
    """
    try:
        ensure_meant(workspace, ident, who)
    except NearlyKnownError as stranger:
        if not asks or not console.is_terminal():
            raise
        from incidentctl.cli.terminal.prompts import ask_confirm

        console.say(stranger.message, "warning")
        if ask_confirm(f"Did you mean {stranger.near!r}?"):
            return workspace.actor(stranger.near)
    return who


def report_time_read(workspace: Workspace, who: Actor, when: ToldTime) -> None:
    """Print a typed time as it was understood, and what may be wrong with it."""
    console.say(f"at {echo(workspace, who, when)}")
    if when.note:
        console.say(f"note: {when.note}.", "warning")


def report(
    workspace: Workspace,
    recorded: Recorded,
    command: str,
    *,
    json: bool,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Print notes and warnings; with `json` print the object of a command."""
    report_notes(workspace, recorded.notes)
    if json:
        payload = {
            "incident": recorded.incident,
            "events": list(recorded.events),
            "commit": recorded.commit,
        }
        console.print_json(command, payload | dict(more))


Command = Callable[..., None]


def respond_command(*, at: bool = True) -> Callable[[Command], Command]:
    """Add the options that respond commands share; the command gets them as its first argument.

    Without `at` it has no `--at`, or its own.
    """
    shared: dict[str, tuple[Any, Any]] = {"incident": (InIncident, None)}
    shared |= {"at": (At, None)} if at else {}
    shared |= {"as_": (AsPerson, None), "json": (Json, False)}

    def decorate(command: Command) -> Command:
        def answer(ctx: typer.Context, **given: Any) -> None:
            call = Call(ctx, **{name: given.pop(name) for name in shared})
            command(call, **given)

        _, *own = inspect.signature(command, eval_str=True).parameters.values()
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        parameters = [
            inspect.Parameter("ctx", kind, annotation=typer.Context),
            *own,
            *(
                inspect.Parameter(name, kind, default=default, annotation=option)
                for name, (option, default) in shared.items()
            ),
        ]
        # Typer reads only this of a command.
        answer.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # for Typer
        answer.__annotations__ = {each.name: each.annotation for each in parameters}
        answer.__name__, answer.__doc__ = command.__name__, command.__doc__
        return answer

    return decorate


def choose_incident(workspace: Workspace, part: str | None, *, ended: bool = False) -> str:
    """Find the incident meant; if several match, ask on a terminal, else refuse."""
    try:
        return find_incident(workspace, part, ended=ended)
    except SeveralError as several:
        return ask_which(workspace, several)


def warn_not_visible(person: str) -> None:
    """Warn that an assignee cannot see the incident."""
    console.say(
        f"note: The incident is restricted and kept in this clone: {one_line(person)} cannot see "
        "it in another.",
        "warning",
    )
