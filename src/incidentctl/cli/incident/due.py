"""`due`: which updates, steps and tasks are due."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.app.incident.due import DueNow, due_now
from incidentctl.app.incident.waiting_alerts import wait_line
from incidentctl.app.record.looked import ensure_looked
from incidentctl.app.workspace.receiver_signs import SILENT, as_json, problems_of, signs_of_life
from incidentctl.cli.incident.declared import say_waiting
from incidentctl.cli.incident.respond_command import RespondCommand
from incidentctl.cli.session import (
    say_left_out,
    warn_bad_settings,
    warn_old_reading,
    warn_unreadable,
    workspace_of,
)
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import InIncident, Json
from incidentctl.domain.common.times import iso, rough_duration
from incidentctl.domain.incident.due import in_short

COMMAND_CLASS = RespondCommand


def due_command(
    ctx: typer.Context,
    incident: InIncident = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the exit code.")] = False,
    short: Annotated[
        bool,
        typer.Option("--short", help="One short line for a prompt; empty when nothing is due."),
    ] = False,
    json: Json = False,
) -> None:
    """List what is due in the open incidents; exit 1 if something is overdue.

    Without --short it also lists late retrospectives, and incidents that have ended but that the
    status page still shows. For a shell prompt or cron.

    incidentctl due -q || echo late

    PS1='$(incidentctl due --short 2>/dev/null) $ '
    """
    workspace = workspace_of(ctx)
    if not (quiet or short):
        warn_bad_settings(workspace)
        warn_unreadable(workspace)
        warn_old_reading(workspace)
    signs = None if short else signs_of_life(workspace)
    found = due_now(workspace, incident)
    if incident is None and not short:  # a prompt waits for what is urgent only
        from incidentctl.app.learn.late import late_retrospectives
        from incidentctl.app.page.shown import still_on_page

        late = late_retrospectives(workspace, found.now)
        found = found._replace(items=(*found.items, *still_on_page(workspace, found.now), *late))
    if json:
        receiver = as_json(signs, found.now) if signs else None
        console.print_json("due", {**_as_json(found), "receiver": receiver})
    elif short:
        if line := in_short(found.items, found.now):
            console.out(line)
    elif not quiet:
        for sentence in problems_of(signs, found.now) if signs else ():
            console.say(f"warning: {sentence}", "warning")
        _print(found)
        say_left_out(workspace)
        say_waiting(workspace, found.incidents, since=SILENT)
    workspace.sharing.refresh()  # events of others are shown next time
    if found.overdue:
        raise typer.Exit(1)
    if incident is None:
        ensure_looked(workspace)  # else exit 0 would say that nobody is late


def _as_json(found: DueNow) -> dict[str, object]:
    items = [
        {
            "incident": ident,
            "what": entry.what,
            "at": iso(entry.at),
            "overdue_by": int(entry.overdue_by),
            "text": entry.text,
        }
        for ident, entry in found.items
    ]
    alerts = [
        {"id": group.id, "title": group.title, "since": iso(group.started)}
        for group in found.alerts
    ]
    return {"due": items, "overdue": found.overdue, "alerts": alerts}


def _print(found: DueNow) -> None:
    if line := wait_line(found.alerts, found.now):
        console.say(f"{line}: `incidentctl alert inbox`.", "warning")
    for ident, entry in found.items:
        if entry.overdue_by > 0:
            when = f": overdue by {rough_duration(entry.overdue_by)}"
        else:
            left = rough_duration(entry.at - found.now)
            # A handover is suggested before it is due.
            early = entry.what == "handover"
            when = f" now, and must in {left}" if early else f": due in {left}"
        console.out(f"{ident}  {entry.text}{when}", indent=len(ident) + 2)
