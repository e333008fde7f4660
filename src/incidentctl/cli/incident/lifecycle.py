"""`resolve`, `reopen`, `cancel` and `close`: how an incident ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from incidentctl.app.incident.respond import ensure_nameable, find_incident
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.cli.incident.respond import respond
from incidentctl.cli.session import workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import AsPerson, At, InIncident, Json
from incidentctl.cli.terminal.text_command import TextCommand
from incidentctl.domain.incident.decide import lifecycle
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import IncidentctlError, UsageError

COMMAND_CLASS = TextCommand


def resolve_command(
    ctx: typer.Context,
    text: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]", help="What solved it.")
    ] = None,
    incident: InIncident = None,
    at: At = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """It is over: customers are no longer hit.

    incidentctl resolve "rolled back; errors are gone"
    """
    said = " ".join(text or []) or None
    to_do: list[str] = []

    def decide(found: Incident) -> Sequence[Any]:
        if found.drill is None or found.drill.ended:
            return lifecycle.resolve(found, said)
        # The plan of a drill says what it was measured by, which is no secret any more.
        from incidentctl.app.drill.play import plan_of, unmeasured
        from incidentctl.domain.drill import play as drill_play

        workspace = workspace_of(ctx)
        to_do.extend(filter(None, [unmeasured(workspace, found)]))
        return drill_play.end(found, plan_of(workspace, found), text=said)

    respond(
        ctx,
        incident,
        decide,
        "resolved",
        command="resolve",
        json=json,
        as_=as_,
        at=at,
        echo=said,
    )
    for note in to_do:
        console.say(f"note: {note}", "warning")


def reopen_command(
    ctx: typer.Context,
    reason: Annotated[
        list[str] | None, typer.Argument(metavar="REASON", help="Why it was not over.")
    ] = None,
    incident: InIncident = None,
    at: At = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """It was not over.

    incidentctl reopen "errors are back since 14:10"
    """
    said = " ".join(reason or [])
    if not said:
        raise UsageError(
            "Reopening needs a reason.", hint='incidentctl reopen "errors are back since 14:10"'
        )
    respond(
        ctx,
        incident,
        lambda found: lifecycle.reopen(found, said),
        "reopened",
        command="reopen",
        json=json,
        as_=as_,
        at=at,
        echo=said,
        ended=True,
    )


def cancel_command(
    ctx: typer.Context,
    reason: Annotated[
        list[str] | None, typer.Argument(metavar="[REASON]", help="Why it was none.")
    ] = None,
    duplicate_of: Annotated[
        str | None,
        typer.Option("--duplicate-of", metavar="INCIDENT", help="Handled as this one."),
    ] = None,
    incident: InIncident = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """It was none, or is handled as another one.

    incidentctl cancel "a false alarm"

    incidentctl cancel --duplicate-of k7f
    """
    said = " ".join(reason or []) or None

    def decide(found: Incident) -> Sequence[Any]:
        other = find_incident(workspace_of(ctx), duplicate_of) if duplicate_of else None
        if other is not None:
            ensure_nameable(workspace_of(ctx), found.id, other)
        return lifecycle.cancel(found, said, duplicate_of=other)

    respond(
        ctx,
        incident,
        decide,
        "cancelled",
        command="cancel",
        json=json,
        as_=as_,
        echo=said,
    )


def _offer_to_write(workspace: Workspace, ident: str, refusal: IncidentctlError) -> None:
    """Write the retrospective that closing asks for, or raise the refusal where nobody wants it."""
    from incidentctl.app.learn import retro
    from incidentctl.cli.learn.retro import in_words
    from incidentctl.cli.terminal.prompts import ask_confirm

    console.say(refusal.message)
    if not ask_confirm("Write it now?", default=True):
        raise refusal
    written = retro.write(workspace, ident)
    console.out(written.path)
    console.say(in_words(written), "ok")
    console.say(f"{ident} stays resolved until people have answered its questions; then close it.")


def close_command(
    ctx: typer.Context,
    reason: Annotated[
        list[str] | None,
        typer.Argument(metavar="[REASON]", help="Why no retrospective is needed."),
    ] = None,
    incident: InIncident = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Nothing is left to do.

    incidentctl close
    """
    said = " ".join(reason or []) or None

    def decide(found: Incident) -> Sequence[Any]:
        from incidentctl.app.learn import retro

        workspace = workspace_of(ctx)
        there = retro.existing(workspace, found.id)
        answered = True
        if there is not None and said is None and lifecycle.needs_retrospective(found):
            answered = retro.answered(workspace, there)
        try:
            return lifecycle.close(
                found,
                said,
                retrospective=there,
                answered=answered,
                restricted=workspace.record.is_restricted(found.id),
            )
        except lifecycle.NoRetrospectiveError as refusal:
            if json or not console.is_terminal() or not retro.can_write(workspace, found.id):
                raise
            _offer_to_write(workspace, found.id, refusal)
            raise typer.Exit from None

    respond(
        ctx,
        incident,
        decide,
        "closed",
        command="close",
        json=json,
        as_=as_,
        echo=said,
        ended=True,
    )
