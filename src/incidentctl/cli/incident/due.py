"""`due`: which updates, steps and tasks are due."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.cli.session import tell_hidden, tell_unread, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import InIncident, Json


def due_command(
    ctx: typer.Context,
    incident: InIncident = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the exit code.")] = False,
    short: Annotated[
        bool,
        typer.Option("--short", help="One short line for a prompt; none when nothing is due."),
    ] = False,
    json: Json = False,
) -> None:
    """What is due in the open incidents; exit 1 when something is overdue.

    For a shell prompt or cron.

    incidentctl due -q || echo late

    PS1='$(incidentctl due --short 2>/dev/null) $ '
    """
    from incidentctl.app.incident.respond import find_incident, load
    from incidentctl.domain.common.times import iso, rough_duration
    from incidentctl.domain.incident.due import due, in_short

    workspace = workspace_of(ctx)
    if not (quiet or short):
        tell_unread(workspace)
        tell_hidden(workspace)
    now = workspace.now()
    idents = (
        [find_incident(workspace, incident)]
        if incident
        else [head.id for head in workspace.record.open_heads()]
    )
    if not idents:
        workspace.record.ensure_read()
    known = len(workspace.basics.people)
    found = [
        (ident, entry)
        for ident in idents
        for entry in due(load(workspace, ident), now, known=known)
    ]
    late = [entry for _, entry in found if entry.overdue_by > 0]
    if json:
        items = [
            {
                "incident": ident,
                "what": entry.what,
                "at": iso(entry.at),
                "overdue_by": int(entry.overdue_by),
                "text": entry.text,
            }
            for ident, entry in found
        ]
        console.print_json("due", {"due": items, "overdue": len(late)})
    elif short:
        if line := in_short(found, now):
            console.out(line)
    elif not quiet:
        for ident, entry in found:
            if entry.overdue_by > 0:
                when = f": overdue by {rough_duration(entry.overdue_by)}"
            else:
                left = rough_duration(entry.at - now)
                # A handover is suggested before it is due.
                early = entry.what == "handover"
                when = f" now, and must in {left}" if early else f": due in {left}"
            console.out(f"{ident}  {entry.text}{when}", indent=len(ident) + 2)
    workspace.sharing.refresh()  # what others did is known the next time
    if late:
        raise typer.Exit(1)
