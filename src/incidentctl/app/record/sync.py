"""Sync the record with the remote: now, or in the background of a command."""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.doctor.checks import refusal_hint
from incidentctl.errors import Hint, UsageError
from incidentctl.record.sync.answer import REFUSED
from incidentctl.record.sync.status import Exchanged

#: The time limit of a sync, in seconds; without an answer it gives up long before.
_LIMIT = 600.0
#: How long to wait for another sync of this clone, in seconds.
_WAIT = 22.0


class Synced(NamedTuple):
    """The result of a sync; `state` is that of record/sync/status.py."""

    state: str
    reason: str | None
    sent: int
    received: int
    pending: int
    """Events that the remote still lacks; while it is not known, what waited for it before."""
    notes: tuple[str, ...] = ()
    at_least: bool = False
    """Whether more may be `pending`: what was recorded while the settings hid the remote."""
    hint: Hint | None = None
    """What to do where the remote refused it."""


def sync(workspace: Workspace) -> Synced:
    """Sync now, after a running sync in the background."""
    record = workspace.record
    if refusal := workspace.refusal:
        raise refusal
    if record.unsynced() is None:
        if hidden := workspace.hides_remote:
            return Synced("misconfigured", hidden, 0, 0, workspace.waiting(), at_least=True)
        reason = (
            "the record is kept locally, without a remote"
            if workspace.is_local
            else "no remote is set: write `record: {remote: origin}` into incidentctl.yaml"
        )
        return Synced("misconfigured", reason, 0, 0, record.pending())
    lock, began = record.background().lock(), workspace.now()
    if not lock.take():
        if not lock.take(wait=_WAIT):
            return _ended(workspace, "behind", "another sync of this clone is running")
        last = record.exchange_status()
        if last is not None and last.at >= began and last.state != "ok":
            lock.release()  # it just failed: trying again would fail, too
            return _ended(workspace, last.state, last.reason)
    with lock:
        record.background().begin()
        done = _exchange(workspace)
        if done.state == "ok" and _left(workspace):  # events recorded meanwhile
            more = _exchange(workspace)
            done = more._replace(
                sent=done.sent + more.sent,
                events=done.events + more.events,
                notes=tuple(dict.fromkeys((*done.notes, *more.notes))),
            )
        record.clear_notes()
    workspace.sharing.share_if_asked()
    ended = _ended(workspace, done.state, done.reason)
    if ended.state == "ok" and ended.pending:
        why = record.held_up() or "more was recorded meanwhile"
        ended = ended._replace(state="behind", reason=why)
    elif ended.state == "ok" and (hidden := record.unread()):
        ended = ended._replace(state="behind", reason=hidden)
    return ended._replace(sent=done.sent, received=done.events, notes=done.notes)


def _exchange(workspace: Workspace) -> Exchanged:
    done = workspace.record.exchange(workspace.author, limit=_LIMIT)
    return done or Exchanged("misconfigured", "no remote is set", 0, frozenset(), 0, ())


def _left(workspace: Workspace) -> int:
    """Count the events that still have to be sent."""
    left = workspace.record.unsynced()
    return left.events if left else 0


def _ended(workspace: Workspace, state: str, reason: str | None) -> Synced:
    hint = refusal_hint(reason, workspace.basics.branch) if state == REFUSED else None
    return Synced(state, reason, 0, 0, _left(workspace), hint=hint)


def sync_in_background(workspace: Workspace, descriptor: int) -> None:
    """Sync as long as commands leave events to send, and pack objects if needed.

    `descriptor` is the lock, taken by the command that started this process.
    """
    record = workspace.record
    if not record.background().is_handed_over(descriptor):
        raise UsageError("--background is for internal use.", hint="Run `incidentctl sync`.")
    record.exchange_while_asked(workspace.author, limit=_LIMIT, descriptor=descriptor)
