"""Purge the record: the branch begins anew, so that no commit of it holds what was redacted."""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.incident.facts import Redacted
from incidentctl.errors import EnvironmentFailedError, RefusedError

#: The longest that the exchange and the push may take, in seconds.
_LIMIT = 600.0
_WAIT = 22.0


class Purged(NamedTuple):
    """The root that the branch has now, and how many entries are redacted in it."""

    commit: str
    redacted: int


def redacted_entries(workspace: Workspace) -> int:
    """Count the redacted entries of the whole record; RefusedError when there are none."""
    record = workspace.record
    named = {
        (incident, event.fact.event)
        for incident, events, _ in record.many_events(record.ids())
        for event in events
        if isinstance(event.fact, Redacted)
    }
    if not named:
        raise RefusedError(
            "Nothing is redacted, so there is nothing to purge.",
            hint="Run `incidentctl redact ENTRY` first, then purge.",
        )
    return len(named)


def purge(workspace: Workspace) -> Purged:
    """Begin the branch anew, here and on the remote, without the texts of redacted entries.

    EnvironmentFailedError when the remote is not in step or refuses; then all is as it was.
    """
    count = redacted_entries(workspace)
    record = workspace.record
    lock = record.background().lock()
    if not lock.take(wait=_WAIT):
        raise EnvironmentFailedError(
            "Another sync is already running in this clone.", hint="Try again."
        )
    with lock:
        marker = workspace.new_id()
        commit = record.purge(workspace.author, marker=marker, limit=_LIMIT)
    if commit is None:
        raise EnvironmentFailedError("The record could not be read.")
    return Purged(commit, count)
