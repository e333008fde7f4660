"""`announce`: list, send and retry the announcements of an incident."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from incidentctl.app.actions.announce import (
    NotSent,
    Row,
    again,
    came_of_it,
    retry,
    row_as_json,
    rows,
    send,
)
from incidentctl.app.actions.run import Ran
from incidentctl.app.incident.find import load
from incidentctl.app.incident.respond import Response
from incidentctl.cli.incident.respond import Call, choose_incident, respond_command
from incidentctl.cli.incident.respond_command import EndCommand, RespondCommand
from incidentctl.cli.session import report_notes, warn_of_faults, warn_of_gaps, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import PLAIN, InIncident, Json
from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident.ids import last_part
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import EnvironmentFailedError

app = typer.Typer(
    no_args_is_help=True,
    help="List the announcements of an incident, send those that are due, retry failed ones.",
    **PLAIN,
)


@app.command("list", cls=RespondCommand)
def list_(ctx: typer.Context, incident: InIncident = None, json: Json = False) -> None:
    """List the announcements of an incident: to whom, what came of each, what the others say.

    Nothing is sent. For what is due, the exact request is shown, with secrets masked.

    incidentctl announce list
    """
    workspace = workspace_of(ctx)
    ident = choose_incident(workspace, incident)
    found, told = rows(workspace, ident), load(workspace, ident)
    warn_of_gaps(told)
    warn_of_faults(workspace.catalog_problems)
    if json:
        listed = [row_as_json(each) for each in found]
        console.print_json("announce-list", {"incident": ident, "announcements": listed})
        return
    for row in found:
        console.out(f"{row.announcement}  {row.event}  {row.uses} to {row.to}: {_state(row, told)}")
        for line in filter(None, row.said.split("\n")):
            console.out(f"    {one_line(line)}", indent=4)
        if row.request:
            console.page(row.request)
        if row.problem:
            console.say(row.problem, "warning")
    if not found:
        faulty = any(
            (each.path or "").startswith("announce.") for each in workspace.catalog_problems
        )
        names = workspace.catalog.announcements or faulty
        why = "announce.yaml names none for it now" if names else "there is no announce.yaml"
        console.out(f"Nothing is announced: {why}.")


def _state(row: Row, incident: Incident) -> str:
    if row.run is None:
        return "not sent yet"
    again = "; due again" if row.due else ""
    words = {"done": "sent", "failed": "NOT SENT", "started": "being sent"}
    state = words.get(row.run.state, "PERHAPS SENT, look before you try again")
    reason = f": {one_line(row.run.reason)}" if row.run.reason else ""
    link = f" {row.run.link}" if row.run.link else ""
    return f"{state} at {incident.time(row.run.at)}{link}{reason}{again}"


@app.command("send", cls=EndCommand)
@respond_command(at=False)
def send_(call: Call) -> None:
    """Send the announcements of an incident that are due, and record the results.

    The receiver (`incidentctl serve`) does this automatically.

    incidentctl announce send
    """
    response = call.open(over=True)
    warn_of_gaps(response.incident)
    warn_of_faults(response.workspace.catalog_problems)
    done = send(
        response.workspace, response.incident.id, who=response.who,
        on_recorded=response.on_recorded,
    )  # fmt: skip
    if not done:
        console.say("Nothing is due.")
    _report(call, response, done, "announce-send")


@app.command("retry", cls=RespondCommand)
@respond_command(at=False)
def retry_(
    call: Call,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Only this one of announce.yaml.")
    ] = None,
) -> None:
    """Send the announcements again that failed, or that may or may not have arrived.

    It carries the same key, so a target that honours keys does it once.

    incidentctl announce retry executives
    """
    response = call.open(over=True)
    warn_of_gaps(response.incident)
    warn_of_faults(response.workspace.catalog_problems)
    done = retry(
        response.workspace, response.incident.id, name, who=response.who,
        on_recorded=response.on_recorded,
    )  # fmt: skip
    _report(call, response, done, "announce-retry")


def _report(call: Call, response: Response, done: Sequence[Ran | NotSent], kind: str) -> None:
    for each in done:
        if isinstance(each, Ran):
            report_notes(response.workspace, each.recorded.notes)
    if call.json:
        found = [as_json(each) for each in done]
        console.print_json(kind, {"incident": response.incident.id, "announcements": found})
    for text, style in came_of_it(done):
        console.say(text, style)
    if command := again(done):
        part = last_part(response.incident.id)
        words = f"incidentctl announce {command} -i {part}"
        console.say(f"Try again with `{words}`, or tell them yourself.")
        raise typer.Exit(EnvironmentFailedError.exit_code)


def as_json(each: Ran | NotSent) -> dict[str, Any]:
    """Return what came of an announcement as plain values."""
    if isinstance(each, NotSent):
        return {
            "announcement": each.target.name, "state": "failed", "to": None, "key": None,
            "link": None, "reason": each.why.message,
        }  # fmt: skip
    return {
        "announcement": each.target.name,
        "state": each.outcome.state,
        "to": each.prepared.to,
        "key": each.prepared.planned.key,
        "link": each.outcome.link,
        "reason": each.outcome.reason or None,
    }
