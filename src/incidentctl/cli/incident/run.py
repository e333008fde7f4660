"""`run`: the walk of the runbook, shown and asked one step at a time.

On a terminal questionary asks; without one each line of stdin is a key and its text, such as
`d paged bob` or `s no customers`. Each answer is recorded at once, so that anyone can go on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Annotated, NamedTuple

import typer

from incidentctl.app.incident.respond import Response, load
from incidentctl.cli.incident.respond import known_teams, open_response
from incidentctl.cli.incident.walk_menu import Again, ask
from incidentctl.cli.session import tell_unclaimed
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import AsPerson, InIncident
from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident.handover_advice import URGED, handover_advice
from incidentctl.domain.incident.state import DONE, NOT_NEEDED, SKIPPED
from incidentctl.domain.incident.walk.machine import AFTER, Outcome, Screen, choose, screen
from incidentctl.errors import IncidentctlError, UsageError

_STATES = {DONE: "done", SKIPPED: "skipped", NOT_NEEDED: "not needed any more"}


class _Known(NamedTuple):
    """Whom the catalog knows."""

    people: Mapping[str, str | None]
    teams: list[str]


def run_command(
    ctx: typer.Context,
    incident: InIncident = None,
    step: Annotated[
        str | None, typer.Option("--step", metavar="STEP", help="Begin at this step.")
    ] = None,
    as_: AsPerson = None,
) -> None:
    """Walk the runbook, one step at a time. Ctrl-C leaves; anyone can go on.

    Without a terminal each line of stdin is a key and its text: d NOTE, s REASON, n TEXT,
    a ROLE PERSON, u UPDATE, g STEP, b, l, ?

    incidentctl run
    """
    response = open_response(ctx, incident, as_=as_)
    if response.incident.open and response.incident.tier is None:
        _complete(response)
    start = None
    if step is not None:
        from incidentctl.domain.incident.decide.steps import find

        start = find(response.incident, step).id
    walk(response, teams=known_teams(ctx), at=start)


def _complete(response: Response) -> None:
    """Give an incident its process that was declared and no more: the declarer was cut off."""
    from incidentctl.app.incident.declare import Request, complete

    request = Request(response.incident.title, response.incident.kind)
    for note in complete(response.workspace, response.ident, request, response.who).notes:
        console.say(f"note: {note}", "warning")
    response.incident = load(response.workspace, response.ident)


def walk(response: Response, *, teams: list[str], at: str | None = None) -> None:
    """Walk until somebody leaves, or nobody answers any more."""
    people = {h: p.name for h, p in response.workspace.basics.by_handle.items()}
    known = _Known(people, teams)
    for note in response.workspace.notes:
        console.say(f"note: {note}", "warning")
    tell_unclaimed(response.workspace)
    piped = not sys.stdin.isatty()
    restricted = response.workspace.record.is_restricted(response.ident)
    advised: str | None = None
    if piped and at is None:
        at = AFTER  # who types blindly means the steps, and not the offer to assign roles
    while True:
        # Another responder may have done something meanwhile.
        response.incident = load(response.workspace, response.ident)
        wake = _of_drill(response)
        command = _of_command(response)
        if command and command != advised:
            console.say(command, "warning")
        advised = command
        shown = screen(response.incident, at)
        _show(response, shown, restricted=restricted)
        try:
            outcome = _answer(response, shown, known, wake=wake)
        except Again:
            continue
        if outcome is None:
            return
        if outcome.message:
            if piped and outcome.refused:
                raise UsageError(outcome.message)
            console.say(outcome.message, keep_lines=True)
        if outcome.facts:
            try:
                recorded = response.record(outcome.facts, outcome.summary)
            except IncidentctlError as refusal:
                from incidentctl.cli.boundary import tell

                tell(refusal)
                continue
            for note in recorded.notes:
                console.say(f"note: {note}", "warning")
        if outcome.left:
            return
        at = outcome.next


def _of_command(response: Response) -> str | None:
    """Say that command is offered, or that it should be handed over; told when it changes."""
    incident = response.incident
    if incident.offer is not None:
        return f"Command is offered to {incident.offer.person}: incidentctl accept"
    known = len(response.workspace.basics.people)
    advice = handover_advice(incident, response.workspace.now(), known=known)
    if advice is None:
        return None
    word = "must" if advice.level == URGED else "should"
    return f"{incident.commander} {word} hand command over: incidentctl handover PERSON"


def _of_drill(response: Response) -> float | None:
    """Tell the surprises that are due; return the seconds until the next, if there is one."""
    if response.incident.kind != "drill" or response.incident.drill is None:
        return None

    return play_due(response)


def _show(response: Response, shown: Screen, *, restricted: bool) -> None:
    """Print a screen: it is talk, since nothing reads it but a person."""
    incident = response.incident
    console.say("")
    if shown.kind == "step":
        head = f"Step {shown.number} of {shown.of}: {shown.title}"
    else:
        head = shown.title
    title = one_line(f"restricted: {incident.title}" if restricted else incident.title)
    console.say(f"{incident.severity or '-'}  {incident.id}  {title}", "dim")
    console.say(head, "bold")
    if shown.state in _STATES:
        console.say(f"  ({_STATES[shown.state]})")
    if shown.purpose:
        _wrapped(shown.purpose)
    if shown.role:
        console.say(f"  {shown.role}: {', '.join(shown.holders)}")
    if shown.every:
        console.say(f"  every {shown.every}")
    if shown.notice:
        console.say(f"  {shown.notice}", "warning")
    for line in shown.lines:
        _wrapped(line)


def _wrapped(text: str) -> None:
    import textwrap

    for line in textwrap.wrap(text, 76):
        console.say(f"  {line}")


def _answer(
    response: Response, shown: Screen, known: _Known, *, wake: float | None
) -> Outcome | None:
    """Ask until something happens; None when nobody answers any more."""
    terminal = console.is_terminal() and os.environ.get("TERM") != "dumb"
    while True:
        try:
            key, text = ask(shown, wake) if terminal else _read_line(shown)
        except EOFError:
            return None
        outcome = choose(
            response.incident,
            shown,
            key,
            text,
            people=known.people,
            teams=known.teams,
            by=response.who.handle,
        )
        if outcome.needs is None:
            return outcome
        if not sys.stdin.isatty():
            raise UsageError(f"{key} needs a text: {outcome.needs}.")
        console.say(f"This needs: {outcome.needs}")


def _read_line(shown: Screen) -> tuple[str, str]:
    keys = " ".join(choice.key for choice in shown.choices)
    default = f", Enter is {shown.default}" if shown.default else ""
    print(f"[{keys}{default}] ", end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not sys.stdin.isatty():
        console.say(line.rstrip("\n"))  # a terminal shows what is typed; here nobody else does
    if not line:
        raise EOFError
    key, _, text = line.strip().partition(" ")
    return key, text


def play_due(response: Response) -> float | None:
    """Tell the surprises that are due, in the walk; return the seconds until the next one."""
    from incidentctl.app.drill.play import tell_due, wait

    for inject in tell_due(response):
        console.say("")
        console.say(f"Inject {inject.number}: {inject.text}", "bold")
    return wait(response)
