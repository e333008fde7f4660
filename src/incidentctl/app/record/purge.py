"""Purge the record: rewrite the branch without the texts of redacted entries."""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.incident.facts import Redacted
from incidentctl.errors import EnvironmentFailedError, RefusedError

#: The time limit of the sync and the push, in seconds.
_LIMIT = 600.0
_WAIT = 22.0


class Purged(NamedTuple):
    """The new root commit of the branch, and the number of redacted entries."""

    commit: str
    redacted: int


def redacted_entries(workspace: Workspace) -> int:
    """Count the redacted entries of the whole record; RefusedError when there are none."""
    record = workspace.record
    groups = [group.id for group in record.groups() if group.redacted]
    named = {
        (ident, event.fact.event)
        for ident, events, _ in record.many_events([*record.ids(), *groups])
        for event in events
        if isinstance(event.fact, Redacted)
    }
    if not named:
        raise RefusedError(
            "Nothing is redacted, so there is nothing to purge.",
            hint="Run `incidentctl redact ENTRY`, or `incidentctl alert redact N`, then purge.",
        )
    return len(named)


def purge(workspace: Workspace) -> Purged:
    """Rewrite the branch, here and on the remote, without the texts of redacted entries.

    EnvironmentFailedError if this clone is not up to date with the remote, the remote refuses, or
    it is not known which it is; then nothing is changed.
    """
    if hidden := workspace.hides_remote:
        raise EnvironmentFailedError(
            f"Not purged: a remote would keep the texts, and none is known. {hidden}",
            hint="Correct it, then purge.",
        )
    count = redacted_entries(workspace)
    record = workspace.record
    lock = record.background().lock()
    if not lock.take(wait=_WAIT):
        raise EnvironmentFailedError(
            "Another sync is already running in this clone.", hint="Try again."
        )
    try:
        with lock:
            marker = workspace.new_id()
            commit = record.purge(workspace.author, marker=marker, limit=_LIMIT)
    finally:
        workspace.sharing.share_if_asked()
    if commit is None:
        raise EnvironmentFailedError("The record could not be read.")
    return Purged(commit, count)
