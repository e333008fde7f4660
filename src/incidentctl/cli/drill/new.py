"""`incidentctl drill new`: ask, or take the options, and write the plan of a drill."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from incidentctl.cli.boundary import INTERRUPTED
from incidentctl.cli.session import open_catalog
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import Json, NoInput
from incidentctl.cli.terminal.places import from_here


def new(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="What the drill is called; public.")
    ] = None,
    *,
    mode: Annotated[
        Literal["planned", "unplanned"] | None,
        typer.Option("--mode", help="planned or unplanned; by default planned: everybody knows."),
    ] = None,
    what: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What are we going to break, and why?")
    ] = None,
    team: Annotated[
        str | None, typer.Option(metavar="TEAM", help="The team that responds.")
    ] = None,
    commander: Annotated[
        str | None, typer.Option(metavar="PERSON", help="Who should become commander; unplanned.")
    ] = None,
    mitigator: Annotated[
        str | None, typer.Option(metavar="PERSON", help="Who should become mitigator; unplanned.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="Day and time: 2026-03-29T10:30.")
    ] = None,
    how: Annotated[str | None, typer.Option(metavar="TEXT", help="How do we break it?")] = None,
    why: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why do we run it? Public.")
    ] = None,
    private_why: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT", help="The private reason, which may name the team; unplanned."
        ),
    ] = None,
    saboteur: Annotated[str | None, typer.Option(metavar="PERSON", help="Who causes it.")] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="TIME", help="When the window begins; unplanned."),
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="When the window ends; unplanned.")
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(metavar="ZONE", help="The zone of its times; by default the organisation's."),
    ] = None,
    environment: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Where it takes place: staging.")
    ] = None,
    service: Annotated[
        list[str] | None,
        typer.Option(metavar="SERVICE", help="A service it concerns. Repeatable."),
    ] = None,
    distribute_to: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A team or person who gets it. Repeatable."),
    ] = None,
    reader: Annotated[
        list[str] | None,
        typer.Option(metavar="PERSON", help="Who may open the sealed half; unplanned. Repeatable."),
    ] = None,
    inject: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="An inject: '5m: Support has 30 tickets'. Repeatable."),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TEXT",
            help="A target: 'commander: 2m'; declare, commander or first_update. Repeatable.",
        ),
    ] = None,
    real: Annotated[bool, typer.Option("--real", help="Something really breaks.")] = False,
    no_input: NoInput = False,
    as_json: Json = False,
) -> None:
    """Write the plan of a drill from the answers to its questions; never overwrites.

    On a terminal it asks for missing answers; Enter skips optional ones. An unplanned drill gets
    two files: one to announce, and a private half that git must ignore.

    incidentctl drill new q2-login --mode unplanned
    """
    from incidentctl.app.drill import draft
    from incidentctl.app.drill import new as drill_new
    from incidentctl.app.drill.questions import when_to_send
    from incidentctl.cli.drill import wizard
    from incidentctl.cli.terminal.prompts import EndOfAnswers

    workspace = open_catalog(ctx, team=True)
    asked = console.is_terminal() and not no_input
    simulated = False if real else None if asked else True
    answers = {
        "name": name, "what": what, "team": team, "commander": commander, "mitigator": mitigator,
        "at": at, "how": how, "why": why, "private_why": private_why, "saboteur": saboteur,
        "from": from_, "to": to, "timezone": timezone, "environment": environment,
        "services": tuple(service or ()), "distribute_to": tuple(distribute_to or ()),
        "readers": tuple(reader or ()), "simulated": simulated,
        "injects": tuple(inject or ()), "targets": tuple(target or ()),
    }  # fmt: skip
    try:
        if asked:
            wizard.continue_draft(workspace, answers)
            done = wizard.new(workspace, mode, answers)
            draft.drop(workspace)
        else:
            mode = mode or "planned"
            wizard.warn(mode, answers)
            done = drill_new.new(workspace, mode, answers)
    except (KeyboardInterrupt, EOFError, EndOfAnswers):
        console.say("")
        console.say("Nothing was written.")
        if asked and draft.keep(workspace, answers):
            console.say("Your answers are kept: `incidentctl drill new` continues with them.")
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        console.print_json("drill-new", {"written": list(done.paths), "notes": list(done.notes)})
        return
    for path in done.paths:
        console.out(from_here(workspace.root, path))
    for note in done.notes:
        console.say(f"note: {note}", "warning")
    follows = "note" if done.mode == "unplanned" else "plan"
    when = when_to_send(workspace, answers)
    console.say(
        f"Next: send `incidentctl drill {follows} {done.name}` {when} to the people in "
        f"`incidentctl drill audience {done.name}`."
    )
