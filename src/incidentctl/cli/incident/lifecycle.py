"""`resolve`, `reopen`, `cancel` and `close`: how an incident ends."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.app.incident import lifecycle
from incidentctl.cli.incident import choices
from incidentctl.cli.incident.respond import Call, choose_incident, respond_command
from incidentctl.cli.incident.respond_command import EndCommand
from incidentctl.cli.incident.update import offer_last_public_update
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.places import from_here
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import span_in_words
from incidentctl.domain.incident.state import OPEN, Incident
from incidentctl.errors import UsageError

COMMAND_CLASS = EndCommand
#: So many lines say what a resolved incident has left open.
_MAX_LINES = 4


@respond_command()
def resolve_command(
    call: Call,
    text: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]", help="What solved it.")
    ] = None,
) -> None:
    """Mark as resolved: customers are no longer affected.

    incidentctl resolve "rolled back; errors are gone"
    """
    if not text and choices.can_ask(call):
        call.incident = choose_incident(call.workspace, call.incident)
    said = choices.typed(call, text, "What solved it (Enter: leave it out):", optional=True) or None
    done = call.respond(lambda response: lifecycle.resolve(response, said), "resolve", echo=said)
    if not call.json:
        print_left(done.incident, needs_retrospective=done.needs_retrospective)
    offer_last_public_update(call, done.incident)


def print_left(incident: Incident, *, needs_retrospective: bool) -> None:
    """Print what is still open in a resolved incident, and what comes next."""
    steps = [f"step {s.number} {s.title}" for s in incident.steps if s.state == OPEN]
    tasks = [
        f"task {task.number} {task.title} ({task.person or task.role or 'nobody'})"
        for task in incident.tasks
        if task.done is None
    ]
    alerts = [f"its alert still fires: {alert.title}" for alert in incident.alerts if alert.firing]
    left = [*alerts, *tasks, *steps]
    rest = f"and {len(left) - _MAX_LINES + 1} more: incidentctl show {incident.id}"
    for number, line in enumerate(
        left if len(left) <= _MAX_LINES else [*left[: _MAX_LINES - 1], rest]
    ):
        label = "" if number else "open"
        console.say(f"{label:<10} {one_line(line)}", indent=11)
    if incident.kind == "incident":
        within = incident.retrospective_within
        limit = f" within {span_in_words(within)}" if within else ""
        required = f", required{limit}" if needs_retrospective else ""
        console.say(f"next       incidentctl retro {incident.id}{required}", indent=11)
    label = "" if incident.kind == "incident" else "next"
    console.say(f"{label:<10} incidentctl close {incident.id}", indent=11)
    console.say("           if it was too early: incidentctl undo", indent=11)


@respond_command()
def reopen_command(
    call: Call,
    reason: Annotated[
        list[str] | None, typer.Argument(metavar="REASON", help="Why it is not over.")
    ] = None,
) -> None:
    """Reopen a resolved incident.

    incidentctl reopen "errors are back since 14:10"
    """
    said = " ".join(reason or [])
    if not said:
        raise UsageError(
            "Reopening needs a reason.",
            hint='For example: `incidentctl reopen "errors are back since 14:10"`.',
        )
    call.respond(lambda response: lifecycle.reopen(response, said), "reopen", echo=said, ended=True)


@respond_command(at=False)
def cancel_command(
    call: Call,
    reason: Annotated[
        list[str] | None, typer.Argument(metavar="[REASON]", help="Why it is cancelled.")
    ] = None,
    duplicate_of: Annotated[
        str | None,
        typer.Option("--duplicate-of", metavar="INCIDENT", help="The incident that it duplicates."),
    ] = None,
) -> None:
    """Cancel: a false alarm or a duplicate.

    incidentctl cancel "a false alarm"

    incidentctl cancel --duplicate-of k7f
    """
    said = " ".join(reason or []) or None
    done = call.respond(
        lambda response: lifecycle.cancel(response, said, duplicate_of=duplicate_of),
        "cancel",
        echo=said,
    )
    offer_last_public_update(call, done.incident)


@respond_command(at=False)
def close_command(
    call: Call,
    reason: Annotated[
        list[str] | None,
        typer.Argument(metavar="[REASON]", help="Why no retrospective is needed."),
    ] = None,
) -> None:
    """Close after the follow-up: the retrospective is written, and nothing is left to do.

    incidentctl close
    """
    from incidentctl.app.learn.close import close

    said = " ".join(reason or []) or None
    may_write = _may_write if console.is_terminal() and not call.json else None
    closed = call.respond(
        lambda response: close(response, said, may_write=may_write),
        "close",
        echo=said,
        ended=True,
    )
    if closed.written:
        from incidentctl.cli.learn.retro import in_words

        console.out(from_here(call.workspace.root, closed.written.path))
        console.say(in_words(closed.written), "ok")
        console.say(
            f"{closed.written.incident} stays resolved until people have answered its questions; "
            "then close it."
        )


def _may_write(why: str) -> bool:
    """Ask whether to write the retrospective that closing requires."""
    from incidentctl.cli.terminal.prompts import ask_confirm

    console.say(why)
    return ask_confirm("Write it now?", default=True)
