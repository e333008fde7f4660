"""`handover`, `accept`, `take-command` and `escalate`: pass on command, and bring in teams."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from incidentctl.app.incident import handover
from incidentctl.app.incident.find import SeveralError
from incidentctl.app.incident.query import on_call
from incidentctl.cli.incident import choices
from incidentctl.cli.incident.respond import Call, respond_command, warn_not_visible
from incidentctl.cli.incident.respond_command import RespondCommand
from incidentctl.cli.session import ask_which
from incidentctl.cli.terminal import console
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import UsageError
from incidentctl.render.incident.brief import INDENT, WIDTH, brief

COMMAND_CLASS = RespondCommand


def _print_brief(call: Call, incident: Incident) -> None:
    """Print the commander's brief, except with --json."""
    if call.json:
        return
    now = call.workspace.now()
    duty, columns = on_call(call.workspace, incident, now), console.narrowed(WIDTH)
    for line in brief(incident, now, on_call=duty, columns=columns):
        console.out(line, indent=INDENT)


@respond_command()
def handover_command(
    call: Call,
    person: Annotated[
        str | None, typer.Argument(metavar="PERSON", help="Who should take command.")
    ] = None,
) -> None:
    """Offer command to somebody, with the brief; they take over when they accept.

    A newer offer replaces it; `undo` withdraws it.

    incidentctl handover bob
    """
    who = choices.chosen(call, person, "PERSON", "Who should take command?", choices.people)
    offered = call.respond(lambda response: handover.offer(response, who), "handover")
    if offered.unseen:
        warn_not_visible(offered.person)
    _print_brief(call, offered.incident)
    if not call.json:
        console.say(
            f"{offered.by} stays in command until {offered.person} runs `incidentctl accept`."
        )


@respond_command()
def accept_command(call: Call) -> None:
    """Accept command that was offered to you, or that nobody has yet; prints the brief.

    Nobody commands an incident that an alert declared until somebody accepts. If several incidents
    are open, it picks the one offered to you, else the one that nobody commands.

    incidentctl accept
    """
    if not call.incident:
        try:
            call.incident = handover.find_offered(call.workspace, call.who.handle)
        except SeveralError as several:
            call.incident = ask_which(call.workspace, several)
    taken = call.respond(handover.accept, "accept")
    if taken.first and not call.json:
        from incidentctl.cli.incident.also_open import say_others_open

        say_others_open(call.workspace, taken.incident)
    _print_brief(call, taken.incident)


@respond_command()
def take_command_command(
    call: Call,
    reason: Annotated[
        list[str] | None,
        typer.Argument(metavar="[REASON]", help="Why the commander cannot hand it over."),
    ] = None,
) -> None:
    """Take command when the commander cannot be reached; needs a reason.

    incidentctl take-command "alice has not answered since 14:20"
    """
    said = " ".join(reason or [])
    taken = call.respond(
        lambda response: handover.take(response, said, ask=_ask_reason),
        "take-command",
        echo=said or None,
    )
    _print_brief(call, taken.incident)


def _ask_reason(incident: Incident) -> str:
    if console.is_terminal():
        from incidentctl.cli.terminal.prompts import ask_text

        if answer := ask_text(f"Why can {incident.commander} not hand it over?"):
            return answer
    raise UsageError(
        "Taking command needs a reason.",
        hint=f'For example: `incidentctl take-command "{incident.commander} has not answered '
        'since 14:20"`.',
    )


@respond_command()
def escalate_command(
    call: Call,
    team: Annotated[
        str | None,
        typer.Argument(
            metavar="[TEAM]", help="Which team; by default the next one in escalate_to."
        ),
    ] = None,
) -> None:
    """Bring in the next team: record it, and show how to reach it. This pages nobody.

    Without TEAM, it is the team in `escalate_to` of the on-call of the responding team or the
    owner; each further call goes one team further.

    incidentctl escalate
    """
    from incidentctl.app.incident.escalate import Escalated, escalate

    def as_json(done: Escalated) -> dict[str, Any]:
        duty = done.called.on_call
        return {
            "team": done.called.team,
            "on_call": duty.handle if duty else None,
            "contacts": dict(done.called.contacts),
            "sent": False,
        }

    done = call.respond(lambda response: escalate(response, team), "escalate", as_json=as_json)
    if not call.json:
        _print_called(call, done.called)


def _print_called(call: Call, called: Any) -> None:
    from incidentctl.app.incident.escalate import how_to_reach

    *ways, (not_sent, reach) = how_to_reach(called, call.workspace.environment)
    for label, value in ways:
        console.out(f"{label:<10} {value}", indent=11)
    console.say(f"{not_sent}: {reach}", "warning")
