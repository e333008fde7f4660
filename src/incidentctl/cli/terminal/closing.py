"""A terminal that is closed while it asks: the command still finishes its work."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from typing import NoReturn


@contextlib.contextmanager
def closing_ends() -> Iterator[None]:
    """Raise SystemExit inside if the terminal is closed, so that `finally` is reached."""
    before = signal.signal(signal.SIGHUP, end_by_signal)
    try:
        yield
    except EOFError:  # the terminal was gone before its signal came
        raise SystemExit(128 + signal.SIGHUP) from None
    finally:
        signal.signal(signal.SIGHUP, before)


def end_by_signal(number: int, _: object) -> NoReturn:
    """End the process by SystemExit, as a handler of a signal."""
    raise SystemExit(128 + number)
