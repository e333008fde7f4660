"""The log of the receiver on stderr: one line an event, as `name=value` pairs.

Secrets never get here: no header, no path and no body is written, but the names of sources.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import iso

Level = Literal["info", "warning", "error"]
#: The longest value, in characters.
_LONGEST = 300
#: Lines that somebody from outside can cause, of one kind a second; the others are counted.
_A_SECOND = 5


class Log:
    """Writes lines; safe to use from several threads."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Take the clock."""
        self._now = now
        self._lock = threading.Lock()
        self._second = 0
        self._written: dict[str, int] = {}

    def write(self, level: Level, event: str, **values: Any) -> None:
        """Write one line."""
        with self._lock:
            self._write(level, event, values)

    def write_some(self, level: Level, event: str, **values: Any) -> None:
        """Write one line, or only count it where the same happened often in this second."""
        with self._lock:
            second = int(time.monotonic())
            if second != self._second:
                left = {name: n - _A_SECOND for name, n in self._written.items() if n > _A_SECOND}
                self._second, self._written = second, {}
                for name, more in left.items():
                    self._write("warning", name, {"more": more})
            self._written[event] = self._written.get(event, 0) + 1
            if self._written[event] <= _A_SECOND:
                self._write(level, event, values)

    def _write(self, level: Level, event: str, values: dict[str, Any]) -> None:
        pairs = {"at": iso(self._now()), "level": level, "event": event, **values}
        line = " ".join(f"{name}={_quoted(of)}" for name, of in pairs.items() if of is not None)
        print(line, file=sys.stderr, flush=True)  # noqa: T201 (the log is what it prints)


def _quoted(value: Any) -> str:
    text = one_line(str(value))[:_LONGEST]
    if text and all(c.isalnum() or c in "-_.:/+@[]*" for c in text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class LibraryLog(logging.Handler):
    """Passes on what the HTTP server warns of, without its traceback."""

    def __init__(self, log: Log) -> None:
        """Take the log to write into."""
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one warning."""
        error = record.exc_info[1] if record.exc_info else None
        self._log.write_some(
            "warning",
            "http",
            message=record.getMessage().splitlines()[0] if record.getMessage() else "",
            error=type(error).__name__ if error else None,
        )
