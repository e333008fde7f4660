"""What people say: hypotheses, updates, and the head of the log."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.cli.options import AsPerson, InIncident, Json
from incidentctl.cli.responding import respond
from incidentctl.domain.decide import notes


def summary_command(
    ctx: typer.Context,
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="What happened.")],
    incident: InIncident = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Say what happened, in a sentence or two, at the head of the log."""
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
    """Say who is hit, and how, at the head of the log."""
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
    """Keep the address of a channel, bridge, ticket, dashboard, ..."""
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
