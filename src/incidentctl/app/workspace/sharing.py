"""Exchange the record with the remote behind a command, so that nobody waits for the network."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from incidentctl.git.author import Author

if TYPE_CHECKING:
    from incidentctl.record.restricted.pair import RecordPair

#: The longest that a command waits for the remote where nothing may go on behind it, in seconds.
_FOREGROUND = 5.0
#: What was exchanged so long ago is fetched again for who reads.
_FRESH = timedelta(minutes=1)


class Sharing:
    """The exchanges that commands ask for of themselves; app/record/sync.py has `sync`."""

    def __init__(
        self,
        record: Callable[[], RecordPair],
        root: Path | None,
        environment: Mapping[str, str],
        author: Callable[[], Author],
        now: Callable[[], datetime],
    ) -> None:
        """Take the record and the author of merges, both asked for when they are needed."""
        self._record = record
        self._root = root
        self._environment = environment
        self._author = author
        self._now = now

    def share(self) -> str | None:
        """Exchange and pack in the background; exchange in the foreground where that would be cut.

        In a CI job, and in a container whose main command this is, everything ends with it. Then it
        is said if the remote has not got everything.
        """
        contained = os.getpid() == 1 or (os.getppid() == 1 and not _has_terminal())
        if contained or self._in_ci():
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

    def refresh(self, *, every: timedelta = _FRESH) -> None:
        """Let the background fetch what others did, where that was not done for a while."""
        if self._record().unsynced() is not None and not self._in_ci():
            last = self._record().exchange_status()
            if last is None or self._now() - last.at > every:
                self.share()

    def _in_ci(self) -> bool:
        return self._environment.get("CI", "").casefold() not in ("", "0", "false")

    def catch_up(self) -> bool:
        """Exchange now, for a few seconds at most; say whether events came."""
        record = self._record()
        if record.unsynced() is None:
            return False
        try:
            lock = record.background().lock()
            if not lock.take():
                return False
            with lock:
                done = record.exchange(self._author(), limit=_FOREGROUND)
        except OSError:
            return False
        return done is not None and done.events > 0


def _has_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()
