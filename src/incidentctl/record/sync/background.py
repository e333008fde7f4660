"""Exchange in a background process, at most one per clone, so that nobody waits for the network.

A command that has something to share first leaves a stamp, then tries the lock of exchanges. If
the lock is free, the new process inherits it; if not, its holder finds the stamp before it ends.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from incidentctl.git import permissions
from incidentctl.record.store.crash_points import point
from incidentctl.record.write.lock import Lock

#: The processes that this one has started; polled so that none stays as a zombie.
_started: list[subprocess.Popen[bytes]] = []


class Background:
    """The lock and the stamp of the exchanges of one clone."""

    def __init__(self, state: Path) -> None:
        """Take the folder of the record's state in the git directory."""
        self._state = state
        self._stamp = state / "dirty"
        self._lock = state / "sync.lock"

    def lock(self, descriptor: int | None = None) -> Lock:
        """Return the lock of exchanges; an inherited `descriptor` holds it already."""
        permissions.make_folder(self._state)
        # Git does not inherit it: a hanging git must not keep others from the network.
        return Lock(self._lock, descriptor=descriptor)

    def is_handed_over(self, descriptor: int) -> bool:
        """Say whether a number is the descriptor of this lock that a command passed on."""
        with contextlib.suppress(OSError, OverflowError):
            return os.path.samestat(os.fstat(descriptor), self._lock.stat())
        return False

    def ask(self) -> None:
        """Leave the stamp, for whoever holds the lock of exchanges. OSError if it cannot be made.

        Before the lock is tried: its holder looks for the stamp after it was released.
        """
        permissions.touch(self._stamp)

    def begin(self) -> None:
        """Forget who asked so far: the exchange that the caller begins sends their events, too."""
        self._stamp.unlink(missing_ok=True)

    def was_asked(self) -> bool:
        """Say whether a command left its stamp since an exchange last began.

        Whoever held the lock of exchanges in the foreground asks this once it is released.
        """
        return os.path.exists(self._stamp)  # noqa: PTH110 (False where it may not look)

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Leave the stamp and start an exchange, unless one is under way.

        `command` gets the descriptor of the inherited lock as its last argument. Never raises: the
        next event tries again.
        """
        _started[:] = [child for child in _started if child.poll() is None]
        with contextlib.suppress(OSError):
            lock = self.lock()
            self.ask()
            if lock.take():
                with lock:
                    descriptor = lock.share()
                    _started.append(
                        subprocess.Popen(
                            [*command, str(descriptor)],
                            stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL,
                            env=dict(environment),
                            cwd="/",
                            pass_fds=(descriptor,),
                            start_new_session=True,  # a closed terminal ends the command, not this
                        )
                    )

    def work(self, exchange: Callable[[], bool], descriptor: int | None) -> None:
        """Exchange until no stamp is left, or `exchange` returns False."""
        lock = self.lock(descriptor)
        while descriptor is not None or lock.take():
            descriptor = None
            with lock:
                goes_on = self._drain(exchange)
            point("background.unlocked")
            # Another command may have left a stamp since, and found the lock taken.
            if not goes_on or not self.was_asked():
                return

    def _drain(self, exchange: Callable[[], bool]) -> bool:
        while True:
            self.begin()
            if not exchange():
                return False
            if not self.was_asked():
                return True
