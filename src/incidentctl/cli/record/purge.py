"""`purge`: rewrite the branch without redacted texts; the only command that force-pushes."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.app.record.purge import purge, redacted_entries
from incidentctl.cli.session import workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import Json
from incidentctl.errors import RefusedError

_ANEW = (
    "This rewrites the record branch, here and on the remote: existing links to its commits "
    "will break, and every other clone drops the old commits with its next sync. No event is "
    "lost."
)
_NOT_UNDONE = (
    "What a purge cannot undo: a forge keeps old commits for a while, and shows them to anyone who "
    "knows their ids. Other git clones, forks, backups and sent e-mails keep the text, too. Change "
    "every password that was in the log."
)


def purge_command(
    ctx: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    json: Json = False,
) -> None:
    """Remove the texts of redacted entries from the branch's git history.

    This rewrites the record branch; existing commit links will break.

    incidentctl purge
    """
    workspace = workspace_of(ctx)
    count = redacted_entries(workspace)
    if not yes:
        console.say(_ANEW)
        console.say(_NOT_UNDONE)
        if not console.is_terminal():
            raise RefusedError(
                "Not purged: this is not a terminal.", hint="Run `incidentctl purge --yes`."
            )
        from incidentctl.cli.terminal.prompts import ask_confirm

        entries = "1 redacted entry" if count == 1 else f"{count} redacted entries"
        if not ask_confirm(f"Purge the history of {entries}?", default=False):
            raise RefusedError("Not purged. Nothing changed.")
    done = purge(workspace)
    if json:
        console.print_json("purge", {"commit": done.commit, "redacted": done.redacted})
        return
    console.out(f"Purged: the branch now starts at {done.commit[:10]}.")
    console.say(
        "Git keeps the old commits of this clone for two weeks; then `git gc` removes them."
    )
