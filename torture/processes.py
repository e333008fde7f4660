"""The processes of a history: those under strace, those to be killed, and what the dead leave."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from torture import actor
from torture.plan import Act
from torture.setting import Setting

_FAMILIES = {
    "fsync": ("fsync", "fdatasync"),
    "link": ("link", "linkat"),
    "rename": ("rename", "renameat", "renameat2"),
    "unlink": ("unlink", "unlinkat"),
    "mkdir": ("mkdir", "mkdirat"),
}


#: A process that takes longer, in seconds, hangs.
_HANGS = 60.0


class Processes:
    """The processes of one history."""

    def __init__(self) -> None:
        """Begin without any."""
        self._running: dict[int, Act] = {}
        self.kills = 0
        self.failed: list[Act] = []
        """Acts whose process ended with an error."""

    def play(self, acts: Iterable[Act], start: Callable[[Act], int]) -> Iterator[str]:
        """Run acts at once, kill whom the plan says, and wait for all; says what hangs."""
        began = time.monotonic()
        due: list[tuple[float, int]] = []
        for act in acts:
            pid = start(act)
            self._running[pid] = act
            if act.kill_after is not None:
                due.append((began + act.kill_after, pid))
        due.sort()
        while self._running or due:
            now = time.monotonic()
            while due and due[0][0] <= now:
                self._kill(due.pop(0)[1])
            self._reap()
            if now - began > _HANGS:
                yield f"hangs: {[*self._running.values()]}"
                return
            if self._running:
                time.sleep(0.001)
            else:
                due.clear()
        if not self._reap(until_none=True, limit=_HANGS):
            yield "a child of a command hangs"

    def end(self) -> None:
        """End what runs."""
        for pid in self._running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._reap(until_none=True, limit=5.0)

    def _reap(self, *, until_none: bool = False, limit: float = 0.0) -> bool:
        """Take the processes that have ended, those that lost their parent, too."""
        end = time.monotonic() + limit
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if pid:
                act = self._running.pop(pid, None)
                if act and os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
                    self.kills += 1
                elif act and status and not act.inject:
                    self.failed.append(act)
            elif not until_none or time.monotonic() > end:
                return False
            else:
                time.sleep(0.001)

    def _kill(self, pid: int) -> None:
        act = self._running.get(pid)
        if act is None:
            return
        more = descendants(pid) if act.children else []
        for each in (pid, *more):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)


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
    left = (
        "*.lock", "incidentctl/outbox/.*", "fallback/*/.*", "incidentctl/view/owed/*",
        "incidentctl/**/verified",
    )  # fmt: skip
    for pattern in left:
        with contextlib.suppress(FileNotFoundError):  # git packs behind the last command
            for path in git_dir.rglob(pattern):
                os.utime(path, (then, then), follow_symlinks=False)
