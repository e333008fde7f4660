"""The processes of a history: those under strace, those to be killed, and what the dead leave."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

from torture import actor
from torture.actor import Setting
from torture.plan import Act

_FAMILIES = {
    "fsync": ("fsync", "fdatasync"),
    "link": ("link", "linkat"),
    "rename": ("rename", "renameat", "renameat2"),
    "unlink": ("unlink", "unlinkat"),
    "mkdir": ("mkdir", "mkdirat"),
}


def start_with_faults(act: Act, setting: Setting, log: Path) -> int:
    """Start the process of an act under strace, which lets a system call fail; returns its id."""
    call, _, rest = act.inject.partition(":")
    calls = ",".join(_FAMILIES[call])
    with log.open("ab") as out:
        child = subprocess.Popen(
            ["strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", f"trace={calls}",
             "-e", f"inject={calls}:{rest}", sys.executable, "-m", "torture.actor",
             actor.pack(act, setting)],
            stdout=out, stderr=out, cwd=Path(__file__).parent.parent,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
    child.returncode = 0  # the history takes it, by its id
    return child.pid


def descendants(pid: int) -> list[int]:
    """Return the processes below one; not what works for the remote, which is another machine."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            command = Path(f"/proc/{child}/cmdline").read_bytes()
            if not any(name in command for name in (b"receive-pack", b"upload-pack")):
                found += [int(child), *descendants(int(child))]
    return found


def pass_time(git_dir: Path) -> None:
    """Let all be two minutes old that the dead have left."""
    then = time.time() - 120
    left = ("*.lock", "incidentctl/outbox/.*", "fallback/*/.*", "incidentctl/view/owed/*")
    for pattern in left:
        for path in git_dir.rglob(pattern):
            os.utime(path, (then, then), follow_symlinks=False)
