"""Plays histories in several processes for so long, and adds up what they did."""

from __future__ import annotations

import json
import os
import selectors
import signal
import sys
import time
import traceback
from collections.abc import Callable, Generator
from pathlib import Path
from typing import NamedTuple

from torture import disks, world
from torture.checks import Violation
from torture.history import Outcome, play
from torture.machine import Machine
from torture.plan import Plan

#: A process that was told to end is told so again after so many seconds.
_AGAIN = 10.0


class Played(NamedTuple):
    """A history that was played: its number, and what it did."""

    number: int
    actions: int
    kills: int
    acknowledged: int
    violations: tuple[Violation, ...]


def run(
    base: Path,
    plans: Callable[[int], Plan],
    *,
    machine: Machine,
    seconds: float,
    jobs: int,
    most: int | None = None,
    keep: bool = False,
) -> Generator[Played, None, None]:
    """Play the plans by their numbers, `most` or for so long; yields each as it ends."""
    for name in ("template", "template-sha256"):
        if not (base / name).exists():
            world.template(base / name, sha256=name != "template")
    end = time.monotonic() + seconds
    children: dict[int, int] = {}
    with selectors.DefaultSelector() as ready:
        for job in range(jobs):
            reader, writer = os.pipe()
            pid = os.fork()
            if pid == 0:
                os.close(reader)
                numbers = range(job, most or 1 << 30, jobs)
                _work(base, plans, machine, numbers, end=end, writer=writer, keep=keep)
            os.close(writer)
            children[reader] = pid
            ready.register(reader, selectors.EVENT_READ, bytearray())
        try:
            while ready.get_map():
                for key, _ in ready.select():
                    data = os.read(key.fd, 65536)
                    if not data:
                        ready.unregister(key.fd)
                        os.close(key.fd)
                        os.waitpid(children.pop(key.fd), 0)
                    key.data.extend(data)
                    *lines, rest = bytes(key.data).split(b"\n")
                    key.data[:] = rest
                    for line in lines:
                        number, actions, kills, acknowledged, violated = json.loads(line)
                        violations = tuple(Violation(*each) for each in violated)
                        yield Played(number, actions, kills, acknowledged, violations)
        finally:
            for pid in children.values():
                _end(pid)


def _end(pid: int) -> None:
    """End a process of a job, and tell it once more where it goes on.

    It ends by an exception, and Python ignores one that is raised while an object is destroyed: so
    did a `Popen.__del__` swallow a first signal.
    """
    while True:
        os.kill(pid, signal.SIGTERM)
        again = time.monotonic() + _AGAIN
        while time.monotonic() < again:
            if os.waitpid(pid, os.WNOHANG) != (0, 0):
                return
            time.sleep(0.01)


def _work(
    base: Path,
    plans: Callable[[int], Plan],
    machine: Machine,
    numbers: range,
    *,
    end: float,
    writer: int,
    keep: bool,
) -> None:
    """Be the process of a job: play history after history."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the history ends its processes
    code = 1
    try:
        disks.own_mounts()
        for number in numbers:
            if time.monotonic() > end:
                break
            try:
                done = play(base, f"{os.getpid()}-{number}", plans(number), machine, keep=keep)
            except Exception:
                violation = Violation("harness", traceback.format_exc())
                done = Outcome(0, 0, 0, (violation,))
            line = json.dumps(
                [number, done.actions, done.kills, done.acknowledged, done.violations]
            )
            os.write(writer, line.encode() + b"\n")
        code = 0
    except SystemExit:
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)
