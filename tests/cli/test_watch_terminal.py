"""The board in a real pseudo-terminal of 80x24: it fits, follows, and gives the terminal back."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time

import pexpect
import pytest
from tests import program

COMMAND = [sys.executable, "-m", "incidentctl"]
ENTER, LEAVE = "\x1b[?1049h", "\x1b[?1049l"


class Board:
    """Somebody who looks at `watch`; the lines as a terminal would show them."""

    def __init__(self, folder, *arguments: str, lines: int = 24) -> None:
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "7", "LINES": "7"}
        self.child = program.Terminal(
            "watch", *arguments, cwd=str(folder), env=environment,
            dimensions=(lines, 80), timeout=60, encoding="utf-8",
        )  # fmt: skip
        self.raw = ""

    def sees(self, text: str) -> None:
        end = time.monotonic() + 60
        while text not in "\n".join(self.lines):
            assert time.monotonic() < end, f"{text!r} is not in {self.lines}"
            self.read()

    def read(self) -> None:
        try:
            self.raw += self.child.read_nonblocking(65536, timeout=0.1)
        except pexpect.TIMEOUT:
            return
        except pexpect.EOF:
            pytest.fail(f"it ended: {self.raw[-500:]!r}")

    @property
    def lines(self) -> list[str]:
        """Everything since the screen was last cleared, placed where it was written."""
        screen: dict[int, str] = {}
        last = self.raw.rsplit("\x1b[H\x1b[2J", 1)[-1]
        for row, text in re.findall(r"\x1b\[(\d+);1H\x1b\[K([^\x1b]*)", last):
            screen[int(row)] = text.replace("\a", "")
        return [screen.get(row, "") for row in range(1, max(screen, default=0) + 1)]

    def ends(self) -> tuple[int | None, int | None]:
        self.raw += self.child.read()
        self.child.close()
        assert self.raw.endswith(LEAVE) or f"{LEAVE}" in self.raw[-200:]
        assert "\x1b[?25h" in self.raw[-200:], "the cursor is back"
        assert "\x1b[?7h" in self.raw[-200:], "lines wrap again"
        return self.child.exitstatus, self.child.signalstatus


def test_it_takes_the_other_screen_and_q_gives_it_back(run, opened, team):
    board = Board(team)
    board.sees("checkout is down")
    board.sees("commander")
    board.sees("next update")
    assert ENTER in board.raw
    board.child.send("q")
    assert board.ends() == (0, None)


def test_a_log_elsewhere_is_seen(run, opened, team):
    board = Board(team)
    board.sees("checkout is down")
    subprocess.run([*COMMAND, "log", "rolled back to 1.4.2"], cwd=team, check=True)
    board.sees("rolled back to 1.4.2")
    subprocess.run([*COMMAND, "resolve", "it works again"], cwd=team, check=True)
    board.sees("No incident is open.")
    board.child.send("q")
    board.ends()


def test_a_new_size_is_filled_and_never_left(run, opened, team):
    for number in range(20):
        run("log", f"entry {number} " + "long " * 60)
    board = Board(team)
    board.sees("entry 19")
    assert len(board.lines) <= 24
    assert max(map(len, board.lines)) <= 80
    assert "\n" not in board.raw
    board.child.setwinsize(6, 40)
    before = board.raw.count("\x1b[2J")
    while board.raw.count("\x1b[2J") == before:
        board.read()
    board.sees("commander")
    assert len(board.lines) <= 6
    assert max(map(len, board.lines)) <= 40
    assert "entry 19" not in "\n".join(board.lines)
    board.child.setwinsize(24, 80)
    board.sees("entry 19")
    board.child.send("q")
    board.ends()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_leaves_the_terminal_as_it_was(run, opened, team, number, code):
    board = Board(team)
    board.sees("checkout is down")
    board.child.kill(number)
    assert board.ends() == (code, None)


def test_stopped_and_continued_it_draws_again(run, opened, team):
    board = Board(team)
    board.sees("checkout is down")
    board.child.kill(signal.SIGTSTP)
    end = time.monotonic() + 60
    while LEAVE not in board.raw:
        assert time.monotonic() < end
        board.read()
    board.raw = ""
    board.child.kill(signal.SIGCONT)
    board.sees("checkout is down")
    board.child.send("q")
    board.ends()


def test_keys_that_mean_nothing_do_nothing(run, opened, team):
    board = Board(team)
    board.sees("checkout is down")
    board.child.send("x\x1b[A ")
    time.sleep(0.3)
    assert board.child.isalive()
    board.child.send("Q")
    assert board.ends() == (0, None)


@pytest.mark.parametrize(("option", "rings"), [((), 1), (("--quiet",), 0)])
def test_what_is_due_rings_once(run, team, option, rings):
    run("declare", "checkout is down", "--affects", "checkout", "-s", "SEV1", "--no-input")
    run("update", "looking", "--next", "1s")
    board = Board(team, *option)
    board.sees("An update is due")
    end = time.monotonic() + 3
    while time.monotonic() < end:
        board.read()
    assert board.raw.count("\a") == rings
    board.child.send("q")
    board.ends()


def test_plain_prints_only_what_is_new(run, opened, team):
    child = program.Terminal(
        "watch", "--plain", cwd=str(team),
        env={**os.environ, "TERM": "xterm"}, dimensions=(24, 80), timeout=60, encoding="utf-8",
    )  # fmt: skip
    child.expect("commander")
    child.expect("Declared")
    run("log", "rolled back")
    child.expect("rolled back\r\n")
    time.sleep(2.2)
    with pytest.raises(pexpect.TIMEOUT):
        child.read_nonblocking(100, timeout=0.1)
    child.sendintr()
    rest = child.read()
    child.close()
    assert child.exitstatus == 0
    assert "\x1b[" not in rest
