"""`handover`, `accept`, `take-command` and `escalate`: who commands, and who else is brought in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from incidentctl.app.incident.respond import Response
from incidentctl.cli.incident.respond import (
    choose_offered,
    known_people,
    on_call,
    open_response,
    respond,
    tell_unseen,
    told,
)
from incidentctl.cli.session import workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import AsPerson, At, InIncident, Json
from incidentctl.cli.terminal.text_command import TextCommand
from incidentctl.domain.incident.decide import handover
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import UsageError
from incidentctl.render.incident.brief import INDENT, brief

COMMAND_CLASS = TextCommand


def print_brief(response: Response) -> None:
    """Print the commander's brief as the incident is now."""
    incident, now = response.incident, response.workspace.now()
    for line in brief(incident, now, on_call=on_call(response.workspace, incident, now)):
        console.out(line, indent=INDENT)


def handover_command(
    ctx: typer.Context,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Who is to command.")],
    incident: InIncident = None,
    at: At = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Offer command to somebody, with the brief; they have it once they accept.

    A newer offer replaces it, and undo takes it back.

    incidentctl handover bob
    """
    by = workspace_of(ctx).actor(as_).handle
    response, _ = respond(
        ctx,
        incident,
        lambda found: handover.offer(found, person, by=by, known=known_people(ctx)),
        f"command offered to {person}",
        command="handover",
        json=json,
        as_=as_,
        at=at,
    )
    offered = response.incident.offer
    to = offered.person if offered else person
    tell_unseen(response, to)
    if json:
        return
    print_brief(response)
    console.say(f"{by} commands until {to} says `incidentctl accept`.")


def accept_command(
    ctx: typer.Context,
    incident: InIncident = None,
    at: At = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Take command that was offered to you; the brief says what you take over.

    Where several incidents are open, the one that is offered to you is meant.

    incidentctl accept
    """
    workspace = workspace_of(ctx)
    who = workspace.actor(as_)
    response, _ = respond(
        ctx,
        incident or choose_offered(workspace, who.handle),
        lambda found: handover.accept(found, by=who.handle, name=who.name),
        f"{who.handle} commands",
        command="accept",
        json=json,
        as_=as_,
        at=at,
        ask_remote=True,
    )
    if not json:
        print_brief(response)


def take_command_command(
    ctx: typer.Context,
    reason: Annotated[
        list[str] | None,
        typer.Argument(metavar="[REASON]", help="Why the commander cannot hand it over."),
    ] = None,
    incident: InIncident = None,
    at: At = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Take command when the commander cannot be reached, with the reason.

    incidentctl take-command "alice does not answer since 14:20"
    """
    said = " ".join(reason or [])
    who = workspace_of(ctx).actor(as_)

    def decide(found: Incident) -> Sequence[Any]:
        handover.may_take(found, by=who.handle)
        why = said.strip() or _ask_reason(found)
        return handover.take(found, why, by=who.handle, name=who.name)

    response, _ = respond(
        ctx,
        incident,
        decide,
        f"{who.handle} commands",
        command="take-command",
        json=json,
        as_=as_,
        at=at,
        echo=said or None,
    )
    if not json:
        print_brief(response)


def _ask_reason(incident: Incident) -> str:
    if console.is_terminal():
        from incidentctl.cli.terminal.prompts import ask_text

        if answer := ask_text(f"Why can {incident.commander} not hand it over?"):
            return answer
    raise UsageError(
        "Taking command needs a reason.",
        hint=f'incidentctl take-command "{incident.commander} does not answer since 14:20"',
    )


def escalate_command(
    ctx: typer.Context,
    team: Annotated[
        str | None,
        typer.Argument(metavar="[TEAM]", help="Which team; else the next that on-call names."),
    ] = None,
    incident: InIncident = None,
    at: At = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Bring in the next team: record it, and show how to reach it. Nobody is paged by this.

    Without TEAM it is the one that the on-call of the responding team, or of the owner, names
    in escalate_to; said again, it goes on from there.

    incidentctl escalate
    """
    from incidentctl.app.incident.escalate import whom

    response = open_response(ctx, incident, as_=as_, at=at)
    handover.may_escalate(response.incident)
    workspace = response.workspace
    called = whom(workspace.catalog, response.incident, team, now=workspace.now())
    duty = called.on_call
    stated = handover.escalate(
        called.team, person=duty.handle if duty else None, name=duty.name if duty else None
    )
    recorded = response.record(stated, f"escalated to {called.team}")
    told(response, recorded, command="escalate", json=False)
    if json:
        console.print_json(
            "escalate",
            {
                "incident": recorded.incident,
                "events": list(recorded.events),
                "commit": recorded.commit,
                "team": called.team,
                "on_call": duty.handle if duty else None,
                "contacts": dict(called.contacts),
                "sent": False,
            },
        )
        return
    _print_called(called, workspace.environment)


def _print_called(called: Any, environment: Mapping[str, str]) -> None:
    from incidentctl.app.catalog import who

    duty = called.on_call
    console.out(f"team       {called.team}", indent=11)
    console.out(f"on call    {who.called(duty) if duty else 'nobody'}", indent=11)
    for name, value in called.contacts:
        console.out(f"{name:<10} {who.reached(value, environment)}", indent=11)
    reach = "reach them by hand" if called.contacts else "the catalog has no contact of this team"
    console.say(f"NOT SENT: nobody was paged by this; {reach}.", "warning")
