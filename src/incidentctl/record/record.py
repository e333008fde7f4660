"""The record of one clone: acknowledge, flush, read; what `app` knows of this package."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from incidentctl.domain.events import Event, EventError
from incidentctl.domain.incident import Head
from incidentctl.errors import EnvironmentFailedError, InvalidDataError, Problem
from incidentctl.record import folder as folders
from incidentctl.record import outbox, paths, refs, status
from incidentctl.record.background import Background
from incidentctl.record.batch import Batch, Render
from incidentctl.record.cache import Cache
from incidentctl.record.flush import Flush, Flushed
from incidentctl.record.folder import Folder
from incidentctl.record.git import Git
from incidentctl.record.outbox import Action, Author
from incidentctl.record.pulse import pulse
from incidentctl.record.scan import FoldHead
from incidentctl.record.sent import Unsynced, unsynced
from incidentctl.record.status import Exchanged, Status
from incidentctl.record.store import Store
from incidentctl.record.stored import Stored, check
from incidentctl.record.view import View

__all__ = ["Acknowledged", "Action", "Author", "Flushed", "Record"]


class Acknowledged(NamedTuple):
    """An action is on disk in `path`; `note` says so when it is not the usual folder."""

    path: Path
    note: str | None = None


class Record:
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
        share: Callable[[], None] | None = None,
    ) -> None:
        """Take the common git directory, and what to compute and render with.

        `work_tree` gets the view, None for no view; `own_dir` is its own git directory where that
        is another one, as in a linked worktree. `fallback` holds the outbox where the git
        directory cannot be written. `render` gives the log.md of an incident, `fold_head` what a
        list shows of it, from its life-cycle events. `share` is called after each flush that leaves
        something which the remote has not.
        """
        state = git_dir / "incidentctl"
        repository = hashlib.sha256(os.fsencode(git_dir.resolve())).hexdigest()[:16]
        self._git_dir = git_dir
        self._branch = branch
        self._render = render
        self._now = now
        self._box = state / "outbox"
        self._fallback = fallback / f"outbox-{repository}"
        self._work_tree = work_tree
        self._view: View | None = None
        if work_tree:
            linked = "" if own_dir in (None, git_dir) else f"-{own_dir.name}"
            self._view = View(work_tree, state / f"view{linked}")
        self._store = Store(
            Git(git_dir, environment),
            Cache(state / "cache"),
            fold_head,
            branch=branch,
            remote=remote,
        )
        self._state = state
        self._sent = state / "sent" if remote else None
        self._remote = remote
        self._share = share
        self._mine: Path | None = None
        self._touched: dict[str, None] = {}

    # --- writing ---------------------------------------------------------------------------------

    def acknowledge(self, action: Action) -> Acknowledged:
        """Put an action on disk: when this returns, neither crash nor power cut takes it.

        EnvironmentFailedError when no folder takes it: then nothing is acknowledged.
        """
        note = None
        try:
            try:
                path = outbox.write(self._box, action)
            except OSError as error:
                try:
                    path = outbox.write(self._fallback, action)
                except OSError as second:
                    raise _not_written(self._box, error, self._fallback, second) from None
                note = f"{self._box} cannot be written ({_why(error)}): kept in {self._fallback}"
        except EventError as error:
            raise InvalidDataError(
                f"This cannot be recorded: {error}.",
                hint="say the long part with `incidentctl log`",
            ) from None
        self._mine = path
        self._touched[action.incident] = None
        return Acknowledged(path, note)

    def flush(self) -> Flushed:
        """Commit everything that is acknowledged; wait for nobody longer than 0.3 seconds.

        Never raises: what cannot be committed now is safe and waits; the answer says why.
        """
        flush = Flush(
            self._store,
            (self._box, self._fallback),
            state=self._state,
            sent=self._sent,
            make_batch=self._batch,
        )
        flushed = flush.run(self._mine)
        notes = [*flushed.notes]
        beside = self._store.beside(self._store.tips())
        for incident in self._touched:
            # What a view has shown stays in it, also what is not merged yet.
            log = None if beside else flush.touched.get(incident)
            note = self.show_view(incident, log=log)
            notes += [note] if note else []
        self._touched.clear()
        if self._share is not None and self._sent is not None and outbox.paths((self._sent,)):
            self._share()
        return flushed._replace(notes=tuple(notes))

    def exchange(self, author: Author, *, limit: float) -> Exchanged | None:
        """Exchange with the remote, for at most `limit` seconds; None without a remote.

        Never raises. The caller holds the lock of exchanges, `background().lock()`.
        """
        if self._remote is None:
            return None
        # Not for who only records: 3 ms.
        from incidentctl.record.exchange import Exchange  # noqa: PLC0415
        from incidentctl.record.remote import Remote  # noqa: PLC0415

        share, self._share = self._share, None  # this is it
        try:
            exchange = Exchange(
                self._store,
                Remote(self._store.git, self._remote, self._branch, folder=self._work_tree),
                self._render,
                state=self._state,
                author=author,
                now=self._now,
                flush=self.flush,
                mirror_is_free=self._mirror_is_free,
            )
            done = exchange.run(limit=limit)
        finally:
            self._share = share
        notes = [self.show_view(head.id) for head in self.open_heads() if head.id in done.received]
        return done._replace(notes=(*done.notes, *filter(None, notes)))

    def background(self) -> Background:
        """Return what keeps exchanges apart from each other."""
        return Background(self._state)

    def _batch(self) -> Batch:
        return Batch(self._store, self._render, move_mirror=self._mirror_is_free(), now=self._now)

    def _mirror_is_free(self) -> bool:
        bare = self._work_tree is None and not (self._git_dir / "index").exists()
        return not refs.is_checked_out(self._git_dir, self._branch, bare=bare)

    def show_view(self, incident: str, *, log: str | None = None) -> str | None:
        """Write an incident's log.md into the work tree; a sentence when it was left as it is.

        `log` is its text, if the caller has it already.
        """
        if self._view is None:
            return None
        if log is None:
            try:
                log = self._render(incident, *self.events(incident))
            except EnvironmentFailedError as error:
                return error.message
        return self._view.show(incident, log)

    # --- reading ---------------------------------------------------------------------------------

    def events(self, incident: str) -> tuple[list[Event], list[Problem]]:
        """Return the events of an incident by id, acknowledged ones included, and what was wrong.

        No events when there is no such incident.
        """
        folder = self._folder(incident)
        told = folders.problems(paths.log_path(incident), folder, now=self._now())
        return folder.events(), told

    def many_events(
        self, incidents: Iterable[str]
    ) -> Iterator[tuple[str, list[Event], list[Problem]]]:
        """Return what `events` does for each of many incidents, but start git once for all."""
        pending = self._pending()
        for incident, folder in self._store.folders(incidents):
            united = folder.union(_waiting(pending.get(incident, ())))
            told = folders.problems(paths.log_path(incident), united, now=self._now())
            yield incident, united.events(), told

    def newest_id(self, incident: str) -> str | None:
        """Return the newest event's id; ids of more than 48 hours ahead do not count."""
        limit = folders.last_id(self._now())
        stored = self._folder(incident).stored.values()
        return max((s.event.id for s in stored if s.event.id <= limit), default=None)

    def open_heads(self) -> list[Head]:
        """Return the open incidents, the newest first."""
        pending = self._pending()
        opened = {incident: head for incident, (_, head) in self._store.index().open.items()}
        return self._overlaid(opened, pending, only_open=True)

    def heads(self) -> list[Head]:
        """Return all incidents, the newest first."""
        pending = self._pending()
        known = {ident: seen.head for ident, seen in self._store.all().items() if seen.head}
        return self._overlaid(known, pending, only_open=False)

    def ids(self) -> list[str]:
        """Return the ids of all incidents, sorted."""
        pending, known = self._pending(), self._store.index().ids
        return sorted([*known, *(incident for incident in pending if incident not in known)])

    def find(self, part: str) -> list[str]:
        """Return the ids that contain a text, sorted; the whole id finds just itself."""
        known = self.ids()
        return [part] if part in known else [ident for ident in known if part in ident]

    def log_path(self, incident: str) -> str:
        """Return where an incident's log.md is on the branch."""
        return paths.log_path(incident)

    def mirror_note(self) -> str | None:
        """Say why the branch for people is not where the record is; None when it is."""
        tips = self._store.tips()
        if tips.truth is None or tips.mirror == tips.truth:
            return None
        if not self._mirror_is_free():
            return f"branch {self._branch} is checked out and stays where it is; nothing is lost"
        return (
            f"branch {self._branch} has commits of its own and does not follow the record; "
            "nothing is lost; once it is renamed, the next command makes it anew"
        )

    def unsynced(self) -> Unsynced | None:
        """Count what is not yet on the remote; None without a remote."""
        if self._sent is None:
            return None
        return unsynced((self._box, self._fallback, self._sent))

    def exchange_status(self) -> Status | None:
        """Return how the last exchange ended; None before the first."""
        return status.read(self._state) if self._remote else None

    def pulse(self) -> tuple[object, ...]:
        """Return what differs from the time before if the record has changed since; in no time."""
        names = [refs.TRUTH, self._store.mirror, self._store.tracking]
        return pulse(self._git_dir, filter(None, names), (self._box, self._fallback))

    def pending(self) -> int:
        """Count the acknowledged actions that are not yet committed."""
        return len(outbox.paths((self._box, self._fallback)))

    def _pending(self) -> dict[str, list[Path]]:
        """Return the files of the outbox by incident.

        A reader looks here first: what leaves the outbox meanwhile is then on the branch.
        """
        found: dict[str, list[Path]] = {}
        boxes = [self._box, self._fallback]
        if self._sent is not None and self._store.tips().truth is None:
            boxes.append(self._sent)  # the record was deleted, and what it held stands here
        for path in outbox.paths(boxes):
            found.setdefault(outbox.incident_of(path), []).append(path)
        return found

    def _folder(self, incident: str) -> Folder:
        waiting = _waiting(self._pending().get(incident, ()))
        try:
            return self._store.folder(incident).union(waiting)
        except EnvironmentFailedError as error:
            if not waiting:
                raise
            # Whoever declares without git must still see what was acknowledged.
            fault = {f"git cannot be read ({error.message})": (1, "what was committed before")}
            return folders.EMPTY.union(waiting)._replace(faults=fault)

    def _overlaid(
        self, known: dict[str, Head], pending: Iterable[str], *, only_open: bool
    ) -> list[Head]:
        """Return heads, the newest first, with those of incidents that have pending events."""
        heads = dict(known)
        for incident in pending:
            head = self._store.head(incident, self._folder(incident).events())
            heads.pop(incident, None)
            if head and (head.open or not only_open):
                heads[incident] = head
        return sorted(heads.values(), key=lambda head: (head.declared, head.id), reverse=True)


def _waiting(files: Iterable[Path]) -> dict[str, Stored]:
    """Return the events of an incident that are in files of the outbox."""
    waiting: dict[str, Stored] = {}
    for path in files:
        try:
            action = outbox.read(path)
        except EventError:
            continue  # the flush tells of it
        if action is not None:
            waiting |= {name: check(name, data) for name, data in action.entries.items()}
    return waiting


def _why(error: OSError) -> str:
    return "the disk is full" if error.errno == errno.ENOSPC else str(error.strerror)


def _not_written(
    box: Path, error: OSError, fallback: Path, second: OSError
) -> EnvironmentFailedError:
    return EnvironmentFailedError(
        f"nothing was recorded: {box} cannot be written ({_why(error)}), "
        f"nor can {fallback} ({_why(second)})",
        hint="make room or permission for one of them and say it again",
    )
