"""A full-screen display on a terminal, which is always restored at the end."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import termios
import tty
from collections.abc import Sequence
from typing import Any

from incidentctl.cli.terminal.closing import end_by_signal
from incidentctl.cli.terminal.console import styled

#: Alternate screen, no cursor, no wrapping; and back.
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l\x1b[?7l", "\x1b[?7h\x1b[?25h\x1b[?1049l"
_CLEAR = "\x1b[H\x1b[2J"


class FullScreen:
    """The terminal on stdout; keys come from stdin, if that is a terminal, too.

    Restores the terminal on every exit: an error, Ctrl-C, SIGTERM, SIGHUP; on Ctrl-Z, too.
    """

    def __init__(self) -> None:
        """Do nothing yet; `with` takes the screen."""
        self._out = sys.stdout.fileno()
        self._keys = sys.stdin.fileno() if sys.stdin.isatty() else None
        self._as_it_was: list[Any] | None = None
        self._shown: list[str] = []
        self._size = (0, 0)
        self._handlers: dict[int, Any] = {}
        self._woken, self._wake = os.pipe()

    def __enter__(self) -> FullScreen:
        """Take the screen."""
        for end in (self._woken, self._wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        for number, handler in (
            (signal.SIGTERM, end_by_signal),
            (signal.SIGHUP, end_by_signal),
            (signal.SIGTSTP, self._suspend),
            (signal.SIGWINCH, lambda *_: None),  # ends `wait`
        ):
            self._handlers[number] = signal.signal(number, handler)
        self._take()
        return self

    def __exit__(self, *_: object) -> None:
        """Give the screen back."""
        signal.set_wakeup_fd(-1)
        for number in self._handlers:
            signal.signal(number, signal.SIG_IGN)
        self._give_back()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        os.close(self._woken)
        os.close(self._wake)

    def _take(self) -> None:
        if self._keys is not None:
            self._as_it_was = termios.tcgetattr(self._keys)
            tty.setcbreak(self._keys)  # keys arrive at once, Ctrl-C still interrupts
        self._size = (0, 0)
        self._write(_ENTER)

    def _give_back(self) -> None:
        with contextlib.suppress(OSError):  # the terminal may be gone
            self._write(_LEAVE)
        if self._keys is not None and self._as_it_was is not None:
            with contextlib.suppress(OSError, termios.error):
                termios.tcsetattr(self._keys, termios.TCSADRAIN, self._as_it_was)

    def _suspend(self, *_: object) -> None:
        self._give_back()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, self._suspend)  # runs when it is in the foreground again
        self._take()

    def _write(self, text: str) -> None:
        data = text.encode(sys.stdout.encoding or "utf-8", "backslashreplace")
        while data:
            data = data[os.write(self._out, data) :]

    @property
    def height(self) -> int:
        """The number of lines now."""
        return max(os.get_terminal_size(self._out).lines, 1)

    def draw(self, lines: Sequence[tuple[str, str | None]]) -> None:
        """Show styled lines of inert text, cut at the width; write only changed lines."""
        from rich.cells import cell_len, set_cell_size

        size = os.get_terminal_size(self._out)
        said = []
        for text, style in lines[: size.lines]:
            cut = text
            if cell_len(text) > size.columns:
                cut = set_cell_size(text, max(size.columns - 1, 0)).rstrip() + "…"
            said.append(styled(cut, style) if style else cut)
        changes = ""
        if size != self._size:
            changes, self._shown, self._size = _CLEAR, [], size
        said += [""] * (len(self._shown) - len(said))  # blank what was there
        for number, line in enumerate(said):
            if number >= len(self._shown) or line != self._shown[number]:
                changes += f"\x1b[{number + 1};1H\x1b[K{line}"
        self._shown = said
        if changes:
            self._write(changes)

    def ring(self) -> None:
        """Ring the terminal's bell once."""
        self._write("\a")

    def wait(self, seconds: float) -> str:
        """Wait for keys or a new size, with a limit; return the keys, `q` if stdin has ended."""
        ready = [self._woken] if self._keys is None else [self._woken, self._keys]
        found, _, _ = select.select(ready, [], [], seconds)
        if self._woken in found:
            with contextlib.suppress(BlockingIOError):
                os.read(self._woken, 4096)
        if self._keys is None or self._keys not in found:
            return ""
        return os.read(self._keys, 1024).decode(errors="replace") or "q"
