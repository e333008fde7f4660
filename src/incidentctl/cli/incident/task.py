"""`task`: known work for somebody: add, assign, finish, list."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.cli.incident.respond import choose_incident, known_people, known_roles, respond
from incidentctl.cli.session import workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import AsPerson, At, InIncident, Json
from incidentctl.cli.terminal.text_command import TextCommand
from incidentctl.domain.incident.decide import tasks

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Add, assign and finish tasks of the responders.",
)

TaskNumber = Annotated[str, typer.Argument(metavar="NUMBER", help="As `task list` shows it.")]


@app.command("list")
def list_(ctx: typer.Context, incident: InIncident = None, json: Json = False) -> None:
    """List the tasks.

    incidentctl task list
    """
    from incidentctl.app.incident.query import as_json
    from incidentctl.app.incident.respond import load

    workspace = workspace_of(ctx)
    found = load(workspace, choose_incident(workspace, incident))
    if json:
        console.print_json("task-list", {"incident": found.id, "tasks": as_json(found)["tasks"]})
        return
    for task in found.tasks:
        box = "[x]" if task.done else "[ ]"
        whom = task.person or task.role
        line = f"{task.number:>2} {box} {task.title}" + (f" ({whom})" if whom else "")
        console.out(line, indent=7)


@app.command("add", cls=TextCommand)
def add_(
    ctx: typer.Context,
    title: Annotated[list[str], typer.Argument(metavar="TITLE", help="What to do.")],
    role: Annotated[
        str | None, typer.Option("--role", metavar="ROLE", help="Whose role it is.")
    ] = None,
    person: Annotated[
        str | None, typer.Option("--person", metavar="PERSON", help="Who does it.")
    ] = None,
    incident: InIncident = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Put work on the list.

    incidentctl task add "count failed orders" --role planning
    """
    respond(
        ctx,
        incident,
        lambda found: tasks.add(
            found,
            " ".join(title),
            role=role,
            person=person,
            known=known_people(ctx),
            roles=known_roles(ctx),
        ),
        "task added",
        command="task-add",
        json=json,
        as_=as_,
        echo=" ".join(title),
    )


@app.command("assign")
def assign_(
    ctx: typer.Context,
    task: TaskNumber,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Who does it.")],
    incident: InIncident = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Give a task to somebody.

    incidentctl task assign 2 dana
    """
    respond(
        ctx,
        incident,
        lambda found: tasks.assign(found, task, person, known=known_people(ctx)),
        f"task {task} assigned to {person}",
        command="task-assign",
        json=json,
        as_=as_,
    )


@app.command("done")
def done_(
    ctx: typer.Context,
    task: TaskNumber,
    note: Annotated[
        str | None, typer.Option("--note", metavar="TEXT", help="How, in a sentence.")
    ] = None,
    incident: InIncident = None,
    at: At = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """A task was done.

    incidentctl task done 2
    """
    respond(
        ctx,
        incident,
        lambda found: tasks.done(found, task, note=note),
        f"task {task} done",
        command="task-done",
        json=json,
        as_=as_,
        at=at,
        echo=note,
    )
