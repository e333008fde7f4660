"""Read the documents: their blocks, the commands in them, links; and play a page's console."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from incidentctl.cli.boundary import run
from incidentctl.cli.main import app

ROOT = Path(__file__).parent.parent
#: Whoever reads a page can write to `...` what a line or the lines between two others say.
ANY = "..."
#: What makes a virtual environment or installs is not played, but read (`not_played`).
NOT_PLAYED = ("make ", "pipx ", "uv ", "python3 -m venv ", "~/.local/", "mkdir -p ~/")

#: What a command has that needs a shell, also where quotes would make it plain text.
_SHELL = re.compile(r"[|&;<>$`*\n]")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")

#: What differs from run to run, and what it becomes. The order matters.
_VARIABLE = (
    (r"\binc-\d{8}-\d{4}-[a-z0-9]{3}\b", "inc-ID"),
    (r"(`incidentctl (?:\w+ -i|retro)) [a-z0-9]{3}\b(?!-)", r"\1 ID"),
    (r"\b(drl|drill|bf|bfl)-\d{8}-\d{4}-[a-z0-9]{3}\b", "ID"),
    (r"\b[0-9A-HJKMNP-TV-Z]{26}\b", "ULID"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+Z)?)?( [A-Z]{3,4})?( ?\([+-]\d\d:\d\d\))?", "TIME"),
    (r"\d{4}-\d\d-\d\d", "DAY"),
    (r"\b\d\d:\d\d\b", "TIME"),
    (r"\bincidents/\d{4}/\d\d/", "incidents/MONTH/"),
    (r"\bin \d+[hm]\b", "in SPAN"),
    (r"\b[0-9a-f]{7,40}\b", "COMMIT"),
    (r"(?m)^( +on call +)\S.*$", r"\1SOMEBODY"),
    (r"(?m)^(repository: ).*$", r"\1FOLDER"),
)


class Step(NamedTuple):
    """A command of a page, the heading it stands under, and what the page shows that it prints."""

    page: str
    section: int
    command: str
    shown: str


def pages() -> list[Path]:
    """Return every document that people read."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/README.md")]
    return sorted(found)


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """Return the language and the text of each fenced block."""
    yield from _FENCE.findall(text)


def steps(page: Path) -> list[Step]:
    """Return the commands of a page's console blocks in order."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in _FENCE.finditer(text):
        if match[1] != "console":
            continue
        section = len(re.findall(r"^## ", text[: match.start()], re.MULTILINE))
        for part in re.split(r"^\$ ", match[2], flags=re.MULTILINE)[1:]:
            lines = part.splitlines()
            more = [line for line in lines[1:] if line.startswith("> ")]
            command = "\n".join([lines[0], *(line.removeprefix("> ") for line in more)])
            shown = "\n".join(line for line in lines[1:] if not line.startswith("> "))
            found.append(Step(page.name, section, command, shown))
    return found


def play(step: Step, folder: Path, *, home: Path) -> tuple[str, int, Path]:
    """Run a command as written; return what it printed, its exit code, and where it went."""
    trail = home / "pwd"
    environment = {
        **os.environ,
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PWD": str(folder),
    }
    done = subprocess.run(
        ["bash", "-c", f"{step.command}\ncode=$?\npwd > {shlex.quote(str(trail))}\nexit $code"],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout, done.returncode, Path(trail.read_text().strip())


def play_here(step: Step, folder: Path, *, home: Path) -> tuple[str, int, Path]:
    """As `play`, without a process where the command is nothing but one of incidentctl."""
    if not step.command.startswith("incidentctl ") or _SHELL.search(step.command):
        return play(step, folder, home=home)
    _, *arguments = shlex.split(step.command)
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        Path(os.devnull).open(encoding="utf-8") as nothing,
    ):
        patch.chdir(folder)
        patch.setenv("HOME", str(home))
        patch.setenv("PWD", str(folder))
        patch.setattr(sys, "stdin", nothing)
        code = run(app, arguments)
        printed.flush()
    return printed.buffer.getvalue().decode(), code, folder


def normal(text: str) -> str:
    """Return a text without what differs from run to run."""
    for pattern, becomes in _VARIABLE:
        text = re.sub(pattern, becomes, text)
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def fits(shown: str, printed: str) -> bool:
    """Say whether a page shows what was printed; a line `...` stands for any lines."""
    pattern = ""
    for line in normal(shown).splitlines():
        pattern += r"(?:.*\n)*?" if line.strip() == ANY else re.escape(line) + r"\n"
    return re.fullmatch(pattern, normal(printed) + "\n" if printed.strip() else "") is not None


def command_lines(text: str) -> Iterator[str]:
    """Return every line that calls incidentctl: in blocks, and between backticks."""
    for language, block in blocks(text):
        if language in ("console", "sh", "bash", "text", "yaml", ""):
            yield from re.findall(
                r"(?:^|[|&] |run: |entry: )(?:\$ )?(incidentctl .*)$", block, re.MULTILINE
            )
    for code in _INLINE.findall(_FENCE.sub("", text)):
        if code.startswith("incidentctl "):
            yield code


def links(text: str) -> Iterator[str]:
    """Return the targets of a page's links, those inside of blocks aside."""
    yield from _LINK.findall(_FENCE.sub("", text))
