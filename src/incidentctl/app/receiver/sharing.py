"""What happens behind the acknowledgements: commit in batches, exchange with the remote."""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.errors import EnvironmentFailedError


class Shared(NamedTuple):
    """How a commit or an exchange went; `reason` says why something still waits."""

    waiting: int
    """Acknowledged actions that are not committed yet."""
    reason: str | None = None


def commit(workspace: Workspace) -> Shared:
    """Commit what is acknowledged; what cannot be committed now is safe, and waits."""
    flushed = workspace.record.flush()
    return Shared(flushed.pending, flushed.reason)


def unsent(workspace: Workspace) -> int | None:
    """Count the events that the remote lacks; None without a remote."""
    left = workspace.record.unsynced()
    return left.events if left else None


def exchange(workspace: Workspace, *, limit: float) -> str | None:
    """Exchange with the remote for at most `limit` seconds; return why that failed, if it did.

    None also while another process of this clone exchanges. Then pack the repository if it grew.
    """
    record = workspace.record
    try:
        lock = record.background().lock()
        if not lock.take():
            return None
        with lock:
            done = record.exchange(workspace.author, limit=limit)
    except (OSError, EnvironmentFailedError) as error:
        return str(error)
    return None if done is None or done.state == "ok" else done.reason or done.state


def maintain(workspace: Workspace) -> None:
    """Pack the repository if it grew, and verify what was committed a while ago."""
    if workspace.record.is_due():
        workspace.record.maintain()
