"""Run a command that a responder gives, and keep what it printed."""

from __future__ import annotations

import shlex
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import IO, BinaryIO, NamedTuple

from incidentctl.domain.common.text import one_line
from incidentctl.errors import IncidentctlError

#: Of a longer output the head and the tail are kept, this many bytes each.
_HEAD = 6000
_TAIL = 12000


class Ran(NamedTuple):
    """How a command ended, and what it printed: both streams in the order in which they came."""

    exit_code: int
    output: str


class NotStartedError(IncidentctlError):
    """A command is not there, or may not be run: it exits as a shell does then."""

    def __init__(self, command: Sequence[str], error: OSError) -> None:
        super().__init__(
            f"{one_line(command[0])[:200]!r} cannot be run: {error.strerror}.",
            hint="What follows `--` is run as a command. To log text from stdin: `incidentctl log "
            "- <<< TEXT`.",
            echo=shlex.join(command),
        )
        self.exit_code = 127 if isinstance(error, FileNotFoundError) else 126


class _Kept:
    """The head and the tail of what is written, however long it is."""

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
        kept = bytes(self._head) + middle + bytes(self._tail[-_TAIL:])
        return kept.decode(errors="replace").rstrip("\n")


def run_command(
    command: Sequence[str], environment: Mapping[str, str], *, quiet: bool = False
) -> Ran:
    """Run a command with its output passed on as it comes; stdin is the user's.

    With `quiet` stdout is for something else, and all of it goes to stderr.

    A command that a signal ended has the exit code 128 and its number, as in a shell.
    NotStartedError when it is not there, or may not be run.
    """
    kept = _Kept()
    try:
        child = subprocess.Popen(
            list(command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(environment)
        )
    except OSError as error:
        raise NotStartedError(command, error) from None
    assert child.stdout is not None  # noqa: S101 (a pipe, as asked for)
    assert child.stderr is not None  # noqa: S101 (the same)
    threads = [
        threading.Thread(target=_pass_on, args=(source, sink, kept))
        for source, sink in (
            (child.stdout, (sys.stderr if quiet else sys.stdout).buffer),
            (child.stderr, sys.stderr.buffer),
        )
    ]
    for thread in threads:
        thread.start()
    try:
        code = child.wait()
    except KeyboardInterrupt:
        code = child.wait()  # the terminal has sent it the same signal
    for thread in threads:
        thread.join()
    return Ran(code if code >= 0 else 128 - code, kept.text())


def _pass_on(source: IO[bytes], sink: BinaryIO, kept: _Kept) -> None:
    with source:
        while data := source.read1(65536):  # type: ignore[attr-defined]  # a pipe is buffered
            kept.write(data)
            try:
                sink.write(data)
                sink.flush()
            except OSError:
                pass  # who read it has gone; the record still wants it
