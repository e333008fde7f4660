"""What may be wrong with acknowledging and committing."""

from __future__ import annotations

import contextlib
import os
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from incidentctl.domain.incident import ids
from incidentctl.git import atomic, refs
from incidentctl.record import record
from incidentctl.record.write import batch, flush, lock, outbox
from torture.mutants import mutant, replace


class _Os(types.SimpleNamespace):
    """The module `os`, but for what is replaced."""

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


@mutant("together")
def acknowledge_before_fsync() -> None:
    replace(atomic, "os", _Os(fsync=lambda _: None))


@mutant("together")
def folder_not_synced() -> None:
    replace(atomic.permissions, "sync_folder", lambda _: None)


@mutant("crash", "kill")
def acknowledge_before_writing() -> None:
    write, run, later = outbox.write, flush.Flush.run, []

    def promise(folder: Path, action: Any) -> Path:
        later.append((folder, action))
        return folder / f"{action.events[0].id}~{action.incident}"

    def run_late(self: Any, mine: Any) -> Any:
        while later:
            write(*later.pop())
        return run(self, mine)

    replace(outbox, "write", promise)
    replace(flush.Flush, "run", run_late)


@mutant("full", "kill")
def acknowledge_in_spite_of_an_error() -> None:
    acknowledge = record.Record.acknowledge

    def promise(self: Any, action: Any) -> Any:
        with contextlib.suppress(Exception):
            return acknowledge(self, action)
        return record.Acknowledged(self.part.box / "nowhere")

    replace(record.Record, "acknowledge", promise)


@mutant("clock", "together")
def id_not_after_the_newest_seen() -> None:
    replace(ids, "next_milliseconds", lambda now, _: int(now.timestamp() * 1000))


@mutant("crash", "kill")
def forget_before_import() -> None:
    commit = batch.Batch.commit

    def hasty(self: Any, pending: Sequence[Any], *more: Any) -> Any:
        for action in pending:
            action.path.unlink(missing_ok=True)
        return commit(self, pending, *more)

    replace(batch.Batch, "commit", hasty)


@mutant("crash", "kill", "full")
def forget_what_git_did_not_take() -> None:
    def forget(self: Any, pending: Sequence[Any], *more: Any) -> Any:
        try:
            return commit(self, pending, *more)
        except Exception:
            for action in pending:
                action.path.unlink(missing_ok=True)
            raise

    commit = batch.Batch.commit
    replace(batch.Batch, "commit", forget)


@mutant("together")
def no_lock() -> None:
    take = lock.Lock.take

    def anyway(self: Any, **given: Any) -> bool:
        if self._path.name == "lock":
            self._path = self._path.with_name(f"lock-{os.getpid()}")
        return take(self, **given)

    replace(lock.Lock, "take", anyway)


@mutant("together")
def holder_does_not_look_again() -> None:
    drain = flush.Flush._drain

    def once(self: Any) -> bool:
        drain(self)
        return False

    replace(flush.Flush, "_drain", once)


@mutant("kill", "crash")
def half_an_action() -> None:
    commit = batch.Batch.commit

    def half(self: Any, pending: Sequence[Any], *more: Any) -> Any:
        first = [a._replace(entries=dict(list(a.entries.items())[:1])) for a in pending]
        return commit(self, first, *more)

    replace(batch.Batch, "commit", half)


@mutant("mirror")
def mirror_moves_though_checked_out() -> None:
    replace(refs, "is_checked_out", lambda *_, **__: False)
