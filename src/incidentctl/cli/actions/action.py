"""`action`: list the actions of the steps, run one, or try it again."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.app.actions.listing import listed, listed_as_json, why_not_sent
from incidentctl.app.actions.prepare import prepare, target_of
from incidentctl.app.actions.run import Ran, run_patiently
from incidentctl.cli.incident import choices
from incidentctl.cli.incident.respond import Call, choose_incident, respond_command
from incidentctl.cli.incident.respond_command import RespondCommand
from incidentctl.cli.incident.sent import print_ran
from incidentctl.cli.session import report_notes, warn_of_faults, warn_of_gaps, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import PLAIN, InIncident, Json
from incidentctl.errors import EnvironmentFailedError

app = typer.Typer(
    no_args_is_help=True,
    help="List the actions of the steps, run one, or try one again.",
    **PLAIN,
)

StepName = Annotated[
    str | None, typer.Argument(metavar="STEP", help="The id or number of the step.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print exactly what would be sent, and send nothing.")
]


@app.command("list", cls=RespondCommand)
def list_(ctx: typer.Context, incident: InIncident = None, json: Json = False) -> None:
    """List the steps that can send something, where it goes, and what came of it.

    incidentctl action list
    """
    workspace = workspace_of(ctx)
    found = listed(workspace, choose_incident(workspace, incident))
    warn_of_faults(workspace.catalog_problems)
    if json:
        console.print_json("action-list", listed_as_json(found))
        return
    for each in found.actions:
        console.out(each.line, "warning" if each.failed else None, indent=4)
    if not found.actions:
        console.out("No step of this incident can send anything.")
    for problem in found.problems:
        console.say(problem, "warning")


@app.command("run", cls=RespondCommand)
@respond_command(at=False)
def run_(call: Call, step: StepName = None, dry_run: DryRun = False) -> None:
    """Send what the action of a step says, and record what came of it.

    incidentctl action run page-on-call
    """
    _run(call, step, dry_run=dry_run, again=False)


@app.command("retry", cls=RespondCommand)
@respond_command(at=False)
def retry_(call: Call, step: StepName = None, dry_run: DryRun = False) -> None:
    """Retry an action that failed, or that may or may not have arrived.

    It carries the same key, so a target that honours keys does it once.

    incidentctl action retry page-on-call
    """
    _run(call, step, dry_run=dry_run, again=True)


def _run(call: Call, step: str | None, *, dry_run: bool, again: bool) -> None:
    name = choices.chosen(call, step, "STEP", "Which step is run?", choices.open_steps)
    response = call.open()
    workspace, incident = response.workspace, response.incident
    warn_of_gaps(incident)
    target = target_of(workspace, incident, name)
    if dry_run:
        prepared = prepare(workspace, incident, target, again=again, dry=True)
        if call.json:
            console.print_json(
                "action-run",
                {
                    "incident": incident.id, "step": target.step, "state": "dry-run",
                    "key": prepared.planned.key, "to": prepared.to, "recipient": prepared.whom,
                    "request": prepared.shown,
                },
            )  # fmt: skip
            return
        console.page(prepared.shown)
        console.say("Nothing was sent: this was a dry run.")
        if why := why_not_sent(workspace):
            console.say(why, "warning")
        return
    ran = run_patiently(
        workspace, incident.id, target, who=response.who, on_recorded=response.on_recorded,
        again=again,
    )  # fmt: skip
    if response.who.problem:
        workspace.notes.append(response.who.problem)
    report_notes(workspace, ran.recorded.notes)
    if call.json:
        console.print_json("action-run", as_json(ran))
    print_ran(ran)
    if not ran.done:
        raise typer.Exit(EnvironmentFailedError.exit_code)


def as_json(ran: Ran) -> dict[str, object]:
    """Return what came of a run as plain values."""
    outcome, prepared = ran.outcome, ran.prepared
    return {
        "incident": ran.recorded.incident,
        "events": list(ran.recorded.events),
        "commit": ran.recorded.commit,
        "step": ran.target.step,
        "state": outcome.state,
        "key": prepared.planned.key,
        "to": prepared.to,
        "recipient": prepared.whom,
        "link": outcome.link,
        "ident": outcome.ident,
        "reason": outcome.reason or None,
        "attempts": ran.attempts,
    }
