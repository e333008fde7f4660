"""Whether this clone could look at the team's record: before a command says that nothing is there.

Somebody may have declared an incident that this clone cannot see. Then "no incident is open" would
be wrong, so the command says what kept it from looking, and fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.text import one_line
from incidentctl.errors import EnvironmentFailedError

if TYPE_CHECKING:  # lint looks, too, and needs no incidents
    from incidentctl.domain.incident.head import Head


class NotLookedError(EnvironmentFailedError):
    """What is there cannot be known here."""


def ensure_looked(workspace: Workspace, *, only_shared: bool = False) -> None:
    """Refuse if git refuses the repository, or the record of the remote was never read here.

    With `only_shared` nothing is asked of restricted incidents that their remote may have. Also if
    this account cannot read what waits: then the reason is an `EnvironmentFailedError`.
    """
    record = workspace.record
    if refusal := workspace.refusal:
        raise NotLookedError(
            f"{refusal.message} Only what this machine recorded meanwhile can be read.",
            hint=refusal.hint,
        )
    record.ensure_read()
    for remote, last in record.never_read(only_shared=only_shared):
        why = one_line(last.reason or last.state) if last else "it was not synced yet"
        raise NotLookedError(
            f"The record on {remote} was never read in this clone: {why}.",
            hint="Once that is fixed, `incidentctl sync` reads it.",
        )


def read_first(workspace: Workspace, *, only_shared: bool = False) -> None:
    """Read the remote's record now if this clone never has, then refuse if it could not look.

    With `only_shared` as `ensure_looked`.
    """
    if workspace.record.never_read(only_shared=only_shared):
        workspace.sharing.catch_up()
    ensure_looked(workspace, only_shared=only_shared)


def none_here(workspace: Workspace, nothing: str) -> str:
    """Return a sentence that nothing is there, which claims nothing of what cannot be here."""
    if workspace.record.excluded() is None:
        return nothing
    return f"{nothing.removesuffix('.')}; restricted ones are not in this clone."


def out_of_touch(workspace: Workspace) -> str:
    """Say with which remotes the last sync failed: what they have may be missing; "" for none."""
    return "".join(
        f" The last sync with {remote} failed ({last.state}: {one_line(last.reason or '')})."
        for remote, last in workspace.record.exchanges()
        if last is not None and last.state != "ok"
    )


def left_out(workspace: Workspace) -> str | None:
    """Say that restricted incidents are not for this clone; None where they may be."""
    if (remote := workspace.record.excluded()) is None:
        return None
    return f"Restricted incidents are not for this clone: git has no remote called {remote} here."


def opened(workspace: Workspace) -> list[Head]:
    """Return the open incidents; if there are none, `read_first`."""
    heads = workspace.record.open_heads()
    if not heads:
        read_first(workspace)
        heads = workspace.record.open_heads()
    return heads
