"""Plays histories in several processes for so long, and adds up what they did."""

from __future__ import annotations

import json
import os
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
import traceback
from collections.abc import Callable, Generator
from pathlib import Path
from typing import NamedTuple

from torture import world
from torture.checks import Violation
from torture.history import Machine, Outcome, play
from torture.plan import Plan

#: A disk in memory, if there is room: what is asked here is not how fast a disk is.
_MEMORY = Path("/dev/shm")
_ROOM = 1 << 30


class Played(NamedTuple):
    """A history that was played: its number, and what it did."""

    number: int
    actions: int
    kills: int
    acknowledged: int
    violations: tuple[Violation, ...]


class Able(NamedTuple):
    """What this machine lets us do."""

    small_disks: bool
    strace: bool


def folder() -> Path:
    """Make the folder for all histories of a run."""
    room = 0
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK):
        found = os.statvfs(_MEMORY)
        room = found.f_bavail * found.f_frsize
    return Path(tempfile.mkdtemp(prefix="torture-", dir=_MEMORY if room > _ROOM else None))


def able() -> Able:
    """Find out whether disks can be mounted, and system calls be made to fail."""
    pid = os.fork()
    if pid == 0:
        os._exit(0 if world.own_mounts() else 1)
    mounts = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    strace = False
    if shutil.which("strace"):
        command = ["strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "true"]
        strace = subprocess.run(command, check=False, capture_output=True).returncode == 0
    return Able(mounts, strace)


def run(
    base: Path,
    plans: Callable[[int], Plan],
    *,
    able: Able,
    seconds: float,
    jobs: int,
    mutant: str = "",
    most: int | None = None,
    keep: bool = False,
) -> Generator[Played, None, None]:
    """Play the plans by their numbers, `most` or for so long; yields each as it ends."""
    made = base / "template"
    if not made.exists():
        world.template(made)
    machine = Machine(made, able.small_disks, able.strace, mutant)
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
                        number, actions, kills, acknowledged, told = json.loads(line)
                        violations = tuple(Violation(*each) for each in told)
                        yield Played(number, actions, kills, acknowledged, violations)
        finally:
            for pid in children.values():
                os.kill(pid, signal.SIGTERM)
                os.waitpid(pid, 0)


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
    signal.signal(signal.SIGTERM, lambda *_: os._exit(1))
    code = 1
    try:
        world.own_mounts()
        for number in numbers:
            if time.monotonic() > end:
                break
            root = base / f"{os.getpid()}-{number}"
            try:
                done = play(root, plans(number), machine, keep=keep)
            except Exception:
                told = Violation("harness", traceback.format_exc())
                done = Outcome(0, 0, 0, (told,))
            line = json.dumps(
                [number, done.actions, done.kills, done.acknowledged, done.violations]
            )
            os.write(writer, line.encode() + b"\n")
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)
