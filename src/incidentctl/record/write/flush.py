"""Flush: take the clone's lock, commit what is in the outbox, and forget it once verified."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from incidentctl.domain.incident.event_json import EventError
from incidentctl.domain.incident.ids import is_group_id
from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import permissions, presence, refs
from incidentctl.record.store import last_tips, paths
from incidentctl.record.store.crash_points import point
from incidentctl.record.store.index import Index, is_noted
from incidentctl.record.store.stored_event import redaction_targets
from incidentctl.record.write import kept, outbox
from incidentctl.record.write.outbox import Pending
from incidentctl.record.write.part import Part
from incidentctl.record.write.repair import Repair

if TYPE_CHECKING:
    from incidentctl.record.write.batch import BatchResult

#: How long a command waits for another one to commit, in seconds.
_WAIT = 0.3
#: A lock file on the log ref that is older than this, in seconds, was left by a killed git of ours;
#: on the mirror a user's git may be at work for longer.
_STALE_LOG_REF = 2.0
_STALE_MIRROR = 60.0
#: The most actions in one `git fast-import`: about a second of work, so that a receiver that is
#: killed again and again gets on, however much waits.
_BATCH_SIZE = 100


class Flushed(NamedTuple):
    """What a flush did.

    `commit` has this process's newest action, None while that is only acknowledged; `pending`
    counts the actions that still wait, `reason` says why; `notes` are for people.
    """

    commit: str | None
    pending: int
    reason: str | None
    notes: tuple[str, ...]


class Rendered(NamedTuple):
    """The log.md of an incident, and the tip of the log ref that it was rendered from."""

    log: str
    log_tip: str | None


class Flush:
    """Empties the outbox of one clone."""

    def __init__(self, part: Part) -> None:
        """Take the part of the record to commit to."""
        self._part = part
        self._store = part.store
        self._boxes = part.boxes
        self._state = part.state
        self._sent = part.sent
        self._notes: list[str] = []
        self._reason: str | None = None
        self._damaged: set[Path] = set()
        self._first: frozenset[Path] | None = None
        """What waited when this flush began; None where all that waits is wanted."""
        self._commits: dict[str, str] = {}
        self.touched: dict[str, Rendered] = {}
        """The log.md of each incident that this flush wrote, for the view."""

    def run(self, mine: Path | None) -> Flushed:
        """Flush until the outbox is empty, another process is committing, or it fails.

        What comes in of alert groups meanwhile is left to the receiver: in a storm there is no end.
        """

        def gone() -> bool:
            return mine is not None and not mine.exists()

        wait, self._first = _WAIT, frozenset(self._all())
        while self._wanted():
            try:
                permissions.make_folder(self._state)
                lock = self._part.lock()
                taken = lock.take(wait=wait, until=gone)
            except OSError as error:
                self._reason = f"{self._state} cannot be written: {error.strerror}"
                break
            if not taken:
                self._reason = None if gone() else "another incidentctl is committing"
                break
            with lock:
                point("flush.locked")
                moved = self._drain()
            point("flush.unlocked")
            wait = 0.0
            if not moved:
                break
        pending = len(self._all())
        commit = self._commits.get(mine.name) if mine else None
        if mine and commit is None and not mine.exists():
            commit = self._store.commit_of(mine.name) or self._search(mine)
        reason = self._reason if pending else None
        return Flushed(commit, pending, reason, tuple(dict.fromkeys(self._notes)))

    def _all(self) -> list[Path]:
        return [path for path in outbox.paths(self._boxes) if path not in self._damaged]

    def _wanted(self) -> bool:
        """Say whether something waits that this flush is to commit."""
        first = self._first
        return any(
            first is None or path in first or not is_group_id(outbox.incident_of(path))
            for path in self._all()
        )

    def _drain(self) -> bool:
        """Commit until the outbox is empty; False if it cannot be emptied now."""
        refs.clear_stale_lock(self._store.git, self._store.log_ref, age=_STALE_LOG_REF)
        refs.clear_stale_lock(self._store.git, self._store.mirror, age=_STALE_MIRROR)
        outbox.sweep(self._boxes)
        repair = Repair(self._part)
        try:
            try:
                repair.quick()
                self._commit(repair)
            except EnvironmentFailedError as error:
                if not presence.is_damage(error) or not repair.deep():
                    raise
                self._commit(repair)
        except EnvironmentFailedError as error:
            self._reason = error.reason
            return False
        except OSError as error:
            self._reason = f"{error.filename or self._state}: {error.strerror}"
            return False
        finally:
            self._notes += repair.notes
        return True

    def _commit(self, repair: Repair) -> None:
        """Commit what waits and what a repair has found; EnvironmentFailedError if git fails."""
        while (pending := self._read()) or repair.found:
            index = self._store.valid_index(self._store.tips())
            # Where nothing waits, a command that reads saves 1 ms.
            from incidentctl.record.write.batch import Batch  # noqa: PLC0415 (as said)

            outcome = Batch(self._part).commit(pending, repair.found)
            repair.found = {}
            self._notes += outcome.notes
            self._forget_texts(outcome)  # while the action waits, a flush after a kill does it
            self._forget(outcome.done)
            self._remember(outcome, index)
            point("flush.cached")
            if len(outcome.done) < len(pending):
                raise EnvironmentFailedError("Git did not take every event.")
        repair.finish()

    def repair(self, *, deep: bool, wait: float) -> tuple[str, ...] | None:
        """Repair what git lost, and commit it again; return notes, None if the lock is taken.

        Without `deep` only the refs are checked. EnvironmentFailedError if git fails.
        """
        permissions.make_folder(self._state)
        lock = self._part.lock()
        if not lock.take(wait=wait):
            return None
        with lock:
            repair = Repair(self._part)
            try:
                repair.quick()
                if deep:
                    repair.deep()
            finally:  # what it has found is nowhere else
                if repair.notes or repair.found:
                    self._commit(repair)
            return (*repair.notes, *self._notes)

    def look(self) -> bool:
        """Verify that what was committed a while ago is still there; repair what is not.

        False if another process is committing, or git fails: then a later check tries again.
        """
        lock = self._part.lock()
        if not lock.take():
            return False
        with lock, contextlib.suppress(EnvironmentFailedError, OSError):
            repair = Repair(self._part)
            repair.quick()
            log_tip = self._store.tips().log_tip
            if log_tip is not None and not kept.look(self._store.git, self._state, log_tip):
                kept.to_outbox(self._state, self._boxes[0])
                repair.deep()
            back = repair.take_back()
            self._commit(repair)
            for path in back:
                path.unlink(missing_ok=True)
            last_tips.shorten(self._state)
            outbox.sweep(kept.spools(self._state))
            return True
        return False

    def _read(self) -> list[Pending]:
        found: list[Pending] = []
        for path in self._all() if self._wanted() else ():
            try:
                action = outbox.read(path)
            except EventError as error:
                self._damaged.add(path)
                self._notes.append(f"{error}; it was left unchanged.")
                continue
            if action is not None:
                found.append(action)
            if len(found) == _BATCH_SIZE:
                break
        return found

    def _forget_texts(self, outcome: BatchResult) -> None:
        """Forget redacted texts where this clone keeps them beside the branch."""
        for incident, folder in outcome.known.items():
            if redaction_targets(folder.stored.values()):
                self._store.forget_texts(incident)
                kept.blank(self._state, incident, folder.stored)

    def _forget(self, done: Sequence[Pending]) -> None:
        for action in done:
            with contextlib.suppress(FileNotFoundError):
                if self._sent is None:
                    kept.keep(action.path, self._state)
                else:
                    outbox.move(action.path, self._sent)
            point("flush.forgetting")
        point("flush.forgotten")

    def _remember(self, outcome: BatchResult, index: Index | None) -> None:
        """Store in the index what this flush knows, so that the next command need not ask git."""
        self._commits |= outcome.commits
        if outcome.tips.log_tip is not None:
            last_tips.note(self._state, outcome.tips.log_tip)
        opened, ids = (dict(index.open), index.ids) if index else ({}, ())
        noted = dict(index.noted) if index else {}
        groups = index.groups if index else ()
        for incident, (folder, log) in outcome.touched.items():
            if is_group_id(incident):
                if outcome.whole and outcome.tips.log_tip is not None:
                    self._store.remember_group(incident, outcome.tips.log_tip, folder)
                if self._store.restricted and incident not in groups:
                    groups = tuple(sorted((*groups, incident)))
                continue
            self.touched[incident] = Rendered(log, outcome.tips.log_tip)
            head = self._store.head(incident, folder.events())
            ids = ids if incident in ids else tuple(sorted((*ids, incident)))
            opened.pop(incident, None)
            noted.pop(incident, None)
            if head and is_noted(head):
                noted[incident] = head
            if head and head.open and folder.key:
                opened[incident] = (folder.key, head)
                self._store.keep_folder(incident, folder)
            else:
                self._store.forget(incident)
        if index is None or not outcome.whole or outcome.tips.log_tip is None:
            return
        refs_now = (outcome.tips.tracking, outcome.tips.mirror)
        absorbed = tuple(dict.fromkeys(tip for tip in refs_now if tip in outcome.absorbed))
        if index.log_tip and outcome.tips.mirror == index.log_tip:
            absorbed = (*absorbed, index.log_tip)  # the mirror lags, but has nothing more
        self._store.keep_index(
            Index(
                outcome.tips.log_tip,
                (),
                absorbed,
                opened,
                ids,
                index.commits | outcome.commits,
                noted,
                outcome.tips.tracking,
                groups,
            )
        )

    def _search(self, mine: Path) -> str | None:
        """Ask git for the commit that added an action, if the index has forgotten it."""
        with contextlib.suppress(EnvironmentFailedError):
            incident = outbox.incident_of(mine)
            for name in self._store.folder(incident).stored:
                if name.startswith(mine.name[:26]):
                    path = paths.event_path(incident, name)
                    found = self._store.git.run(
                        "log", "-1", "--format=%H", self._store.log_ref, "--", path
                    )
                    return found.out.decode().strip() or None
        return None
