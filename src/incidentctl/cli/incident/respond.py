"""The frame of every respond command: which incident, who, when; what was recorded, told once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import typer

from incidentctl.app.incident.respond import Recorded, Response, SeveralError, find_incident, moment
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.cli.session import tell, tell_unclaimed, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import IncidentctlError, RefusedError


def choose_incident(workspace: Workspace, part: str | None, *, ended: bool = False) -> str:
    """Find the incident meant; when several fit, ask on a terminal, else refuse."""
    try:
        return find_incident(workspace, part, ended=ended)
    except SeveralError as several:
        return _which(workspace, several)


def choose_offered(workspace: Workspace, person: str) -> str | None:
    """Find in which of several open incidents command is offered to a person; None: in none."""
    from incidentctl.app.incident.offers import find_offered

    try:
        return find_offered(workspace, person)
    except SeveralError as several:
        return _which(workspace, several)


def _which(workspace: Workspace, several: SeveralError) -> str:
    """Ask on a terminal which incident is meant; else refuse."""
    if not console.is_terminal():
        raise several
    from incidentctl.cli.terminal.prompts import ask_choice

    heads = {head.id: head for head in workspace.record.heads()}
    choices = [
        (ident, f"{ident}  {heads[ident].title}" if ident in heads else ident)
        for ident in several.candidates
    ]
    return ask_choice("Which incident?", choices, several.candidates[0])


def tell_unseen(response: Response, person: str) -> None:
    """Say where somebody who was given something by another cannot see the incident."""
    workspace = response.workspace
    if person == response.who.handle or workspace.basics.remote_apart:
        return
    if workspace.record.is_restricted(response.ident):
        console.say(
            f"note: restricted, and kept in this clone: {one_line(person)} sees it in no other",
            "warning",
        )


def open_response(
    ctx: typer.Context,
    incident: str | None,
    *,
    as_: str | None = None,
    at: str | None = None,
    ended: bool = False,
) -> Response:
    """Open the work of one person on one incident."""
    workspace = workspace_of(ctx)
    ident = choose_incident(workspace, incident, ended=ended)
    who = workspace.actor(as_)
    when = moment(workspace, who, at)
    response = Response(workspace, ident, who, at=when, tell=tell)
    if when is not None:
        from incidentctl.domain.common.times import show

        console.say(f"at {show(when, workspace.speaker_zone(who))}")
    return response


Decide = Callable[[Incident], Sequence[Any]]


def respond(
    ctx: typer.Context,
    incident: str | None,
    decide: Decide,
    summary: str,
    *,
    command: str,
    json: bool,
    as_: str | None = None,
    at: str | None = None,
    echo: str | None = None,
    ended: bool = False,
    ask_remote: bool = False,
) -> tuple[Response, Recorded]:
    """Do one command: decide on the incident's state, record, and tell what was recorded.

    With `ask_remote` a refusal is not the last word before the remote was asked, for a few seconds:
    what the command answers may have been said in another clone.
    `echo` is what the user typed: a refusal shows it again, so that nothing typed is lost.
    """
    try:
        response = open_response(ctx, incident, as_=as_, at=at, ended=ended)
        try:
            facts = decide(response.incident)
        except RefusedError:
            if not (ask_remote and response.workspace.sharing.catch_up()):
                raise
            facts = decide(response.look_again())
        recorded = response.record(facts, summary)
    except IncidentctlError as refusal:
        refusal.echo = refusal.echo or echo
        raise
    told(response, recorded, command=command, json=json)
    return response, recorded


def told(response: Response, recorded: Recorded, *, command: str, json: bool) -> None:
    """Tell where things went, where that is not the usual; print the JSON of a command."""
    for note in (*response.workspace.notes, *recorded.notes):
        console.say(f"note: {note}", "warning")
    tell_unclaimed(response.workspace)
    if json:
        console.print_json(
            command,
            {
                "incident": recorded.incident,
                "events": list(recorded.events),
                "commit": recorded.commit,
            },
        )


def on_call(workspace: Workspace, incident: Incident, now: datetime) -> str | None:
    """Say who is on call for the owner, while nobody but the commander has a role."""
    if incident.owner is None or workspace.root is None:
        return None
    from incidentctl.app.catalog.who import paged

    return paged(workspace.catalog, incident, now)


def known_people(ctx: typer.Context) -> dict[str, str | None]:
    """Return the name of everybody in the catalog by handle; empty when it names nobody."""
    people = workspace_of(ctx).basics.by_handle
    return {handle: person.name for handle, person in people.items()}


def known_roles(ctx: typer.Context) -> dict[str, bool]:
    """Return of every role of the catalog whether several people may hold it."""
    return {role.name: role.many for role in workspace_of(ctx).catalog.roles}


def known_teams(ctx: typer.Context) -> list[str]:
    """Return the names of the teams; empty when there are none."""
    return list(workspace_of(ctx).catalog.teams)
