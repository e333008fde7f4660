"""Faults planted into the record at run time: the histories must catch each of them.

A mutant changes functions of the record in the process of an act, and nowhere else: what checks
the histories stays as it is. Only torture reads the name of a mutant.
"""

from __future__ import annotations

import contextlib
import os
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from incidentctl.domain import ids
from incidentctl.domain.events import decode
from incidentctl.record import (
    background,
    batch,
    exchange,
    flush,
    folder,
    merge,
    outbox,
    refs,
    sent,
    stored,
    union,
)
from incidentctl.record import lock as locks
from incidentctl.record import record as records
from incidentctl.record import remote as remotes


class Mutant(NamedTuple):
    """A planted fault: the faults of the histories that bring it to light, and how to plant it."""

    faults: frozenset[str]
    plant: Callable[[], None]


ALL: dict[str, Mutant] = {}


def _mutant(*faults: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    def register(plant: Callable[[], None]) -> Callable[[], None]:
        ALL[plant.__name__.strip("_").replace("_", "-")] = Mutant(frozenset(faults), plant)
        return plant

    return register


def apply(name: str) -> None:
    """Plant a fault into this process; none for an empty name."""
    if name:
        ALL[name].plant()


def _set(place: Any, name: str, value: Any) -> None:
    """Replace what the record calls by this name."""
    assert hasattr(place, name), f"{place} has no {name}: the mutant is out of date"
    setattr(place, name, value)


# --- acknowledge ---------------------------------------------------------------------------------


class _Os(types.SimpleNamespace):
    """The module `os`, but for what is replaced."""

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


@_mutant("together")
def _acknowledge_before_fsync() -> None:
    _set(outbox, "os", _Os(fsync=lambda _: None))


@_mutant("together")
def _folder_not_synced() -> None:
    _set(outbox, "_sync_folder", lambda _: None)


@_mutant("crash", "kill")
def _acknowledge_before_writing() -> None:
    write, run, later = outbox.write, flush.Flush.run, []

    def promise(folder: Path, action: Any) -> Path:
        later.append((folder, action))
        return folder / f"{action.events[0].id}~{action.incident}"

    def run_late(self: Any, mine: Any) -> Any:
        while later:
            write(*later.pop())
        return run(self, mine)

    _set(outbox, "write", promise)
    _set(flush.Flush, "run", run_late)


@_mutant("full", "kill")
def _acknowledge_in_spite_of_an_error() -> None:
    acknowledge = records.Record.acknowledge

    def promise(self: Any, action: Any) -> Any:
        with contextlib.suppress(Exception):
            return acknowledge(self, action)
        return records.Acknowledged(self._box / "nowhere")

    _set(records.Record, "acknowledge", promise)


@_mutant("clock", "together")
def _id_not_after_the_newest_seen() -> None:
    _set(ids, "next_milliseconds", lambda now, _: int(now.timestamp() * 1000))


# --- flush ---------------------------------------------------------------------------------------


@_mutant("crash", "kill")
def _forget_before_import() -> None:
    commit = batch.Batch.commit

    def hasty(self: Any, pending: Sequence[Any]) -> Any:
        for action in pending:
            action.path.unlink(missing_ok=True)
        return commit(self, pending)

    _set(batch.Batch, "commit", hasty)


@_mutant("crash", "kill", "full")
def _forget_what_git_did_not_take() -> None:
    def forget(self: Any, pending: Sequence[Any]) -> Any:
        try:
            return commit(self, pending)
        except Exception:
            for action in pending:
                action.path.unlink(missing_ok=True)
            raise

    commit = batch.Batch.commit
    _set(batch.Batch, "commit", forget)


@_mutant("together")
def _no_lock() -> None:
    take = locks.Lock.take

    def anyway(self: Any, **given: Any) -> bool:
        if self._path.name == "lock":
            self._path = self._path.with_name(f"lock-{os.getpid()}")
        return take(self, **given)

    _set(locks.Lock, "take", anyway)


@_mutant("together")
def _holder_does_not_look_again() -> None:
    drain = flush.Flush._drain

    def once(self: Any) -> bool:
        drain(self)
        return False

    _set(flush.Flush, "_drain", once)


@_mutant("kill", "crash")
def _half_an_action() -> None:
    commit = batch.Batch.commit

    def half(self: Any, pending: Sequence[Any]) -> Any:
        first = [a._replace(entries=dict(list(a.entries.items())[:1])) for a in pending]
        return commit(self, first)

    _set(batch.Batch, "commit", half)


@_mutant("mirror")
def _mirror_moves_though_checked_out() -> None:
    _set(refs, "is_checked_out", lambda *_, **__: False)


# --- exchange ------------------------------------------------------------------------------------


@_mutant("together", "refuse", "network")
def _forget_sent_before_the_remote_has_it() -> None:
    forget = sent.forget

    def all_of_it(git: Any, folder_: Path, commit: str) -> Any:
        found = forget(git, folder_, commit)
        for action in found[1]:
            action.path.unlink(missing_ok=True)
        return found[0], []

    _set(sent, "forget", all_of_it)


@_mutant("lost", "network", "refuse", "kill")
def _sent_not_put_back() -> None:
    _set(exchange.Exchange, "_forget", lambda self, theirs: bool(
        sent.forget(self._git, self._sent, theirs)[1]))  # fmt: skip
    drain = flush.Flush._drain

    def without(self: Any) -> bool:
        self._sent, kept = None, self._sent
        try:
            return drain(self)
        finally:
            self._sent = kept

    def forget(self: Any, done: Sequence[Any]) -> None:
        for action in done:
            outbox.move(action.path, self._boxes[0].with_name("sent"))

    _set(flush.Flush, "_drain", without)
    _set(flush.Flush, "_forget", forget)


@_mutant("together", "kill", "reset")  # else what is not shared comes back from sent/
def _take_theirs_instead_of_the_union() -> None:
    def theirs_wins(store: Any, _render: Any, ours: Any, theirs: str, *_: Any, **__: Any) -> str:
        arguments = [word for parent in (ours, theirs) if parent for word in ("-p", parent)]
        env = ("-c", "user.name=m", "-c", "user.email=m@x")
        done = store.git.run(*env, "commit-tree", "-m", "Merge", *arguments, f"{theirs}^{{tree}}")
        return str(done.out.decode().strip())

    _set(exchange, "merge", theirs_wins)


@_mutant("remote", "kill")
def _follow_though_the_remote_lost_events() -> None:
    _set(union.Difference, "follows", property(lambda self: not self.left_out))


@_mutant("remote", "mirror")
def _carry_foreign_paths() -> None:
    compare = union.compare
    _set(exchange, "compare", lambda *given: compare(*given)._replace(left_out=()))


@_mutant("remote", "kill")
def _no_check_of_names() -> None:
    def unchecked(_: str, data: bytes) -> Any:
        return stored.Stored(decode(data), data)

    for place in (union, batch, folder):
        _set(place, "check", unchecked)


@_mutant("redact", "together")
def _redaction_not_applied_in_a_merge() -> None:
    _set(merge, "redacted", lambda _: {})


@_mutant("redact", "together")
def _redaction_not_applied_in_a_flush() -> None:
    _set(batch, "redacted", lambda _: {})


@_mutant("cache")
def _a_commit_for_rendering_alone() -> None:
    rounds = exchange.Exchange._rounds

    def rendered(self: Any, until: float) -> Any:
        truth = refs.read(self._git, refs.TRUTH)
        if truth:
            env = ("-c", "user.name=m", "-c", "user.email=m@x")
            run = self._git.run
            done = run(*env, "commit-tree", "-m", "log.md", "-p", truth, f"{truth}^{{tree}}")
            run("update-ref", refs.TRUTH, done.out.decode().strip(), truth)
        return rounds(self, until)

    _set(exchange.Exchange, "_rounds", rendered)


@_mutant("together")
def _merge_upon_a_refused_merge() -> None:
    run, push = exchange.Exchange.run, remotes.Remote.push
    current: list[Any] = []

    def remembered(self: Any, **given: Any) -> Any:
        current[:] = [self]
        return run(self, **given)

    def taken(self: Any, commit: str, **given: Any) -> Any:
        answer = push(self, commit, **given)
        if answer.state == remotes.BEHIND:
            current[0]._take(commit)
        return answer

    _set(exchange.Exchange, "run", remembered)
    _set(remotes.Remote, "push", taken)


@_mutant("together", "kill", "reset")
def _push_by_force() -> None:
    run = remotes.Remote._run

    def forced(self: Any, *words: str, **given: Any) -> Any:
        return run(self, *[f"+{w}" if ":refs/heads/" in w and "push" in words and w[0] != "+"
                           else w for w in words], **given)  # fmt: skip

    _set(remotes.Remote, "_run", forced)


@_mutant("share")
def _no_stamp_for_who_exchanges() -> None:
    start = background.Background.start

    def silent(self: Any, *given: Any) -> bool:
        was = self._stamp.exists()
        done = start(self, *given)
        if not was and not done:
            self._stamp.unlink(missing_ok=True)
        return done

    _set(background.Background, "start", silent)


@_mutant("share")
def _stamp_not_looked_at_after_unlocking() -> None:
    def once(self: Any, work: Any, descriptor: Any) -> None:
        lock = self.lock(descriptor)
        if descriptor is not None or lock.take():
            with lock:
                self._drain(work)

    _set(background.Background, "work", once)


@_mutant("kill", "crash")
def _hooks_run() -> None:
    from incidentctl.record import git

    kept = tuple(w for w in git._ARGUMENTS if w != "core.hooksPath=/dev/null")
    # Each option follows a -c of its own.
    words = [
        w for n, w in enumerate(kept) if not (w == "-c" and kept[n + 1 : n + 2] in ((), ("-c",)))
    ]
    _set(git, "_ARGUMENTS", tuple(words))
