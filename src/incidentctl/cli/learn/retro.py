"""`retro`: write the retrospective of an incident, or refresh its facts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from incidentctl.app.incident.find import SeveralError
from incidentctl.app.learn.retro import Written
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.cli.session import ask_which, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.html_page import Html, hand_over
from incidentctl.cli.terminal.options import InIncident, Json
from incidentctl.cli.terminal.places import from_here
from incidentctl.errors import UsageError


def retro_command(
    ctx: typer.Context,
    part: Annotated[
        str | None, typer.Argument(metavar="[INCIDENT]", help="Any unique part of its id.")
    ] = None,
    incident: InIncident = None,
    blank: Annotated[
        bool, typer.Option("--blank", help="A blank one, without an incident.")
    ] = False,
    log: Annotated[
        bool, typer.Option("--log", help="Also write the incident log beside it.")
    ] = False,
    invite: Annotated[
        bool,
        typer.Option("--invite", help="Print an invitation to the meeting as iCalendar."),
    ] = False,
    json: Json = False,
    html: Html = None,
) -> None:
    """Write retros/<incident>.md: facts, the four questions, a proposed meeting, action items.

    Run it again to refresh the facts; what people wrote stays. By default it takes the one
    resolved incident without a retrospective. You commit the file yourself.

    --invite prints an invitation for any calendar, with the time and participants that the file
    names; an existing file is not changed. Needs the extra `calendar`.

    incidentctl retro k7f

    --html writes it as a page to print or share, with the timeline as a picture; an existing file
    is not changed, either.

    incidentctl retro k7f --invite > retro.ics

    incidentctl retro k7f --html k7f.html
    """
    from incidentctl.app.learn import retro
    from incidentctl.domain.common.times import iso

    workspace = workspace_of(ctx)
    workspace.team_root()
    if blank and (part or log):
        raise UsageError("--blank takes no incident.")
    if html is not None:
        if json or log or blank or invite:
            raise UsageError("--html cannot be combined with --json, --log, --blank or --invite.")
        _page(workspace, part or incident or _one_without(workspace), html)
        return
    if invite:
        if json or log or blank:
            raise UsageError("--invite cannot be combined with --json, --log or --blank.")
        _invite(workspace, part or incident or _one_without(workspace))
        return
    chosen = None if blank else part or incident or _one_without(workspace)
    if chosen:
        written = retro.write(workspace, chosen)
    else:
        written = retro.write_blank(workspace, another=blank)
    if written.outcome == "written" and not chosen and not blank:
        console.say("Every resolved incident has a retrospective, so this is a blank one.")
    log_path = retro.put_log(workspace, written.incident) if log and written.incident else None
    for note in workspace.notes:
        console.say(f"note: {note}", "warning")
    meeting = written.meeting
    if json:
        values = {
            "incident": written.incident,
            "path": written.path,
            "log": log_path,
            "outcome": written.outcome,
            "participants": list(written.participants),
            "meeting": iso(meeting.at) if meeting else None,
            "until": iso(meeting.until) if meeting and meeting.until else None,
            "late": meeting.late if meeting else None,
        }
        console.print_json("retro", values)
        return
    console.out(from_here(workspace.root, written.path))
    if log_path:
        console.out(from_here(workspace.root, log_path))
    console.say(in_words(written), "ok")


def _page(workspace: Workspace, part: str | None, target: Path) -> None:
    """Write the page of a retrospective; write the retrospective first if needed."""
    from incidentctl.app.learn.retro_page import retro_page

    page, written = retro_page(workspace, _named(part, "--html FILE"))
    if written is not None:
        console.say(f"{from_here(workspace.root, written.path)}: {in_words(written)}", "ok")
    hand_over(page, target)


def _named(part: str | None, option: str) -> str:
    """Return the incident that was named, or the only one without a retrospective."""
    if part is None:
        raise UsageError(
            "Name the incident: each resolved one has its retrospective.",
            hint=f"Write it as `incidentctl retro INCIDENT {option}`.",
        )
    return part


def _invite(workspace: Workspace, part: str | None) -> None:
    """Print the invitation to the retrospective of an incident; write that first if needed."""
    from incidentctl.app.incident.find import find_incident
    from incidentctl.app.learn import retro
    from incidentctl.app.learn.invitation import invitation
    from incidentctl.cli.hints import worded

    part = _named(part, "--invite")
    path = retro.existing(workspace, find_incident(workspace, part, ended=True))
    if path is None:
        written = retro.write(workspace, part)
        path = written.path
        console.say(f"{from_here(workspace.root, path)}: {in_words(written)}", "ok")
    made, others = invitation(workspace, path, worded=worded)
    if others:
        console.say(
            f"Without an e-mail address, so not invited: {', '.join(others)}. Write an address "
            "instead of the name, or give the team's member an `email`.",
            "warning",
        )
    typer.echo(made, nl=False)


def _one_without(workspace: Workspace) -> str | None:
    """Return the incident without a retrospective; if there are several, ask which."""
    from incidentctl.app.learn.retro import without

    try:
        return without(workspace)
    except SeveralError as several:
        return ask_which(workspace, several)


def in_words(written: Written) -> str:
    """Return what `retro` did, and when to meet."""
    from incidentctl.domain.common.times import show

    if written.outcome == "there":
        return "Today's blank one already exists; `incidentctl retro --blank` adds another."
    meeting = written.meeting
    if meeting is None or meeting.at.tzinfo is None:
        return f"{written.outcome}: the facts; everything else stays"
    late = ", which is later than the severity asks for" if meeting.late else ""
    return f"Written. Proposed meeting: {show(meeting.at, meeting.at.tzinfo)}, about an hour{late}."
