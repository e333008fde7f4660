"""The record of one clone: acknowledge, flush, read; what `app` knows of this package."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import permissions
from incidentctl.git.author import Author
from incidentctl.git.run import Git
from incidentctl.record.change_token import change_token
from incidentctl.record.reader import Reader
from incidentctl.record.store.cache import Cache
from incidentctl.record.store.scan import FoldHead
from incidentctl.record.store.store import Store
from incidentctl.record.sync import status
from incidentctl.record.sync.background import Background
from incidentctl.record.sync.remote import Remote
from incidentctl.record.sync.restricted_remote import Shared
from incidentctl.record.sync.status import Exchanged, Status
from incidentctl.record.upkeep import Upkeep
from incidentctl.record.view import View
from incidentctl.record.write import kept
from incidentctl.record.write.acknowledge import Acknowledged, acknowledge
from incidentctl.record.write.batch import Render
from incidentctl.record.write.fallback import Fallback, unclaimed
from incidentctl.record.write.flush import Flushed, Rendered
from incidentctl.record.write.outbox import Action

if TYPE_CHECKING:
    from incidentctl.record.sync.exchange import Retries

__all__ = ["Acknowledged", "Action", "Author", "Flushed", "Record"]


class Record(Upkeep):
    """Reads and writes of the record in one repository."""

    def __init__(
        self,
        git_dir: Path,
        *,
        work_tree: Path | None,
        own_dir: Path | None = None,
        environment: Mapping[str, str],
        render: Render,
        fold_head: FoldHead,
        fallback: Path,
        now: Callable[[], datetime],
        branch: str = "incident-log",
        remote: str | None = None,
        share: Callable[[], str | None] | None = None,
        restricted: bool = False,
        apart_from: Shared | None = None,
        report: Callable[[Exception], str] = repr,
    ) -> None:
        """Take the common git directory, and what to compute and render with.

        `work_tree` gets the view, None for no view; `own_dir` is its own git directory where that
        is another one, as in a linked worktree. `fallback` holds the outbox where the git
        directory cannot be written. `render` gives the log.md of an incident, `fold_head` what a
        list shows of it, from its life-cycle events. `share` is called after each flush that leaves
        something for another process to do: to send, or to pack; it returns a note, if any. What is
        `restricted` is kept apart from all else: in a ref of its own, in no branch and no view, and
        sent to no place of the remote that it is `apart_from`. `report` keeps a bug and says where.
        """
        state = git_dir / "incidentctl"
        permissions.widen(state)
        self._addressed_from = work_tree
        if restricted:
            state, fallback, work_tree = state / "restricted", fallback / "restricted", None
        self._box = state / "outbox"
        self._fallback = Fallback(fallback, git_dir)
        self._user_state = fallback
        store = Store(
            Git(git_dir, environment),
            Cache(state / "cache"),
            fold_head,
            branch=branch,
            remote=remote,
            state=state,
            restricted=restricted,
        )
        sent = state / "sent" if remote else None
        super().__init__(store, self._all_boxes, sent, spools=kept.spools(state), now=now)
        self._git_dir = git_dir
        self._branch = branch
        self._render = render
        self._work_tree = work_tree
        self._view: View | None = None
        if work_tree:
            linked = "" if own_dir in (None, git_dir) else f"-{own_dir.name}"
            self._view = View(work_tree, state / f"view{linked}")
        self._state = state
        self._remote = remote
        self._apart_from = apart_from
        self._share = share
        self._report = report
        self._mine: Path | None = None
        self._touched: dict[str, None] = {}

    def _all_boxes(self) -> tuple[Path, ...]:
        """Return the outboxes that are there now: a fallback may come while somebody watches."""
        return (self._box, *self._fallback.folders())

    def unclaimed(self) -> dict[Path, list[Path]]:
        """Return what waits in the user's own state and may be of this repository, by folder."""
        return unclaimed(self._user_state, self._git_dir)

    # --- writing ---------------------------------------------------------------------------------

    def acknowledge(self, action: Action) -> Acknowledged:
        """Put an action on disk: when this returns, neither crash nor power cut takes it.

        EnvironmentFailedError when no folder takes it: then nothing is acknowledged.
        """
        self._mark_stale([action.incident])
        done = acknowledge(self._box, self._fallback, action)
        self._mine = done.path
        self._touched[action.incident] = None
        return done

    def flush(self) -> Flushed:
        """Commit everything that is acknowledged; wait for nobody longer than 0.3 seconds.

        Never raises: what cannot be committed now is safe and waits; the answer says why.
        """
        flush = self._flush()
        flushed = flush.run(self._mine)
        self._held_up = flushed.reason
        notes = [*flushed.notes]
        for incident in dict.fromkeys((*self._touched, *filter(self._has_view, flush.touched))):
            note = self._show_view(incident, rendered=flush.touched.get(incident))
            notes += [note] if note and incident in self._touched else []
        self._touched.clear()
        self.refresh_stale()
        if self._share is not None and (self.has_unsent() or self.is_due()):
            note = self._share()
            notes += [note] if note else []
        return flushed._replace(notes=tuple(notes))

    def exchange(
        self, author: Author, *, limit: float, retries: Retries | None = None
    ) -> Exchanged | None:
        """Exchange with the remote, for at most `limit` seconds; None without a remote.

        Never raises. The caller holds the lock of exchanges, `background().lock()`.
        """
        if self._remote is None:
            return None
        # Not for who only records: 3 ms.
        from incidentctl.record.sync.exchange import Exchange, Retries  # noqa: PLC0415

        share, self._share = self._share, None  # this is it
        try:
            done = Exchange(
                self._store,
                self.remote(),
                self._render,
                state=self._state,
                author=author,
                now=self._now,
                flush=self.flush,
                repair=self.repair,
                mirror_is_free=self._mirror_is_free,
                mark_stale=self._mark_stale,
                report=self._report,
                retries=retries or Retries(),
            ).run(limit=limit)
        finally:
            self._share = share
        try:
            notes = self._show_received(done.received)
        except Exception as error:  # noqa: BLE001 (in the background nobody would see it)
            notes = [f"the view is not shown: {self._report(error)}"]
        return done._replace(notes=(*done.notes, *notes))

    def _show_received(self, received: Iterable[str]) -> list[str]:
        """Show incidents of which events came; return what hinders that."""
        try:
            opened = {head.id for head in Reader.open_heads(self)}  # those that a view can show
        except EnvironmentFailedError:
            opened = set()
        shown = [each for each in sorted(received) if each in opened or self._has_view(each)]
        notes = [self._show_view(incident) for incident in shown]
        self.refresh_stale()
        return [note for note in notes if note]

    def remote(self) -> Remote:
        """Return the remote that shares the record; ValueError when there is none."""
        if self._remote is None:
            raise ValueError("the record has no remote")
        return Remote(
            self._store.git, self._remote, self._branch,
            folder=self._addressed_from, apart_from=self._apart_from,
        )  # fmt: skip

    def purge(self, author: Author, *, marker: str, limit: float) -> str | None:
        """Begin the branch anew without its history, here and on the remote; return the new root.

        `marker` is a ULID. EnvironmentFailedError when the remote is not in step or refuses: then
        all is as it was. None without a record. The caller holds the lock of exchanges.
        """
        from incidentctl.record.sync.purge import Chain, begin_anew, pushing  # noqa: PLC0415

        until = time.monotonic() + limit
        self.ensure_read()  # what is hidden may hold the text
        done = self.exchange(author, limit=limit)
        # One that refuses may do so for the very text that is to be purged.
        if done is not None and done.state not in ("ok", "refused"):
            raise EnvironmentFailedError(
                f"the remote has to be in step first, and it is not: {done.reason or done.state}"
            )
        self.flush()

        chain = Chain(self._store, self._render, author, self._now())
        commit = begin_anew(
            chain,
            marker=marker,
            state=self._state,
            mirror_is_free=self._mirror_is_free,
            push=pushing(self._store, self.remote(), until=until) if self._remote else None,
        )
        if self._remote:  # what the remote has refused may stand in its words
            status.write(self._state, Status(self._now(), "ok", None, self._now()))
        self.flush()
        self._mark_stale(self.ids())  # other work trees
        for incident in self.ids():
            if self._has_view(incident):
                self._show_view(incident)
        return commit

    def _has_view(self, incident: str) -> bool:
        return self._view is not None and self._view.has(incident)

    def background(self) -> Background:
        """Return what keeps exchanges apart from each other."""
        return Background(self._state)

    def _mark_stale(self, incidents: Iterable[str]) -> None:
        """Let what is in the view be shown anew by somebody, even if this process is killed."""
        if self._view is not None:
            for incident in incidents:
                self._view.mark_stale(incident)

    def refresh_stale(self) -> None:
        """Show what others should have; what hinders that is told to who records in it.

        As of a process that was killed, or that worked in another work tree.
        """
        if self._view is not None:
            for incident in self._view.stale():
                self._show_view(incident)

    def _show_view(self, incident: str, *, rendered: Rendered | None = None) -> str | None:
        """Write an incident's log.md into the work tree; a sentence when it was left as it is.

        What the caller has `rendered` serves where the record has not moved since.
        """
        if self._view is None:
            return None

        def render() -> str:
            tips = self._store.tips()
            # What a view has shown stays in it, also what is not merged yet.
            if rendered and rendered.truth == tips.truth and not self._store.beside(tips):
                return rendered.log
            # Of this record alone, also where another is beside it that keeps incidents apart.
            return self._render(incident, *Reader.events(self, incident))

        try:
            return self._view.show(incident, render)
        except EnvironmentFailedError as error:
            return error.message

    def exchange_status(self) -> Status | None:
        """Return how the last exchange ended; None before the first."""
        return status.read(self._state) if self._remote else None

    def clear_notes(self) -> None:
        """Forget the notes of exchanges: somebody was told."""
        last = self.exchange_status()
        if last is not None and last.notes:
            status.write(self._state, last._replace(notes=()))

    def change_token(self) -> tuple[object, ...]:
        """Return what differs from the time before if the record has changed since; in no time."""
        names = [self._store.truth, self._store.mirror, self._store.tracking]
        return change_token(self._git_dir, filter(None, names), self._boxes)
