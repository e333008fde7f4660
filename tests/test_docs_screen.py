"""The screen of the walk in the README is what a terminal of 80 columns shows."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys

import pexpect
from tests.docs_pages import ROOT, blocks, normal

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[78=>]|\r")
#: What the reader is told was typed: when this is seen, that is typed.
_TYPED = (
    ("- if unknown", "\r"),
    ("SEV5", "\r"),
    ("which role.*can go on", "\r"),
    ("Step 1 of 5.*can go on", "d\r"),
    ("note or link", "bob is on it\r"),
    ("Step 2 of 5.*can go on", "\x03"),
)


def test_the_screen_is_real(short_folder):
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    (screen,) = [block for _, block in blocks(page) if "(letter or arrows" in block]
    command, *lines = screen.splitlines()
    program = [sys.executable, "-m", "incidentctl"]
    options = ["--team", "core", "--services", "website,api,db", "--no-input"]
    folder = short_folder / "paperboat"
    subprocess.run([*program, "init", str(folder), *options], check=True, capture_output=True)
    terminal = pexpect.spawn(
        program[0],
        [*program[1:], *shlex.split(command)[2:]],
        cwd=str(folder),
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80", "PROMPT_TOOLKIT_NO_CPR": "1"},
        dimensions=(60, 80),
        timeout=20,
        encoding="utf-8",
    )
    terminal.logfile_read = io.StringIO()
    for seen, typed in _TYPED:
        terminal.expect(f"(?s){seen}")
        terminal.send(typed)
    terminal.expect(pexpect.EOF)
    printed = normal(_CONTROL.sub("", terminal.logfile_read.getvalue()))
    place = 0
    for line in filter(None, normal("\n".join(lines)).splitlines()):
        place = printed.find(line.strip(), place)
        assert place >= 0, line
