"""`actions`: the action items of retrospectives, their owners and states."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.cli.session import ask_which, confirm_recorded, report_notes, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import PLAIN, AsPerson, InIncident, Json
from incidentctl.cli.terminal.places import from_here
from incidentctl.errors import IncidentctlError, UsageError

app = typer.Typer(invoke_without_command=True, **PLAIN)

_Overdue = Annotated[
    bool, typer.Option("--overdue", help="Only overdue ones; exit 1 if there is one.")
]
_Owner = Annotated[
    str | None, typer.Option("--owner", metavar="PERSON", help="Only those of this person.")
]


@app.callback()
def actions(
    ctx: typer.Context, overdue: _Overdue = False, owner: _Owner = None, json: Json = False
) -> None:
    """List the action items of all retrospectives; with --overdue, exit 1 if there is one.

    It exits 4 if a file cannot be read, and no overdue item is known.

    incidentctl actions --overdue
    """
    if ctx.invoked_subcommand is None:
        _list(ctx, overdue, owner, json)
    elif overdue or owner or json:
        raise UsageError(
            "Put options after the subcommand.",
            hint=f"Run `incidentctl actions {ctx.invoked_subcommand} ...`.",
        )


@app.command("list")
def list_command(
    ctx: typer.Context, overdue: _Overdue = False, owner: _Owner = None, json: Json = False
) -> None:
    """List the action items, as `actions` alone does.

    incidentctl actions list --owner alice
    """
    _list(ctx, overdue, owner, json)


def _list(ctx: typer.Context, overdue: bool, owner: str | None, json: bool) -> None:
    from incidentctl.app.learn.actions import as_json, listed

    workspace = workspace_of(ctx)
    listing = listed(workspace, owner=owner, overdue=overdue)
    found, problems, day = listing
    for problem in problems:
        place = from_here(workspace.root, problem.path or "")
        console.say(f"{place}:{problem.line or 1}: {problem.message}", "warning")
    if json:
        entries = [as_json(item, day) for item in found]
        console.print_json(
            "actions",
            {
                "actions": entries,
                "overdue": listing.overdue,
                "problems": [problem._asdict() for problem in problems],
            },
        )
    elif found:
        rows = []
        for action, retrospective, _ in found:
            state = "done" if action.done else "overdue" if action.overdue(day) else "open"
            where = retrospective.front.incident or retrospective.path
            row = (action.id, state, action.due.isoformat(), action.owner, action.title, where)
            rows.append(row)
        console.table(("id", "state", "due", "owner", "title", "of"), rows)
    elif not problems:
        console.say("No action item is overdue." if overdue else "There are no action items.")
    if overdue and found:
        raise typer.Exit(1)
    if overdue or not found:
        listing.ensure_read()


@app.command()
def add(
    ctx: typer.Context,
    title: Annotated[list[str], typer.Argument(metavar="TITLE", help="What will be different.")],
    incident: InIncident = None,
    as_: AsPerson = None,
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="PERSON", help="Who sees to it.")
    ] = None,
    json: Json = False,
) -> None:
    """Note follow-up work during an incident: the retrospective proposes it as an action item.

    It is a task of the role planning, which `task list` shows.

    incidentctl actions add "alert on the age of the backup" --owner dana
    """
    from incidentctl.app.incident import tasks
    from incidentctl.app.incident.find import SeveralError, find_incident
    from incidentctl.app.incident.respond import Response, ensure_meant

    workspace, said = workspace_of(ctx), " ".join(title)
    try:
        try:
            ident = find_incident(workspace, incident)
        except SeveralError as several:
            ident = ask_which(workspace, several)
        who = workspace.actor(as_)
        ensure_meant(workspace, ident, who)
        response = Response(workspace, ident, who, on_recorded=confirm_recorded)
        recorded = tasks.add(response, said, role="planning", person=owner)
    except IncidentctlError as refusal:
        refusal.echo = refusal.echo or said
        raise
    report_notes(workspace, recorded.notes)
    if json:
        keys = {"incident": ident, "events": list(recorded.events), "commit": recorded.commit}
        console.print_json("actions-add", keys)


@app.command()
def done(
    ctx: typer.Context,
    ident: Annotated[str, typer.Argument(metavar="ID", help="The action item: k7f-1.")],
    json: Json = False,
) -> None:
    """Mark an action item as done: writes `done: true` into its file.

    incidentctl actions done k7f-1
    """
    from dataclasses import replace

    from incidentctl.app.learn.actions import as_json, finish

    workspace = workspace_of(ctx)
    item = finish(workspace, ident)
    already = item.action.done
    if json:
        item = item._replace(action=replace(item.action, done=True))
        console.print_json("actions-done", as_json(item, workspace.today()))
        return
    was = "was done already" if already else "is done"
    console.say(f"{item.action.id} {was}: {item.action.title} ({item.retrospective.path})", "ok")
