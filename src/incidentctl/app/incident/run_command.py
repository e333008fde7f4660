"""Run a responder's command, and capture its output."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import IO, BinaryIO, NamedTuple

from incidentctl.domain.common.text import one_line
from incidentctl.errors import IncidentctlError

#: A longer output is cut to its head and tail, this many bytes each.
_HEAD = 6000
_TAIL = 12000


class Ran(NamedTuple):
    """The exit code of a command, and its output: both streams in order."""

    exit_code: int
    output: str


class NotStartedError(IncidentctlError):
    """A command does not exist or may not be run; the exit code is that of a shell."""

    def __init__(self, command: Sequence[str], error: OSError) -> None:
        super().__init__(
            f"{one_line(command[0])[:200]!r} cannot be run: {error.strerror}.",
            hint="What follows `--` is run as a command. To log text from stdin: `incidentctl log "
            "- <<< TEXT`.",
            echo=shlex.join(command),
        )
        self.exit_code = 127 if isinstance(error, FileNotFoundError) else 126


class _Captured:
    """The head and the tail of an output of any length."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = bytearray()
        self._dropped = 0
        self._lock = threading.Lock()

    def write(self, data: bytes) -> None:
        with self._lock:
            room = _HEAD - len(self._head)
            self._head += data[:room] if room > 0 else b""
            self._tail += data[max(room, 0) :]
            if len(self._tail) > 2 * _TAIL:
                self._dropped += len(self._tail) - _TAIL
                del self._tail[:-_TAIL]

    def text(self) -> str:
        dropped = self._dropped + max(0, len(self._tail) - _TAIL)
        middle = f"\n[{dropped} bytes left out]\n".encode() if dropped else b""
        captured = bytes(self._head) + middle + bytes(self._tail[-_TAIL:])
        return captured.decode(errors="replace").rstrip("\n")


def run_command(
    command: Sequence[str], environment: Mapping[str, str], *, quiet: bool = False
) -> Ran:
    """Run a command and pass on its output as it comes; stdin is the user's.

    With `quiet` all of it goes to stderr, because stdout is needed for something else.

    After a signal the exit code is 128 plus its number, as in a shell. NotStartedError if the
    command does not exist or may not be run.
    """
    captured = _Captured()
    try:
        child = subprocess.Popen(
            list(command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(environment)
        )
    except OSError as error:
        raise NotStartedError(command, error) from None
    threads = [
        threading.Thread(target=_pass_on, args=(source, sink, captured))
        for source, sink in (
            (child.stdout, (sys.stderr if quiet else sys.stdout).buffer),
            (child.stderr, sys.stderr.buffer),
        )
        if source is not None
    ]
    for thread in threads:
        thread.start()
    try:
        code = child.wait()
    except KeyboardInterrupt:
        code = child.wait()  # the terminal has sent it the same signal
    for thread in threads:
        thread.join()
    return Ran(code if code >= 0 else 128 - code, captured.text())


def _pass_on(source: IO[bytes], sink: BinaryIO, captured: _Captured) -> None:
    with source:
        while data := os.read(source.fileno(), 65536):
            captured.write(data)
            try:
                sink.write(data)
                sink.flush()
            except OSError:
                pass  # the reader is gone; the record still needs it
