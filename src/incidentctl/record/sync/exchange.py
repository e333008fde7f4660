"""Exchange the record with the remote: fetch, reconcile, push, and forget what the remote has.

The clone's lock is never held during network access, so responders can go on recording.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import permissions, presence, refs, tree
from incidentctl.git.author import Author
from incidentctl.record import bug_report
from incidentctl.record.store.changes import TooManyError, count_events
from incidentctl.record.store.compare import redacts
from incidentctl.record.store.crash_points import point
from incidentctl.record.store.paths import PURGED, SHELVES
from incidentctl.record.sync import purge, sent, status
from incidentctl.record.sync.answer import BEHIND, MISCONFIGURED, MISSING, OK, RemoteAnswer
from incidentctl.record.sync.merge import TEMPORARY, advance, forget_merge
from incidentctl.record.sync.reconcile import ForeignError, Offer, Reconcile
from incidentctl.record.sync.remote import Remote
from incidentctl.record.sync.status import Exchanged
from incidentctl.record.write import kept, outbox
from incidentctl.record.write.part import Part

#: Only exchanges and a user's fetch move the remote-tracking ref. A lock file on it that is older
#: than this, in seconds, was left by a dead git.
_STALE = 60.0


class Retries(NamedTuple):
    """How long an exchange keeps trying when others are in its way; times in seconds."""

    pushes: int = 16
    """How often to try a push that others overtook."""
    pause: float = 3.0
    """The longest pause between two pushes."""
    wait: float = 5.0
    """How long to wait for a command that commits in this clone."""


class Exchange:
    """One exchange of one clone; the caller holds the lock of exchanges."""

    def __init__(
        self,
        part: Part,
        remote: Remote,
        author: Author,
        *,
        flush: Callable[[], object],
        repair: Callable[..., Iterable[str]],
        retries: Retries,
    ) -> None:
        """Take the part of the record, its remote, and who is named on merges.

        `flush` commits what waits, `repair` is `Upkeep.repair`.
        """
        self._part = part
        self._store = part.store
        self._git = part.git
        self._remote = remote
        self._state = part.state
        self._flush = flush
        self._repair = repair
        self._retries = retries
        self._forgotten = 0
        self._begun = 0
        """How many events were sent to a remote that had no such branch."""
        self._was_read = False
        self._reconcile = Reconcile(part, author, remote.tracking)

    def run(self, *, limit: float) -> Exchanged:
        """Exchange until both sides have the same, or nothing more works; at most `limit` seconds.

        Never raises: what is acknowledged is safe, and the result says why it is not shared.
        """
        until = time.monotonic() + limit
        try:
            permissions.make_folder(self._state)
            fault = self._remote.fault()
            answer = RemoteAnswer(MISCONFIGURED, fault) if fault else self._repaired(until)
        except EnvironmentFailedError as error:
            answer = RemoteAnswer(MISCONFIGURED, error.reason)
        except OSError as error:
            answer = RemoteAnswer(
                MISCONFIGURED, f"{error.filename or self._state}: {error.strerror}"
            )
        except Exception as error:  # noqa: BLE001 (in the background nobody would see it)
            answer = RemoteAnswer(status.FAILED, bug_report.describe(error, self._part.user_state))
        received, notes = self._reconcile.received, self._reconcile.notes
        for incident, names in received.items():
            if any(map(redacts, names)):
                self._store.forget_texts(incident)
        ended = status.keep(
            self._state, self._part.now(), answer.state, answer.reason,
            notes=notes, was_read=self._was_read,
        )  # fmt: skip
        return Exchanged(
            answer.state,
            answer.reason,
            max(self._forgotten, self._begun),
            frozenset(received),
            sum(map(len, received.values())),
            ended.notes,
        )

    def _repaired(self, until: float) -> RemoteAnswer:
        """Exchange; if git fails because it lost something, repair that and try once more."""
        self._tell(self._repair())
        try:
            return self._rounds(until)
        except EnvironmentFailedError as error:
            if not presence.is_damage(error):
                raise
            self._tell(self._repair(deep=True))
        return self._rounds(until)

    def _tell(self, notes: Iterable[str]) -> None:
        self._reconcile.notes |= dict.fromkeys(notes)

    def _rounds(self, until: float) -> RemoteAnswer:
        # A killed git leaves these behind, and each later git would fail because of them.
        for name in (TEMPORARY, purge.TEMPORARY, self._remote.tracking):
            refs.clear_stale_lock(self._git, name, age=_STALE)
        forget_merge(self._git)
        purge.forget(self._git)
        whole = self._remote.complete(self._store.tips(), until=until)
        self._flush()
        if whole.state != OK:
            return whole
        answer = behind = RemoteAnswer(
            BEHIND, "others push at the same time, or events are logged here too quickly"
        )
        if not self._has_taken_what_was_fetched():
            return answer
        sent_folder, boxes = self._state / "sent", self._part.boxes
        to_send, sent_commit = _names(sent_folder), None
        for attempt in range(self._retries.pushes):
            before = self._tracking()
            fetched = self._fetch(until)
            if fetched.state not in (OK, MISSING):
                return fetched
            point("exchange.fetched")
            theirs = self._tracking() if fetched.state == OK else None
            if theirs is not None and (fault := self._fault_of(theirs)):
                self._was_read = False
                return RemoteAnswer(MISCONFIGURED, fault)
            try:
                offer = self._reconciled(theirs)
            except TooManyError:
                self._was_read = False
                self._put_back(before)
                raise
            rest = self._forget(theirs) if theirs else False
            # In a storm there is no end: what came in since is for the next exchange.
            if (offer is None and not rest) or (
                theirs is not None
                and theirs == sent_commit
                and not to_send & _names(sent_folder, *boxes)
            ):
                self._let_mirror_follow()
                return RemoteAnswer(OK)
            point("exchange.reconciled")
            if offer is not None:
                answer = self._remote.push(offer.commit, until=until, instead_of=offer.instead_of)
                point("exchange.pushed")
                if answer.state == OK and theirs is None:
                    with contextlib.suppress(TooManyError):
                        self._begun = count_events(self._git, offer.commit)
                # The remote has it; or it refuses, and the merge waits.
                taken = answer.state == BEHIND or self._take(offer.commit, theirs)
                if answer.state == OK and not taken:
                    answer = behind
                if answer.state not in (OK, BEHIND):
                    return answer
                sent_commit = offer.commit if answer.state == OK else None
            if answer.state == BEHIND:
                pause = random.random() * min(0.1 * 2**attempt, self._retries.pause)  # noqa: S311 (to spread)
                if time.monotonic() + pause > until:
                    return answer
                time.sleep(pause)
            if answer.state == BEHIND or to_send & _names(*boxes):
                self._flush()
        return answer

    def _let_mirror_follow(self) -> None:
        tips = self._store.tips()
        if tips.mirror not in (None, tips.log_tip):
            with self._part.lock() as lock:
                if lock.take(wait=self._retries.wait):
                    purge.let_mirror_follow(self._part)

    def _has_taken_what_was_fetched(self) -> bool:
        """Take in what an earlier fetch brought: the next fetch drops it if the remote was reset.

        False if commands kept committing, so that it could not be taken in.
        """
        known = self._tracking()
        if known is None:
            return True
        for _ in range(self._retries.pushes):
            try:
                offer = self._reconciled(known)
            except (ForeignError, TooManyError):
                return True  # the remote may hold a record by now
            except EnvironmentFailedError:
                raise
            except Exception:  # noqa: BLE001 (a bug: reported if the next fetch meets it as well)
                return True
            if offer is None or self._take(offer.commit, known):
                return True
        return False

    def _fault_of(self, theirs: str) -> str | None:
        """Say so if the branch of the remote names no commit; that is never merged."""
        kind = presence.kinds(self._git, [theirs])[theirs]
        if kind in ("commit", "tag"):
            return None
        if kind is None:
            raise presence.DamagedError(f"commit {theirs[:10]} is not in this clone")
        refs.move(self._git, (self._remote.tracking, None, theirs))
        branch = self._remote.tracking.partition("/")[2].partition("/")[2]
        return f"{branch} names a {kind} there instead of a commit: reset it or delete it there"

    def _fetch(self, until: float) -> RemoteAnswer:
        answer = self._remote.fetch(until=until)
        self._was_read = answer.state in (OK, MISSING)
        if answer.state == MISSING and not self._remote.has_branches(until=until):
            return RemoteAnswer(
                MISCONFIGURED,
                f"{self._remote.name} has no branch yet, and a forge would make the record its "
                "default branch: push your own branch there first",
            )
        mirror = self._store.tips().mirror if answer.state == MISSING else None
        if mirror and not tree.names(self._git, mirror, [*SHELVES, PURGED]):
            branch = self._store.mirror.removeprefix("refs/heads/")
            return RemoteAnswer(
                MISCONFIGURED,
                f"{branch} is a branch of your own without a record; name another one in "
                "incidentctl.yaml: record: {branch: ...}",
            )
        return answer

    def _put_back(self, before: str | None) -> None:
        """Reset the remote-tracking ref: readers show what it holds."""
        tracking = self._remote.tracking
        self._git.run("update-ref", *((tracking, before) if before else ("-d", tracking)))

    def _tracking(self) -> str | None:
        return refs.read(self._git, self._remote.tracking)

    def _reconciled(self, theirs: str | None) -> Offer | None:
        """Return what the remote lacks; None if it lacks nothing and there is nothing to take in.

        If theirs follows the log ref, or there is no log ref yet, the log ref moves at once.
        """
        offer = self._reconcile.reconcile(theirs)
        return None if offer and offer.theirs and self._take(offer.commit, theirs) else offer

    def _take(self, commit: str, theirs: str | None) -> bool:
        """Move the log ref to a commit; False if it has moved meanwhile, which git then keeps.

        The commit holds what `theirs` has; the tracking ref may be another by now, as after a
        `git fetch` of the user.
        """
        if commit == self._store.tips().log_tip:
            return True
        with self._part.lock() as lock:
            if not lock.take(wait=self._retries.wait):
                return False  # the next round sees to it
            before = self._store.tips()
            self._forget_texts(commit)
            advance(self._part, commit)
        if self._store.tips().log_tip == commit:
            point("exchange.taken")
            old = (before.log_tip, before.mirror if before.mirror == before.log_tip else None)
            self._store.absorb(*filter(None, (*old, theirs, commit)))
            return True
        return False

    def _forget_texts(self, commit: str) -> None:
        """Forget texts that were redacted elsewhere, where this clone keeps them beside the branch.

        Before the log ref moves to the commit: after a kill the next exchange does it again.
        """
        for incident, names in self._reconcile.received.items():
            if any(map(redacts, names)):
                self._store.forget_texts(incident)
                held = self._store.folder_at(incident, (commit,)).stored
                kept.blank(self._state, incident, held)

    def _forget(self, theirs: str) -> bool:
        """Forget what the remote has; say whether something is left that it lacks.

        Actions that the log ref lacks as well go back into the outbox: somebody has moved the log
        ref to an older commit.
        """
        gone, rest = sent.forget(self._git, self._state, theirs)
        self._forgotten += gone
        log_tip = self._store.tips().log_tip
        if rest and log_tip is not None:
            for action in sent.lacking(self._git, rest, log_tip):
                with contextlib.suppress(FileNotFoundError):  # a repair has moved it
                    outbox.move(action.path, self._part.box)
        return bool(rest)


def _names(*folders: Path) -> set[str]:
    return {path.name for path in outbox.paths(folders)}
