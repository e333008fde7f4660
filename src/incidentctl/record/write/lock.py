"""The lock of one clone: only its holder commits; acknowledging needs no lock."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from incidentctl.git import permissions
from incidentctl.git.run import Git

#: How often a waiting process tries again, in seconds.
_PAUSE = 0.005


class Lock:
    """A `flock` on a file that is never deleted (a new file would mean two holders).

    The kernel frees it when the holder and all its git children have ended, even by `kill -9`.
    """

    def __init__(
        self, path: Path, git: Git | None = None, *, descriptor: int | None = None
    ) -> None:
        """Take the file, and the git whose children inherit the lock, if they should.

        `descriptor` is one that this process inherited: then it already holds the lock.
        """
        self._path = path
        self._git = git
        self._descriptor = descriptor
        self._is_shared = False

    def take(self, *, wait: float = 0.0, until: Callable[[], bool] | None = None) -> bool:
        """Try for `wait` seconds; False if another process holds it or `until` became true.

        OSError if the file cannot be opened for writing.
        """
        descriptor = permissions.open_file(self._path, os.O_RDWR | os.O_CREAT)
        deadline = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline or (until is not None and until()):
                    os.close(descriptor)
                    return False
                time.sleep(_PAUSE)
            except OSError:
                os.close(descriptor)
                raise
            else:
                self._descriptor = descriptor
                if self._git is not None:
                    self._git.held.append(descriptor)
                return True

    def share(self) -> int:
        """Return the descriptor for a child to inherit, which holds the lock as long as it runs."""
        if self._descriptor is None:
            raise ValueError("a lock that is not held cannot be shared")
        self._is_shared = True
        return self._descriptor

    def release(self) -> None:
        """Release the lock."""
        if self._descriptor is not None:
            if self._git is not None:
                self._git.held.remove(self._descriptor)
            elif not self._is_shared:
                # A child that another thread starts just now has a copy of the descriptor.
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Lock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
