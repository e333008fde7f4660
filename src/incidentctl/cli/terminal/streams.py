"""The standard streams of the process, so that none of them can make a command fail."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any


class _Forgiving(io.FileIO):
    """Drops what cannot be written: a full disk behind it, or nobody who reads."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError:
            return len(data)


def prepare() -> None:
    """Make the streams safe to print to.

    A command prints its messages to stderr. They may be lost, but what a command did and its exit
    code stay the same: Python itself ends with 120, or in the middle of a message.
    """
    if type(sys.stderr) is io.TextIOWrapper:  # no one that a test has put in its place
        raw = io.BufferedWriter(_Forgiving(sys.stderr.fileno(), "w", closefd=False))
        sys.stderr = io.TextIOWrapper(raw, sys.stderr.encoding, line_buffering=True)
    # Replace closed streams: a file opened later would get their numbers, and their output.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = Path(os.devnull).open(mode)  # noqa: SIM115 (open until the process ends)
            setattr(sys, name, stream)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # the terminal may lack some characters
            stream.reconfigure(errors="backslashreplace")


def drop_stdout() -> None:
    """Stop writing to a broken stdout."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return  # there is none
