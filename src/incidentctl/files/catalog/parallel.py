"""Load a large catalog with a second process: of thousands of files each parses half."""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

_T = TypeVar("_T")

#: Below this a fork and sending back the result cost about what they save; at 10,000 files they
#: take 0.8 of the time of one process, on two busy cores.
WORTHWHILE = 2_000


def in_halves(work: Callable[[Sequence[_T]], Any], items: Sequence[_T]) -> tuple[Any, Any]:
    """Return `work` of the first half and of the second one, which a child does meanwhile.

    What `work` gives is pickled. A child that fails in any way leaves its half to this process.
    """
    middle = len(items) // 2
    first, second = items[:middle], items[middle:]
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)  # else its own end would keep it writing to nobody
        _serve(work, second, writer)
    os.close(writer)
    try:
        mine = work(first)
        with open(reader, "rb", closefd=False) as pipe:
            sent = pipe.read()
    finally:
        os.close(reader)  # a child that still writes ends by that
        status = os.waitpid(child, 0)[1]
    # It comes from our own child, through a pipe that no other process has.
    theirs = pickle.loads(sent) if status == 0 else work(second)  # noqa: S301
    return mine, theirs


def worthwhile(count: int) -> bool:
    """Whether so many files are worth a second process, and this one may fork."""
    return (
        count >= WORTHWHILE
        and hasattr(os, "fork")
        and (os.cpu_count() or 1) > 1
        and threading.active_count() == 1
    )


def _serve(work: Callable[[Sequence[_T]], Any], items: Sequence[_T], writer: int) -> None:
    """Do the child's half and end, without what the parent would do at its end."""
    status = 1
    try:
        with open(writer, "wb") as pipe:
            pipe.write(pickle.dumps(work(items), protocol=5))
        status = 0
    finally:
        os._exit(status)
