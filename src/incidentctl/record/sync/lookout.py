"""Ask the remotes now and then whether the record has moved there: far cheaper than an exchange."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence

from incidentctl.errors import EnvironmentFailedError
from incidentctl.record.sync.remote import Remote

#: The shortest and the longest pause between two questions, in seconds.
_SHORTEST, _LONGEST = 0.25, 60.0
#: A question that took so long is not asked again for so many times that long: a forge over ssh is
#: asked every few seconds, a remote on this machine at once.
_SHARE = 3.0
#: What has been quiet for so many seconds is asked for a second less often each.
_QUIET = 120.0
#: How long a remote may take to answer, in seconds.
_LIMIT = 20.0


class Lookout:
    """A thread that asks; who waits for a person calls `moved` and exchanges if it is true."""

    def __init__(self, remotes: Sequence[Remote]) -> None:
        """Take the remotes; nothing is asked before `start`."""
        self._remotes = remotes
        self._seen: list[str | None] = [None] * len(remotes)
        self._moved = threading.Event()
        self._stopped = threading.Event()
        self._since = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="lookout", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        if self._remotes:
            self._thread.start()

    def stop(self) -> None:
        """Ask no more; a question that is on its way ends by itself."""
        self._stopped.set()

    def awake(self) -> None:
        """Ask as often as at the beginning: a person did something."""
        self._since = time.monotonic()

    def moved(self) -> bool:
        """Return whether a remote has something that this clone lacks, once for each change."""
        if not self._moved.is_set():
            return False
        self._moved.clear()
        return True

    def _run(self) -> None:
        pause = _SHORTEST
        while not self._stopped.wait(pause):
            began = time.monotonic()
            answered = self._ask()
            now = time.monotonic()
            if answered:
                pause = max(_SHORTEST, _SHARE * (now - began), (now - self._since) / _QUIET)
            else:
                pause *= 2
            pause = min(pause, _LONGEST)

    def _ask(self) -> bool:
        """Ask each remote once; return whether all answered."""
        answered = True
        for place, remote in enumerate(self._remotes):
            tip = None
            with contextlib.suppress(EnvironmentFailedError, OSError):
                tip = remote.newer(until=time.monotonic() + _LIMIT)
            if tip is None:
                answered = False
            elif tip not in ("", self._seen[place]):
                # Each tip is told once: what cannot be taken in is not fetched again and again.
                self._seen[place] = tip
                self.awake()
                self._moved.set()
        return answered
