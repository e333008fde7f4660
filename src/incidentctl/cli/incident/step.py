"""`step`: list, do, skip and reopen the steps of the runbook, for scripts and screen readers."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.cli.incident.overview import step_line
from incidentctl.cli.incident.respond import choose_incident, respond
from incidentctl.cli.session import workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import AsPerson, At, InIncident, Json
from incidentctl.domain.incident.decide import steps

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="List, do, skip or reopen steps of the runbook, for scripts and screen readers.",
)

StepName = Annotated[str, typer.Argument(metavar="STEP", help="Its id or its number.")]


@app.command("list")
def list_(ctx: typer.Context, incident: InIncident = None, json: Json = False) -> None:
    """List the steps and their states.

    incidentctl step list
    """
    from incidentctl.app.incident.query import as_json
    from incidentctl.app.incident.respond import load

    workspace = workspace_of(ctx)
    found = load(workspace, choose_incident(workspace, incident))
    if json:
        console.print_json("step-list", {"incident": found.id, "steps": as_json(found)["steps"]})
        return
    for step in found.steps:
        console.out(f"{step_line(step).strip()}  ({step.id})", indent=6)


@app.command("done")
def done_(
    ctx: typer.Context,
    step: StepName,
    note: Annotated[
        str | None, typer.Option("--note", metavar="TEXT", help="How, in a sentence.")
    ] = None,
    link: Annotated[
        str | None, typer.Option("--link", metavar="URL", help="Where to see it.")
    ] = None,
    incident: InIncident = None,
    at: At = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """A step was done.

    incidentctl step done open-channel --link https://chat.example.com/inc
    """
    respond(
        ctx,
        incident,
        lambda found: steps.done(found, step, note=note, link=link),
        f"step {step} done",
        command="step-done",
        json=json,
        as_=as_,
        at=at,
        echo=note,
    )


@app.command("skip")
def skip_(
    ctx: typer.Context,
    step: StepName,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")] = None,
    incident: InIncident = None,
    at: At = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """A step is left out on purpose.

    incidentctl step skip 3 --reason "nothing public"
    """
    respond(
        ctx,
        incident,
        lambda found: steps.skip(found, step, reason=reason),
        f"step {step} skipped",
        command="step-skip",
        json=json,
        as_=as_,
        at=at,
        echo=reason,
    )


@app.command("reopen")
def reopen_(
    ctx: typer.Context,
    step: StepName,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")] = None,
    incident: InIncident = None,
    at: At = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """A step is to be done after all.

    incidentctl step reopen 3
    """
    respond(
        ctx,
        incident,
        lambda found: steps.reopen(found, step, reason=reason),
        f"step {step} reopened",
        command="step-reopen",
        json=json,
        as_=as_,
        at=at,
        echo=reason,
    )
