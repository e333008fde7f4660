"""What this machine can do, and where the repositories of histories are made."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from torture import disks, world

#: A disk in memory, if there is room: what is asked here is not how fast a disk is.
_MEMORY = Path("/dev/shm")
_ROOM = 1 << 30


class Machine(NamedTuple):
    """What this machine lets us do to a history."""

    small_disks: bool
    """Disks can be mounted."""
    strace: bool
    """System calls can be made to fail."""
    accounts: bool = False
    """Processes can belong to two accounts that are not this one."""
    mutant: str = ""
    """The fault that is planted."""


def folder() -> Path:
    """Make the folder for all histories of a run."""
    room = 0
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK):
        found = os.statvfs(_MEMORY)
        room = found.f_bavail * found.f_frsize
    return Path(tempfile.mkdtemp(prefix="torture-", dir=_MEMORY if room > _ROOM else None))


def find_out() -> Machine:
    """Find out what this machine can do."""
    pid = os.fork()
    if pid == 0:
        os._exit(0 if disks.own_mounts() else 1)
    mounts = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    strace = False
    if shutil.which("strace"):
        command = ["strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "true"]
        strace = subprocess.run(command, check=False, capture_output=True).returncode == 0
    return Machine(mounts, strace, _accounts())


def _accounts() -> bool:
    """Find out whether a process here can belong to another account."""
    pid = os.fork()
    if pid == 0:
        try:
            world.become(0)
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
