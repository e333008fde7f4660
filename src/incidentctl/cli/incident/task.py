"""`task`: add, assign, finish and list tasks."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.app.incident import tasks
from incidentctl.app.incident.find import load
from incidentctl.app.incident.query import as_json
from incidentctl.cli.incident import choices
from incidentctl.cli.incident.respond import Call, choose_incident, respond_command
from incidentctl.cli.incident.respond_command import RespondCommand
from incidentctl.cli.session import warn_of_gaps, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import InIncident, Json

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Add, assign and finish tasks of the responders.",
)

TaskNumber = Annotated[
    str | None, typer.Argument(metavar="NUMBER", help="Its number, as `task list` shows it.")
]


@app.command("list", cls=RespondCommand)
def list_(ctx: typer.Context, incident: InIncident = None, json: Json = False) -> None:
    """List the tasks.

    incidentctl task list
    """
    workspace = workspace_of(ctx)
    found = load(workspace, choose_incident(workspace, incident))
    warn_of_gaps(found)
    if json:
        console.print_json("task-list", {"incident": found.id, "tasks": as_json(found)["tasks"]})
        return
    for task in found.tasks:
        box = "[x]" if task.done else "[ ]"
        whom = task.person or task.role
        line = f"{task.number:>2} {box} {task.title}" + (f" ({whom})" if whom else "")
        console.out(line, indent=7)


@app.command("add", cls=RespondCommand)
@respond_command(at=False)
def add_(
    call: Call,
    title: Annotated[list[str], typer.Argument(metavar="TITLE", help="What to do.")],
    role: Annotated[
        str | None, typer.Option("--role", metavar="ROLE", help="The role it belongs to.")
    ] = None,
    person: Annotated[
        str | None, typer.Option("--person", metavar="PERSON", help="Who does it.")
    ] = None,
) -> None:
    """Add a task.

    incidentctl task add "count failed orders" --role planning
    """
    said = " ".join(title)
    call.respond(
        lambda response: tasks.add(response, said, role=role, person=person),
        "task-add",
        echo=said,
    )


@app.command("assign", cls=RespondCommand)
@respond_command(at=False)
def assign_(
    call: Call,
    numbers: Annotated[
        str | None, typer.Argument(metavar="NUMBER", help="Its number, or several such as 1,2.")
    ] = None,
    person: Annotated[str | None, typer.Argument(metavar="PERSON", help="Who does it.")] = None,
) -> None:
    """Assign a task, or several, to somebody.

    incidentctl task assign 1,2 dana
    """
    number = choices.chosen(call, numbers, "NUMBER", "Which task?", choices.open_tasks)
    who = choices.chosen(call, person, "PERSON", "Who does it?", choices.people)
    call.respond(lambda response: tasks.assign(response, number, who), "task-assign")


@app.command("done", cls=RespondCommand)
@respond_command()
def done_(
    call: Call,
    task: TaskNumber = None,
    note: Annotated[
        str | None, typer.Option("--note", metavar="TEXT", help="A note on how, in a sentence.")
    ] = None,
) -> None:
    """Mark a task as done.

    incidentctl task done 2
    """
    number = choices.chosen(call, task, "NUMBER", "Which task is done?", choices.open_tasks)
    call.respond(lambda response: tasks.done(response, number, note=note), "task-done", echo=note)
