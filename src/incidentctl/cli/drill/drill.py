"""`incidentctl drill`: plan drills, write each audience its document, record the sending."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.cli.drill.calendar import calendar
from incidentctl.cli.drill.check import check
from incidentctl.cli.drill.new import new
from incidentctl.cli.drill.play import deliver_next, pause, resume, run, stop
from incidentctl.cli.drill.score import score
from incidentctl.cli.drill.seal import seal, unseal
from incidentctl.cli.incident.respond_command import EndCommand, RespondCommand
from incidentctl.cli.session import open_catalog, practice
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import PLAIN, Json
from incidentctl.cli.terminal.places import from_here
from incidentctl.errors import EnvironmentFailedError, RefusedError

if TYPE_CHECKING:
    from incidentctl.app.drill.documents import Row, Sent
    from incidentctl.app.drill.send import Letter
    from incidentctl.domain.lint.rule import Played

app = typer.Typer(
    help="Plan drills, and write what each audience may read.", no_args_is_help=True, **PLAIN
)

_Name = Annotated[str, typer.Argument(metavar="NAME", help="The drill.")]
_Format = Annotated[
    Literal["markdown", "html", "text"], typer.Option("--format", help="How to write it.")
]


app.command()(new)
app.command()(seal)
app.command()(unseal)
app.command()(check)
app.command()(calendar)
app.command()(run)
for _played in (pause, resume, score):
    app.command(cls=RespondCommand)(_played)
app.command(cls=EndCommand)(stop)
app.command("next", cls=RespondCommand)(deliver_next)


@app.command()
def plan(
    ctx: typer.Context,
    name: _Name,
    *,
    audience: Annotated[
        Literal["public", "private", "engineering"] | None,
        typer.Option("--audience", help="For whom; by default the one that may be shared."),
    ] = None,
    output: _Format = "markdown",
) -> None:
    """Write the plan: for engineering or, of an unplanned drill, for the public or its authors.

    A planned drill has one plan, for all of engineering. An unplanned one has a public plan, with
    six answers kept secret, and a private one for those who prepare it.

    incidentctl drill plan q2-login --audience private --format html
    """
    from incidentctl.app.drill.documents import Audience, document

    workspace = open_catalog(ctx)
    whom = Audience(audience) if audience else None
    _print(workspace, document(workspace.catalog, name, whom), output)


def _print(workspace: Workspace, found: Any, output: Literal["markdown", "html", "text"]) -> None:
    from incidentctl.app.drill.documents import built_in_layout, written

    root = workspace.root if workspace.checked_out else None
    text = written(root, found, output, environment=workspace.environment)
    if note := built_in_layout(root, found, output):
        console.say(f"note: {note}")
    typer.echo(text, nl=False)


@app.command()
def note(ctx: typer.Context, name: _Name, *, output: _Format = "markdown") -> None:
    """Write the note to send before an unplanned drill: why, in which window, safe to fail.

    incidentctl drill note q2-login --format text
    """
    from incidentctl.app.drill.documents import note_before

    workspace = open_catalog(ctx)
    _print(workspace, note_before(workspace.catalog, name), output)


@app.command("list")
def list_command(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the drills, the earliest first, and who played one in the last year.

    For unplanned drills only the window is shown.

    incidentctl drill list
    """
    from incidentctl.app.drill.documents import rows

    workspace = open_catalog(ctx)
    found = rows(workspace.catalog)
    past = practice(workspace)
    if as_json:
        drills = [row._asdict() for row in found]
        played = None if past is None else [_as_row(each) for each in past]
        console.print_json("drill-list", {"drills": drills, "played": played})
        return
    if not found and not past:
        console.say("There are no drills yet. Plan one with `incidentctl drill new`.")
        return
    if found:
        _print_plans(found)
    if past:
        if found:
            console.out()
        console.table(
            ("Played", "Team", "Drill", "Incident"),
            [(str(each.day), each.team, each.drill, each.incident) for each in past],
        )


def _as_row(each: Played) -> dict[str, Any]:
    row = {"day": str(each.day), "team": each.team, "drill": each.drill}
    return row | {"incident": each.incident}


def _print_plans(found: list[Row]) -> None:
    half = {None: "", True: "here", False: "not here"}
    short = sys.stdout.isatty()  # offsets and times of day are too wide

    def when(row: Row) -> str:
        return re.sub(r", UTC[+-]\d\d:\d\d", "", row.when) if short else row.when

    def sent_at(row: Row) -> str | None:
        return row.sent[:10] if row.sent and short else row.sent

    console.table(
        ("Drill", "Mode", "When", "Where", "Sent", "Private half"),
        [
            (row.name, row.mode, when(row), row.environment, sent_at(row), half[row.private_half])
            for row in found
        ],
        split={"When": " to "},
    )


@app.command()
def audience(ctx: typer.Context, name: _Name, *, as_json: Json = False) -> None:
    """Who must get the plan, or the announcement of an unplanned drill, and why.

    incidentctl drill audience q2-login
    """
    from incidentctl.app.drill.documents import recipients

    found = recipients(open_catalog(ctx).catalog, name)
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
        typer.Option("--at", metavar="TIME", help="When, in the drill's zone; by default now."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Record in the drill's file that its plan or announcement was sent.

    incidentctl drill sent q2-login --at "yesterday 16:00"
    """
    from incidentctl.app.drill.documents import sent as note_sent

    workspace = open_catalog(ctx, team=True)
    done = note_sent(workspace, name, at=at)
    if as_json:
        console.print_json("drill-sent", done._asdict())
        return
    _print_sent(workspace.root, done)


def _print_sent(root: Path | None, done: Sent) -> None:
    from incidentctl.domain.drill.plan import LEAD_DAYS

    console.out(f"{from_here(root, done.path)}: sent {done.when}")
    if done.planned and done.days_ahead < LEAD_DAYS:
        days = "1 day" if done.days_ahead == 1 else f"{done.days_ahead} days"
        console.say(f"That is {days} before the drill; the rule is {LEAD_DAYS} days.", "warning")
    console.say("Next: commit the file.")


@app.command()
def send(
    ctx: typer.Context,
    name: _Name,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print exactly what would be sent, and send nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Send the plan where announce.yaml says; of an unplanned drill the note and the public plan.

    It shows what goes where, and asks first. Once all of it has arrived, the drill's file says that
    it was sent.

    incidentctl drill send q2-login
    """
    from incidentctl.app.drill.send import letters
    from incidentctl.app.drill.send import send as deliver
    from incidentctl.app.lint.cached import checked

    workspace = open_catalog(ctx, team=True)
    found = letters(workspace, name, problems=checked(workspace).problems)
    if dry_run:
        if as_json:
            requests = [
                {"announcement": each.announcement, "to": each.to, "request": each.shown}
                for each in found
            ]
            console.print_json("drill-send", {"drill": name, "sent": False, "to": requests})
            return
        for each in found:
            console.page(each.shown)
        console.say("Nothing was sent: this was a dry run.")
        return
    if not yes:
        _confirm(name, found)
    done = deliver(workspace, name, found)
    if as_json:
        sent = [
            {
                "announcement": letter.announcement, "to": letter.to, "state": outcome.state,
                "link": outcome.link, "reason": outcome.reason or None,
            }
            for letter, outcome in done.outcomes
        ]  # fmt: skip
        keys = {"drill": name, "sent": done.sent is not None, "to": sent}
        console.print_json("drill-send", keys)
    for letter, outcome in done.outcomes:
        if outcome.state == "done":
            console.say(f"Sent: {letter.announcement} to {letter.to}", "ok")
        else:
            word = "PERHAPS SENT" if outcome.state == "unknown" else "NOT SENT"
            said = f"{word}: {letter.announcement} to {letter.to}: {outcome.reason}"
            console.say(said, "error")
    if done.sent is None:
        console.say("The drill's file does not say that it was sent.", "warning")
        raise typer.Exit(EnvironmentFailedError.exit_code)
    if not as_json:
        _print_sent(workspace.root, done.sent)


def _confirm(name: str, found: list[Letter]) -> None:
    """Show what goes where, and ask; RefusedError where nobody can answer, or for a no."""
    for each in found:
        console.say(f"{each.announcement} to {each.to}:")
        console.say(each.shown, keep_lines=True)
    if not console.is_terminal():
        raise RefusedError(
            "Sending it needs a confirmation, and this is not a terminal.",
            hint=f"`incidentctl drill send {name} --yes` sends it without asking.",
        )
    from incidentctl.cli.terminal.prompts import ask_confirm

    if not ask_confirm("Send it?"):
        raise RefusedError("Nothing is sent.")
