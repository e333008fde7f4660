"""Exchange the record with the remote: fetch, unite, push, and forget what is proven there.

Nothing of this holds the clone's lock while the network is at work: responders go on meanwhile.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from incidentctl.domain.text import one_line
from incidentctl.errors import EnvironmentFailedError
from incidentctl.record import outbox, refs, sent, status
from incidentctl.record.batch import Render
from incidentctl.record.crash import point
from incidentctl.record.lock import Lock
from incidentctl.record.merge import TEMPORARY, advance, merge
from incidentctl.record.outbox import Author
from incidentctl.record.purge import Chain, is_replaced, markers, on_mirror, only_in, onto, replace
from incidentctl.record.remote import BEHIND, MISCONFIGURED, MISSING, OK, Answer, Remote
from incidentctl.record.status import Exchanged
from incidentctl.record.store import Store
from incidentctl.record.union import Difference, compare, holds_only_the_record

#: How often a push that others overtook is tried again, and the longest pause between, in seconds.
_TRIES = 16
_PAUSE = 3.0
#: Of more events that come at once, as to a fresh clone, none is read before it is asked for.
_MOST_READ = 10_000
#: How long the exchange waits for a command that commits, in seconds.
_WAIT = 5.0
#: A lock file of this age, in seconds, on a ref that only exchanges and a user's fetch move was
#: left by a git that is dead.
_STALE = 60.0


class _Offer(NamedTuple):
    """A commit for the remote; `instead_of` is a tip that a purge has replaced."""

    commit: str
    instead_of: str | None = None


class _ForeignError(EnvironmentFailedError):
    """The branch of the remote holds no record."""


class Exchange:
    """One exchange of one clone; the caller holds the lock of exchanges."""

    def __init__(
        self,
        store: Store,
        remote: Remote,
        render: Render,
        *,
        state: Path,
        author: Author,
        now: Callable[[], datetime],
        flush: Callable[[], object],
        mirror_is_free: Callable[[], bool],
        owe: Callable[[Iterable[str]], None],
    ) -> None:
        """Take the clone, whose folder `state` has the spool; `flush` commits what waits there.

        `owe` is told which incidents are about to change.
        """
        self._store = store
        self._git = store.git
        self._remote = remote
        self._render = render
        self._state = state
        self._sent = state / "sent"
        self._author = author
        self._now = now
        self._flush = flush
        self._mirror_is_free = mirror_is_free
        self._owe = owe
        self._forgotten = 0
        self._begun = 0
        """How many events went to a remote that had no such branch."""
        self._received: dict[str, set[str]] = {}
        self._notes: dict[str, None] = {}

    def run(self, *, limit: float) -> Exchanged:
        """Exchange until both have the same, or it does not go on; at most `limit` seconds.

        Never raises: what is acknowledged is safe, and the answer says why it is not shared.
        """
        until = time.monotonic() + limit
        try:
            self._state.mkdir(mode=0o700, parents=True, exist_ok=True)
            fault = self._remote.fault()
            answer = Answer(MISCONFIGURED, fault) if fault else self._rounds(until)
        except EnvironmentFailedError as error:
            answer = Answer(MISCONFIGURED, error.message)
        except OSError as error:
            answer = Answer(MISCONFIGURED, f"{error.filename or self._state}: {error.strerror}")
        kept = status.keep(self._state, self._now(), answer.state, answer.reason, notes=self._notes)
        return Exchanged(
            answer.state,
            answer.reason,
            max(self._forgotten, self._begun),
            frozenset(self._received),
            sum(len(names) for names in self._received.values()),
            kept.notes,
        )

    def _rounds(self, until: float) -> Answer:
        # A git that was killed leaves these, and each later one would stumble over them.
        for name in (TEMPORARY, self._remote.tracking):
            refs.clear_stale_lock(self._git, name, age=_STALE)
        whole = self._remote.complete(self._store.tips(), until=until)
        self._flush()
        if whole.state != OK:
            return whole
        answer = Answer(BEHIND, "others push at the same time, or much is logged here")
        if not self._has_taken_what_was_fetched():
            return answer
        for attempt in range(_TRIES):
            fetched = self._fetch(until)
            if fetched.state not in (OK, MISSING):
                return fetched
            point("exchange.fetched")
            theirs = self._tracking() if fetched.state == OK else None
            offer = self._unite(theirs)
            rest = self._forget(theirs) if theirs else False
            if offer is None and not rest:
                return Answer(OK)
            point("exchange.united")
            if offer is not None:
                answer = self._remote.push(offer.commit, until=until, instead_of=offer.instead_of)
                point("exchange.pushed")
                if answer.state == OK and theirs is None:
                    self._begun = self._count(offer.commit)
                if answer.state != BEHIND:  # the remote has it; or will not, and it waits merged
                    self._take(offer.commit)
                if answer.state not in (OK, BEHIND):
                    return answer
            if answer.state == BEHIND:
                pause = random.random() * min(0.1 * 2**attempt, _PAUSE)  # noqa: S311 (to spread)
                if time.monotonic() + pause > until:
                    return answer
                time.sleep(pause)
            self._flush()
        return answer

    def _has_taken_what_was_fetched(self) -> bool:
        """Take in what an earlier fetch brought: the next one drops it if the remote was reset.

        False where commands committed each time before that was done.
        """
        known = self._tracking()
        if known is None:
            return True
        for _ in range(_TRIES):
            try:
                offer = self._unite(known)
            except _ForeignError:
                return True  # the remote may hold a record by now
            if offer is None or self._take(offer.commit):
                return True
        return False

    def _fetch(self, until: float) -> Answer:
        answer = self._remote.fetch(until=until)
        if answer.state == MISSING and not self._remote.has_branches(until=until):
            return Answer(
                MISCONFIGURED,
                "the remote has no branch at all, and a forge would make the record its main "
                "one: push your own branch first",
            )
        return answer

    def _count(self, commit: str) -> int:
        listed = self._git.run("ls-tree", "-r", "--name-only", commit, timeout=60.0)
        return listed.out.count(b"/events/")

    def _tracking(self) -> str | None:
        return refs.read(self._git, self._remote.tracking)

    def _unite(self, theirs: str | None) -> _Offer | None:
        """Return what the remote lacks, None when it lacks nothing.

        Where theirs follows the truth, or there is none yet, the truth moves at once. A merge is
        not taken in before the remote has it: else each refused push would leave one more.
        """
        truth = self._store.tips().truth
        if theirs is None or theirs == truth:
            return _Offer(truth) if truth is not None and theirs is None else None
        if truth is not None and refs.follows(self._git, theirs, truth):
            self._store.absorb(theirs)
            return _Offer(truth)
        difference = compare(self._git, truth, theirs, most=_MOST_READ)
        adds = bool(difference.added or difference.unread)
        self._tell(difference)
        if truth is None:
            clean = difference.follows and holds_only_the_record(self._git, theirs)
            foreign = not adds
        else:
            clean = difference.follows and refs.follows(self._git, truth, theirs)
            foreign = not adds and self._is_foreign(theirs, truth)
        if foreign:
            raise _ForeignError(
                f"the branch {self._remote.tracking.partition('/')[2]} holds no record; name "
                "another in incidentctl.yaml: record: {branch: ...}"
            )
        for part in (difference.added, difference.changed, difference.unread):
            for incident, names in part.items():
                self._received.setdefault(incident, set()).update(names)
        self._owe(self._received)
        if clean:
            self._take(theirs)
            return None
        if truth is not None and (offer := self._purged(truth, theirs, difference)):
            return offer
        merged = merge(
            self._store, self._render, truth, theirs, difference, author=self._author,
            now=self._now,
        )  # fmt: skip
        return _Offer(merged)

    def _purged(self, truth: str, theirs: str, difference: Difference) -> _Offer | None:
        """Answer a purge that one of the two has not seen; None where there was none."""
        ours_marks, their_marks = markers(self._git, truth), markers(self._git, theirs)
        chain = Chain(self._store, self._render, self._author, self._now())
        if their_marks - ours_marks:
            missing = only_in(self._store, truth, difference)
            for incident, stored in on_mirror(self._store, truth).items():
                missing.setdefault(incident, {}).update(stored)
            commit = onto(chain, theirs, missing)
            with Lock(self._state / "lock", self._git) as lock:
                if lock.take(wait=_WAIT):
                    replace(
                        self._store, commit, truth, state=self._state,
                        mirror_is_free=self._mirror_is_free,
                    )  # fmt: skip
            self._notes["the record was purged elsewhere, and its history here is dropped"] = None
            return _Offer(commit)
        if is_replaced(self._git, theirs, truth, ours_marks - their_marks):
            return _Offer(onto(chain, truth, difference.added), instead_of=theirs)
        return None

    def _is_foreign(self, theirs: str, truth: str) -> bool:
        """Say whether a branch has nothing to do with the record: no folder, no common history."""
        held = self._git.run("ls-tree", "--name-only", theirs, "--", "incidents").out.strip()
        return not held and self._git.run("merge-base", theirs, truth).code != 0

    def _take(self, commit: str) -> bool:
        """Let the truth follow to a commit; False where it has moved meanwhile: git leaves it."""
        if commit == self._store.tips().truth:
            return True
        with Lock(self._state / "lock", self._git) as lock:
            if not lock.take(wait=_WAIT):
                return False  # the next round sees to it
            before = self._store.tips()
            advance(self._store, commit, move_mirror=self._mirror_is_free())
        if self._store.tips().truth == commit:
            point("exchange.taken")
            old = (before.truth, before.mirror if before.mirror == before.truth else None)
            self._store.absorb(*filter(None, (*old, self._tracking())))
            return True
        return False

    def _forget(self, theirs: str) -> bool:
        """Forget what the remote has; say whether something is left that it has not.

        What is left and not in the truth either goes back into the outbox: somebody has moved the
        truth to an older commit.
        """
        gone, rest = sent.forget(self._git, self._sent, theirs)
        self._forgotten += gone
        truth = self._store.tips().truth
        if rest and truth is not None:
            for action in sent.lacking(self._git, rest, truth):
                outbox.move(action.path, self._state / "outbox")
        return bool(rest)

    def _tell(self, difference: Difference) -> None:
        for paths, what in (
            (difference.left_out, "are no events of the record and are carried nowhere"),
            (difference.disputed, "were changed on the remote, and one version stands"),
        ):
            if paths:
                example = one_line(paths[0])[:100]
                self._notes[f"{len(paths)} file(s) of the remote {what}, such as {example}"] = None
