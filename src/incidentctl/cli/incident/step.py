"""`step`: list, do, skip and reopen the steps of the runbook, for scripts and screen readers."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.app.incident import steps
from incidentctl.app.incident.find import load
from incidentctl.app.incident.query import as_json
from incidentctl.cli.incident import choices
from incidentctl.cli.incident.overview import step_line
from incidentctl.cli.incident.respond import Call, choose_incident, respond_command
from incidentctl.cli.incident.respond_command import RespondCommand
from incidentctl.cli.session import warn_of_gaps, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import InIncident, Json

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="List, do, skip or reopen steps of the runbook, for scripts and screen readers.",
)

StepName = Annotated[
    str | None, typer.Argument(metavar="STEP", help="The id or number of the step.")
]


@app.command("list", cls=RespondCommand)
def list_(ctx: typer.Context, incident: InIncident = None, json: Json = False) -> None:
    """List the steps and their states.

    incidentctl step list
    """
    workspace = workspace_of(ctx)
    found = load(workspace, choose_incident(workspace, incident))
    warn_of_gaps(found)
    if json:
        console.print_json("step-list", {"incident": found.id, "steps": as_json(found)["steps"]})
        return
    for step in found.steps:
        console.out(f"{step_line(step).strip()}  ({step.id})", indent=6)


@app.command("done", cls=RespondCommand)
@respond_command()
def done_(
    call: Call,
    step: StepName = None,
    note: Annotated[
        str | None, typer.Option("--note", metavar="TEXT", help="A note on how, in a sentence.")
    ] = None,
    link: Annotated[
        str | None, typer.Option("--link", metavar="URL", help="Where to see it.")
    ] = None,
) -> None:
    """Mark a step as done.

    incidentctl step done open-channel --link https://chat.example.com/inc
    """
    name = choices.chosen(call, step, "STEP", "Which step is done?", choices.open_steps)
    call.respond(
        lambda response: steps.done(response, name, note=note, link=link),
        "step-done",
        echo=note,
    )


@app.command("skip", cls=RespondCommand)
@respond_command()
def skip_(
    call: Call,
    step: StepName = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")] = None,
) -> None:
    """Skip a step on purpose.

    incidentctl step skip 3 --reason "nothing public"
    """
    name = choices.chosen(call, step, "STEP", "Which step is skipped?", choices.open_steps)
    call.respond(
        lambda response: steps.skip(response, name, reason=reason),
        "step-skip",
        echo=reason,
    )


@app.command("reopen", cls=RespondCommand)
@respond_command()
def reopen_(
    call: Call,
    step: StepName = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")] = None,
) -> None:
    """Reopen a step.

    incidentctl step reopen 3
    """
    name = choices.chosen(call, step, "STEP", "Which step is reopened?", choices.done_steps)
    call.respond(
        lambda response: steps.reopen(response, name, reason=reason),
        "step-reopen",
        echo=reason,
    )
