"""`incidentctl drill`: plan drills, write what each audience may read, keep who got it."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from incidentctl.app.workspace import Workspace, open_workspace
from incidentctl.cli import console
from incidentctl.cli.options import Json, NoInput

app = typer.Typer(
    help="Plan drills, and write what each audience may read.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

_Name = Annotated[str, typer.Argument(metavar="NAME", help="The drill.")]
_Format = Annotated[
    Literal["markdown", "html", "text"], typer.Option("--format", help="How to write it.")
]


def _open(ctx: typer.Context) -> Workspace:
    workspace = open_workspace(ctx.obj)
    if workspace.catalog_problems:
        console.say(
            "What could not be read is left out; see `incidentctl catalog lint`.", "warning"
        )
    return workspace


@app.command()
def new(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="What the drill is called; public.")
    ] = None,
    *,
    mode: Annotated[
        Literal["planned", "unplanned"] | None,
        typer.Option("--mode", help="Who knows; absent: planned, everybody."),
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
        str | None, typer.Option("--from", metavar="TIME", help="The window begins; unplanned.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="The window ends; unplanned.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Of its times; else the organisation's.")
    ] = None,
    environment: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Where it plays: staging.")
    ] = None,
    service: Annotated[
        list[str] | None,
        typer.Option(metavar="SERVICE", help="A service that it concerns. Repeat."),
    ] = None,
    distribute_to: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A team or person who gets it. Repeat.")
    ] = None,
    reader: Annotated[
        list[str] | None,
        typer.Option(metavar="PERSON", help="Who may open the sealed half; unplanned. Repeat."),
    ] = None,
    real: Annotated[bool, typer.Option("--real", help="Something is really broken.")] = False,
    no_input: NoInput = False,
    as_json: Json = False,
) -> None:
    """Write the plan of a drill from the answers to its questions; never overwrites.

    On a terminal it asks what the options do not say. An unplanned drill gets two files: one to
    announce, and a private half that git must ignore.

    incidentctl drill new q2-login --mode unplanned
    """
    from incidentctl.app import drill_new
    from incidentctl.cli import drill_wizard as wizard
    from incidentctl.errors import UsageError

    workspace = _open(ctx)
    root = wizard.folder_of(workspace.root)
    asks = console.is_terminal() and not no_input
    answers = {
        "name": name, "what": what, "team": team, "commander": commander, "mitigator": mitigator,
        "at": at, "how": how, "why": why, "private_why": private_why, "saboteur": saboteur,
        "from": from_, "to": to, "timezone": timezone, "environment": environment,
        "services": tuple(service or ()), "distribute_to": tuple(distribute_to or ()),
        "readers": tuple(reader or ()), "simulated": not real,
    }  # fmt: skip
    wizard.check_all(answers)
    try:
        chosen = mode or (wizard.ask_mode() if asks else "planned")
        if chosen == "unplanned":
            console.say(drill_new.TRUST, "warning")
        else:
            wizard.refuse_private(answers)
        if real:
            console.say(drill_new.REAL, "warning")
        if asks and name is None:
            answers["name"] = wizard.ask_name()
        missing = [each.option for each in drill_new.questions(chosen) if answers[each.key] is None]
        if not asks and (missing or answers["name"] is None):
            named = [] if answers["name"] else ["a name"]
            raise UsageError(f"A {chosen} drill needs {', '.join([*named, *missing])}.")
        title = str(answers["name"])
        drill_new.must_be_free(root, workspace.catalog, title)
        if chosen == "unplanned":
            drill_new.must_be_ignored(root, workspace.environment, title)
        if asks:
            wizard.ask_missing(chosen, answers)
    except KeyboardInterrupt:
        console.say("\nNothing was written.")
        raise
    done = drill_new.write(root, workspace.catalog, chosen, answers)
    if as_json:
        console.print_json("drill-new", {"written": list(done.paths), "notes": list(done.notes)})
        return
    for path in done.paths:
        console.out(path)
    for note in done.notes:
        console.say(f"note: {note}", "warning")
    follows = "note" if chosen == "unplanned" else "plan"
    console.say(
        f"Next: `incidentctl drill {follows} {title}` is what to send a week ahead, "
        f"`incidentctl drill audience {title}` says to whom."
    )


@app.command()
def plan(
    ctx: typer.Context,
    name: _Name,
    *,
    audience: Annotated[
        Literal["public", "private", "engineering"] | None,
        typer.Option("--audience", help="For whom; absent: what may be passed on."),
    ] = None,
    output: _Format = "markdown",
) -> None:
    """Write the plan: planned for engineering, unplanned for the public or the few who know.

    A planned drill has one plan, for all of engineering. An unplanned one has a public plan, with
    six answers that stay secret, and a private one for the few who know.

    incidentctl drill plan q2-login --audience private --format html
    """
    from incidentctl.app.drill import Audience, document
    from incidentctl.render.document import render_document

    whom = Audience(audience) if audience else None
    found = document(_open(ctx).catalog, name, whom)
    typer.echo(render_document(found, output), nl=False)


@app.command()
def note(ctx: typer.Context, name: _Name, *, output: _Format = "markdown") -> None:
    """Write the note to send before an unplanned drill: why, in which window, safe to fail.

    incidentctl drill note q2-login --format text
    """
    from incidentctl.app.drill import note_before
    from incidentctl.render.document import render_document

    typer.echo(render_document(note_before(_open(ctx).catalog, name), output), nl=False)


@app.command("list")
def list_command(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the drills, the earliest first; of unplanned ones only the window.

    incidentctl drill list
    """
    from incidentctl.app.drill import rows

    found = rows(_open(ctx).catalog)
    if as_json:
        console.print_json("drill-list", {"drills": [row._asdict() for row in found]})
        return
    if not found:
        console.say("There are no drills yet: plan one with `incidentctl drill new`.")
        return
    half = {None: "", True: "here", False: "not here"}
    console.table(
        ("Drill", "Mode", "When", "Where", "Sent", "Private half"),
        (
            (row.name, row.mode, row.when, row.environment, row.sent, half[row.private_half])
            for row in found
        ),
    )


@app.command()
def audience(ctx: typer.Context, name: _Name, *, as_json: Json = False) -> None:
    """Who must get the plan, or the announcement of an unplanned drill, and why.

    incidentctl drill audience q2-login
    """
    from incidentctl.app.drill import recipients

    found = recipients(_open(ctx).catalog, name)
    if as_json:
        rows = [
            {**each.reader._asdict(), "reasons": list(each.reader.reasons)}
            | {"contacts": each.contacts}
            for each in found
        ]
        console.print_json("drill-audience", {"drill": name, "audience": rows})
        return
    console.table(
        ("Who", "", "Why", "Reach them by"),
        (
            (
                each.reader.name,
                each.reader.kind,
                ", ".join(each.reader.reasons),
                ", ".join(f"{key} {value}" for key, value in each.contacts.items()),
            )
            for each in found
        ),
    )


@app.command()
def sent(
    ctx: typer.Context,
    name: _Name,
    *,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="When, in the drill's zone; absent: now."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Note in the drill's file that its plan or announcement went out.

    incidentctl drill sent q2-login --at "yesterday 16:00"
    """
    from incidentctl.app.drill import sent as note_sent
    from incidentctl.cli.drill_wizard import folder_of
    from incidentctl.domain.drill import LEAD_DAYS

    workspace = _open(ctx)
    root = folder_of(workspace.root)
    done = note_sent(root, workspace.catalog, name, at=at, now=workspace.now())
    if as_json:
        console.print_json("drill-sent", done._asdict())
        return
    console.out(f"{done.path}: sent {done.when}")
    if done.planned and done.days_ahead < LEAD_DAYS:
        console.say(
            f"That is {done.days_ahead} days ahead of the drill; {LEAD_DAYS} are due.", "warning"
        )
    console.say("Next: commit the file.")
