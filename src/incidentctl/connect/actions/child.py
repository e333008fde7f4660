"""Run a program for an action: bounded in time and output, and killed with all that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from typing import IO, NamedTuple

#: What is kept of each of the two outputs, in bytes; the rest is read and thrown away.
_KEPT = 64 << 10
#: Seconds for the last output of a program that has ended; who holds it open longer is killed.
_LAST = 0.5


class Ended(NamedTuple):
    """How a program ended, and what it wrote."""

    code: int | None
    """Its exit code, negative for a signal; None if it took too long and was killed."""
    out: bytes
    err: bytes
    cut: bool
    """Whether it wrote more than is kept."""


def run(
    argv: Sequence[str], *, stdin: bytes, environment: Mapping[str, str], timeout: float
) -> Ended:
    """Run a program in the folder `/`, with just this environment; OSError if it cannot start."""
    started = subprocess.Popen(
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(environment),
        cwd="/",
        start_new_session=True,
    )
    end = time.monotonic() + timeout
    out, err = bytearray(), bytearray()
    works = (
        (_write, started.stdin, stdin),
        (_read, started.stdout, out),
        (_read, started.stderr, err),
    )
    threads = [threading.Thread(target=work, args=args, daemon=True) for work, *args in works]
    for thread in threads:
        thread.start()
    code: int | None = None
    try:
        code = started.wait(timeout)
        for thread in threads:
            thread.join(min(max(end - time.monotonic(), 0.0), _LAST))
    except subprocess.TimeoutExpired:
        pass
    finally:
        _kill(started.pid)
        started.wait()
        for thread in threads:
            thread.join(_LAST)
        for _, pipe, _ in works:
            with contextlib.suppress(OSError):
                pipe and pipe.close()
    return Ended(code, bytes(out[:_KEPT]), bytes(err[:_KEPT]), max(len(out), len(err)) > _KEPT)


def _kill(group: int) -> None:
    """Kill what is left of a group of processes."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _write(pipe: IO[bytes], data: bytes) -> None:
    with contextlib.suppress(OSError, ValueError):  # it may end without reading
        pipe.write(data)
        pipe.close()


def _read(pipe: IO[bytes], kept: bytearray) -> None:
    with contextlib.suppress(OSError, ValueError):
        while part := os.read(pipe.fileno(), 1 << 16):
            kept += part[: max(_KEPT + 1 - len(kept), 0)]
