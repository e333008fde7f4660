"""Sync the record in the background of a command: nobody waits for the network."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from incidentctl.git.author import Author

if TYPE_CHECKING:
    from incidentctl.record.restricted.pair import RecordPair
    from incidentctl.record.sync.lookout import Lookout

#: How long a command waits for the remote where no background process may run, in seconds.
_FOREGROUND = 5.0
#: A reading command starts a sync if the last one is older than this.
_FRESH = timedelta(minutes=1)


class Sharing:
    """The syncs that commands start automatically; for `sync` see app/record/sync.py."""

    def __init__(
        self,
        record: Callable[[], RecordPair],
        root: Path | None,
        environment: Mapping[str, str],
        author: Callable[[], Author],
        now: Callable[[], datetime],
    ) -> None:
        """Take functions that return the record and the author of merges."""
        self._record = record
        self._root = root
        self._environment = environment
        self._author = author
        self._now = now
        self._elsewhere: Callable[[], None] | None = None

    def leave_to(self, send: Callable[[], None]) -> None:
        """Leave it to another part of this process, which `send` tells that something waits."""
        self._elsewhere = send

    def share(self) -> str | None:
        """Sync and pack in the background, or in the foreground if that would be cut off.

        A CI job, or a container with this main command, ends with it. Then return a note if some
        events were not sent.
        """
        if self._elsewhere is not None:
            self._elsewhere()
            return None
        contained = os.getpid() == 1 or (os.getppid() == 1 and not _has_terminal())
        if contained or self._in_ci():
            with contextlib.suppress(OSError):
                self._record().background().ask()
            self.catch_up()
            self._record().maintain()
            last, left = self._record().exchange_status(), self._record().unsynced()
            if left is None or not left.events:
                return None
            why = f": {last.reason}" if last is not None and last.reason else ""
            return (
                f"{left.events} event(s) are not on the remote{why}; `incidentctl sync` sends them"
            )
        where = ["-C", str(self._root)] if self._root else []
        program = [sys.executable, "-P", "-m", "incidentctl", *where, "sync", "--background"]
        self._record().background().start(program, self._environment)
        return None

    def share_if_asked(self) -> None:
        """Share what a command left to whoever held the lock of exchanges."""
        if self._record().background().was_asked():
            self.share()

    def refresh(self, *, every: timedelta = _FRESH) -> None:
        """Start a sync in the background, if the last one is old."""
        if self._elsewhere is not None:
            return
        if self._record().unsynced() is not None and not self._in_ci():
            last = self._record().exchange_status()
            if last is None or self._now() - last.at > every:
                self.share()

    def lookout(self) -> Lookout:
        """Return what asks the remotes, in a thread, whether others have sent something."""
        return self._record().lookout()

    def _in_ci(self) -> bool:
        return self._environment.get("CI", "").casefold() not in ("", "0", "false")

    def catch_up(self) -> bool:
        """Sync now, for a few seconds at most; return whether events came."""
        record = self._record()
        if self._elsewhere is not None or record.unsynced() is None:
            return False
        try:
            lock = record.background().lock()
            if not lock.take():
                return False
            with lock:
                record.background().begin()
                done = record.exchange(self._author(), limit=_FOREGROUND)
        except OSError:
            return False
        self.share_if_asked()
        return done is not None and done.events > 0


def _has_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()
