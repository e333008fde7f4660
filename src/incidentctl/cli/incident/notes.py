"""What people say: hypotheses, updates, and the head of the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from incidentctl.cli.incident.respond import respond
from incidentctl.cli.session import workspace_of
from incidentctl.cli.terminal.options import AsPerson, At, InIncident, Json
from incidentctl.cli.terminal.text_command import TextCommand
from incidentctl.domain.incident.decide import hypotheses, notes
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import UsageError

COMMAND_CLASS = TextCommand


def summary_command(
    ctx: typer.Context,
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="What happened.")],
    incident: InIncident = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Say what happened, in a sentence or two, at the head of the log.

    incidentctl summary "a deploy broke the login page"
    """
    respond(
        ctx,
        incident,
        lambda found: notes.summary(found, " ".join(text)),
        "summary set",
        command="summary",
        json=json,
        as_=as_,
        echo=" ".join(text),
    )


def impact_command(
    ctx: typer.Context,
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="Who is hit, and how.")],
    incident: InIncident = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Say who is hit, and how, at the head of the log.

    incidentctl impact "nobody can log in since 14:01"
    """
    respond(
        ctx,
        incident,
        lambda found: notes.impact(found, " ".join(text)),
        "impact set",
        command="impact",
        json=json,
        as_=as_,
        echo=" ".join(text),
    )


def link_command(
    ctx: typer.Context,
    label: Annotated[str, typer.Argument(metavar="LABEL", help="channel, bridge, ticket, ...")],
    url: Annotated[str, typer.Argument(metavar="URL", help="Where it is.")],
    incident: InIncident = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Keep the address of a channel, bridge, ticket, dashboard, ...

    incidentctl link ticket https://tickets.example.com/42
    """
    respond(
        ctx,
        incident,
        lambda found: notes.link(found, label, url),
        f"{label} linked",
        command="link",
        json=json,
        as_=as_,
        echo=f"{label} {url}",
    )


def hypothesis_command(
    ctx: typer.Context,
    text: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]", help="What it may be.")
    ] = None,
    ruled_out: Annotated[
        bool, typer.Option("--ruled-out", help="It is not this one: name its number, or none.")
    ] = False,
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="It is this one: name its number, or none.")
    ] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="How we know.")
    ] = None,
    incident: InIncident = None,
    at: At = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """What we think it is, and what it is not.

    incidentctl hypothesis "the new release leaks connections"

    incidentctl hypothesis 1 --ruled-out --reason "it was rolled back, no change"
    """
    said = " ".join(text or [])
    if ruled_out and confirmed:
        raise UsageError("It is either ruled out or confirmed.", echo=said or None)
    word = "ruled out" if ruled_out else "confirmed" if confirmed else "proposed"

    def decide(found: Incident) -> Sequence[Any]:
        if ruled_out:
            return hypotheses.rule_out(found, said or None, reason=reason)
        if confirmed:
            return hypotheses.confirm(found, said or None, reason=reason)
        return hypotheses.propose(found, said)

    respond(
        ctx,
        incident,
        decide,
        f"hypothesis {word}",
        command="hypothesis",
        json=json,
        as_=as_,
        at=at,
        echo=" ".join(filter(None, (said, reason))) or None,
    )


def relate_command(
    ctx: typer.Context,
    other: Annotated[str, typer.Argument(metavar="INCIDENT", help="Any part of its id.")],
    relation: Annotated[
        str,
        typer.Option("--relation", metavar="HOW", help="How: related, caused-by, duplicate, ..."),
    ] = "related",
    incident: InIncident = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Name another incident that has to do with this one.

    incidentctl relate k7f --relation caused-by
    """
    from incidentctl.app.incident.respond import ensure_nameable, find_incident

    workspace = workspace_of(ctx)
    named = find_incident(workspace, other)

    def decide(found: Incident) -> Sequence[Any]:
        ensure_nameable(workspace, found.id, named)
        return notes.relate(found, named, relation=relation)

    respond(
        ctx,
        incident,
        decide,
        f"related to {named}",
        command="relate",
        json=json,
        as_=as_,
    )
