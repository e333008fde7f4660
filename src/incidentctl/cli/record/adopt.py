"""`adopt`: move incidents of the local record into the team's."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.cli.session import restriction, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import AsPerson, Json
from incidentctl.domain.common.text import count


def adopt_command(
    ctx: typer.Context,
    incident: Annotated[
        str | None, typer.Argument(metavar="[INCIDENT]", help="Only those with this in their id.")
    ] = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Move incidents that were recorded locally into this team's record.

    Also moves events that waited for this repository when it was in another folder.

    incidentctl adopt
    """
    from incidentctl.app.incident.adopt import adopt

    workspace = workspace_of(ctx)
    done = adopt(workspace, incident, workspace.actor(as_))
    if json:
        console.print_json("adopt", {"incidents": done.incidents, "commit": done.commit})
        return
    for ident, number in done.incidents.items():
        is_restricted = workspace.record.is_restricted(ident)
        suffix = f", restricted: {restriction(workspace)}" if is_restricted else ""
        console.out(f"{ident}  {count(number, 'event')} adopted{suffix}")
