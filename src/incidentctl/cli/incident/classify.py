"""`severity` and `affects`: what changes the process; `status` and `mark`: where things stand."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from incidentctl.cli.incident.respond import open_response, told
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import AsPerson, At, InIncident, Json
from incidentctl.domain.incident.decide import lifecycle
from incidentctl.errors import IncidentctlError, NotFoundError
from incidentctl.render.incident.brief import next_update


def severity_command(
    ctx: typer.Context,
    severity: Annotated[str, typer.Argument(metavar="SEVERITY", help="Such as SEV1, or just 1.")],
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")] = None,
    incident: InIncident = None,
    at: At = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Say how bad it is. The process follows: new steps are layered in, nothing done is lost.

    incidentctl severity SEV1 --reason "every customer is hit"
    """
    _reclassify(
        ctx,
        incident,
        f"severity {severity}",
        command="severity",
        at=at,
        as_=as_,
        json=json,
        echo=reason,
        severity=severity,
        reason=reason,
    )


def affects_command(
    ctx: typer.Context,
    what: Annotated[
        list[str], typer.Argument(metavar="WHAT...", help="Every service or area that is affected.")
    ],
    incident: InIncident = None,
    at: At = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Say what is affected, in place of what was said before. The process follows.

    incidentctl affects checkout payment
    """
    _reclassify(
        ctx,
        incident,
        f"affects {', '.join(what)}",
        command="affects",
        at=at,
        as_=as_,
        json=json,
        affects=what,
    )


def _reclassify(
    ctx: typer.Context,
    incident: str | None,
    summary: str,
    *,
    command: str,
    at: str | None,
    as_: str | None,
    json: bool,
    echo: str | None = None,
    **changes: Any,
) -> None:
    from incidentctl.app.incident.classify import classify

    try:
        response = open_response(ctx, incident, as_=as_, at=at)
        lifecycle.ensure_open(response.incident)
        before = {step.id for step in response.incident.steps}
        classified = classify(response.workspace, response.incident, **changes)
        if classified.notes:
            raise NotFoundError(" ".join(classified.notes))
        if "severity" in changes:
            summary = f"severity {classified.severity}"
        recorded = response.record(classified.facts, summary)
    except IncidentctlError as refusal:
        refusal.echo = refusal.echo or echo
        raise
    told(response, recorded, command=command, json=json)
    if json:
        return
    after = response.incident
    console.say(f"process    {after.reason}", indent=11)
    added = [step.title for step in after.steps if step.id not in before]
    for title in added:
        console.say(f"new step   {title}", indent=11)
    due = next_update(after, response.workspace.now())
    if due:
        console.say(f"update due {due}")
