"""Write the screens of the README: `make pictures`. A test fails when they are not fresh.

Each is what the program shows in a pseudo-terminal of 80 columns. Its clock stands still; the
random letters at the end of an incident's id are replaced, and nothing else is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pexpect
import pyte
from tools.terminal_svg import svg

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
_EXAMPLE = Path(__file__).parents[1] / "examples" / "otel-demo"
_COLUMNS = 80
_HOME = "/home/joelle"
_DAY = "2026-11-24"
_LETTERS = ("m4c", "k7f", "w2d")


class Picture(NamedTuple):
    """A screen: what was recorded before it, what is shown, and what is typed when it is seen."""

    title: str
    rows: int
    before: tuple[tuple[str, tuple[str, ...]], ...]
    """Commands, each with its time of the day."""
    at: str
    command: tuple[str, ...]
    typed: tuple[tuple[str, str], ...] = ()
    until: str = ""
    leave: str = "\x03"


_REVIEWS = ("declare", "Reviews load slowly", "--affects", "product-reviews", "-s", "SEV3")
PICTURES = {
    "walk": Picture(
        "An incident is declared, and the walk through its runbook begins",
        70,
        (),
        "14:31",
        ("declare", "nobody can pay at the checkout"),
        (
            ("- if unknown", "\r"),
            ("SEV5", "\r"),
            ("which role.*can go on", "\r"),
            ("Step 1 of .*can go on", "d\r"),
            ("note or link", "\r"),
        ),
        "Step 2 of .*arrows, then Enter\\)",
    ),
    "board": Picture(
        "The board of two open incidents, with what is late",
        30,
        (
            ("14:31", ("declare", "nobody can pay at the checkout", "--affects", "checkout")),
            ("14:32", ("assign", "mitigator", "sanne")),
            ("14:40", ("update", "We are switching the flag back")),
            ("14:52", ("log", "the flag was switched on at 13:52", "--as", "sanne")),
            ("15:01", (*_REVIEWS, "--as", "piotr")),
        ),
        "15:04",
        ("watch",),
        (),
        "that is not critical",
        "q",
    ),
}

#: The program with a clock that stands still.
_PROGRAM = """
import sys
from datetime import datetime
from incidentctl.__main__ import main
from incidentctl.app.workspace.workspace import Workspace
moment = datetime.fromisoformat(sys.argv.pop(1))
Workspace.now = lambda self: moment
main()
"""


def screen(picture: Picture, folder: Path) -> pyte.Screen:
    """Play a picture in an empty folder, and return its screen."""
    team = folder / "shop"
    environment = _environment(folder)
    shutil.copytree(_EXAMPLE, team)
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "Catalog")):
        subprocess.run(["git", *words], cwd=team, env=environment, check=True)
    for at, words in picture.before:
        done = subprocess.run(
            _clocked(at, words), cwd=team, env=environment, check=False, capture_output=True,
            text=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr}")
    program, *words = _clocked(picture.at, picture.command)
    terminal = pexpect.spawn(
        program, words, cwd=str(team), env=environment, dimensions=(picture.rows, _COLUMNS),
        timeout=60, encoding="utf-8",
    )  # fmt: skip
    shown = f"\x1b[1m$ incidentctl {_line(picture.command)}\x1b[0m\r\n"
    for seen, typed in (*picture.typed, (picture.until, picture.leave)):
        terminal.expect(f"(?s){seen}")
        shown += terminal.before + terminal.after
        terminal.send(typed)
    terminal.expect(pexpect.EOF)
    terminal.close()
    found = pyte.Screen(_COLUMNS, picture.rows)
    pyte.Stream(found).feed(_plain(shown, folder))
    return found


def _environment(folder: Path) -> dict[str, str]:
    state = folder / "state"
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    who = ("Joelle Marchand", "joelle@astronomy-shop.example")
    return kept | {
        "HOME": str(state), "XDG_STATE_HOME": str(state), "XDG_CONFIG_HOME": str(state),
        "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": who[0], "GIT_AUTHOR_EMAIL": who[1],
        "GIT_COMMITTER_NAME": who[0], "GIT_COMMITTER_EMAIL": who[1],
        "TERM": "xterm", "COLUMNS": str(_COLUMNS), "TZ": "UTC", "PROMPT_TOOLKIT_NO_CPR": "1",
        "PROMPT_TOOLKIT_COLOR_DEPTH": "DEPTH_4_BIT", "PYTHONUTF8": "1",
    }  # fmt: skip


def _clocked(at: str, words: Sequence[str]) -> list[str]:
    return [sys.executable, "-c", _PROGRAM, f"{_DAY}T{at}:00+00:00", *words]


def _line(words: Sequence[str]) -> str:
    return " ".join(f'"{word}"' if " " in word else word for word in words)


def _plain(shown: str, folder: Path) -> str:
    """Replace what differs from run to run; and dim, which pyte does not know, by grey."""
    shown = shown.replace(str(folder), _HOME)
    letters = dict.fromkeys(re.findall(r"-\d{4}-([a-z0-9]{3})\b", shown))
    for random, fixed in zip(letters, _LETTERS, strict=False):
        shown = re.sub(rf"(?<=-\d{{4}}-){random}\b", fixed, shown)
    return re.sub(r"\x1b\[((?:\d+;)*)2((?:;\d+)*)m", "\x1b[\\g<1>90\\2m", shown)


def picture(name: str) -> str:
    """Play a picture anew, and return its SVG."""
    with tempfile.TemporaryDirectory(prefix="i") as folder:
        found = PICTURES[name]
        return svg(screen(found, Path(folder).resolve()), found.title)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in PICTURES:
        (FOLDER / f"{each}.svg").write_text(picture(each), encoding="utf-8")
