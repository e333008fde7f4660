"""Where an input is tried: a team of its own, and commands that each run in a fork of this process.

Nothing of the program has run in this process, only been imported, so that a fork is a fresh start
without the time that the imports take.
"""

from __future__ import annotations

import contextlib
import io
import os
import pkgutil
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import incidentctl
from incidentctl.cli import boundary
from incidentctl.cli.main import app

for _module in pkgutil.walk_packages(incidentctl.__path__, "incidentctl."):
    if not _module.name.endswith("__main__"):
        import_module(_module.name)

#: A command that takes longer, in seconds, is a finding.
LIMIT = 10.0
_GLANCE = 0.004
_CONFIG = """[user]
name = Alice Example
email = alice@example.org
[init]
defaultBranch = main
"""


#: What the example has none of.
_MORE = {
    "alerts.yaml": """sources:
  grafana: {secrets: ["env:GRAFANA_SECRET"]}
  probe:
    format: generic
    secrets: ["env:PROBE_SECRET"]
    mapping: {title: data.title, key: id}
severities: {page: SEV1}
rules:
  - {name: watchdog, match: {alertname: Watchdog}, mode: heartbeat, every: 5m}
  - name: payments
    match: {namespace: payments, severity: [critical, ~page.*]}
    service: checkout
    severity: SEV1
    mode: declare
    after: 2m
    group_by: [service]
    window: 30m
""",
    "announce.yaml": """announcements:
  - name: executives
    on: [declared, severity, resolved]
    applies_to: {severities: [SEV1]}
    actions:
      - uses: webhook
        with: {url: "https://hooks.example.com/x", headers: {Authorization: "env:HOOK"}}
""",
    "maintenance/one.yaml": """name: one
title: Work on the website
text: You may have to sign in again.
begins: 2026-12-06T02:00
ends: 2026-12-06T04:00
areas: [cart]
""",
}


class Ran(NamedTuple):
    """What a command did; `code` is None where it had to be ended."""

    arguments: tuple[str, ...]
    code: int | None
    out: str
    err: str
    bug: str
    """The last line of the traceback that it wrote to a file."""


class Place:
    """A folder with a home and a team's repository."""

    def __init__(self, base: Path) -> None:
        """Take the folder; `make` or a copy fills it."""
        self.base = base
        self.team = base / "team"
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(base / "home"), "TZ": "UTC", "COLUMNS": "80",
            "XDG_STATE_HOME": str(base / "state"), "XDG_CONFIG_HOME": str(base / "config"),
            "GIT_CONFIG_NOSYSTEM": "1", "USER": "alice",
        }  # fmt: skip

    def copy(self, base: Path) -> Place:
        """Return the same place in a new folder."""
        shutil.copytree(self.base, base, symlinks=True)
        return Place(base)

    def git(self, *arguments: str, data: bytes | None = None, check: bool = True) -> str:
        """Run git as a user would; return what it prints."""
        done = subprocess.run(
            ["git", "-C", str(self.team), *arguments],
            input=data, capture_output=True, check=check, env=self.environment,
        )  # fmt: skip
        return done.stdout.decode(errors="replace").strip()

    def run(self, *arguments: str) -> Ran:
        """Run a command in a fork."""
        files = [self.base / name for name in ("out", "err")]
        child = os.fork()
        if child == 0:
            self._be(arguments, files)
        end = time.monotonic() + LIMIT
        code: int | None = None
        while not os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if time.monotonic() > end:
                break
            time.sleep(_GLANCE)
        else:
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        if code is None:
            os.waitpid(child, 0)
        out, err = (path.read_bytes().decode(errors="backslashreplace") for path in files)
        return Ran(arguments, code, out, err, self._bug())

    def _bug(self) -> str:
        for path in (self.base / "state" / "incidentctl").glob("bug-*.txt"):
            text = path.read_text()
            path.unlink()
            places = [line for line in text.splitlines() if line.lstrip().startswith("File ")]
            return f"{text.strip().splitlines()[-1]} {places[-1].strip() if places else ''}"
        return ""

    def _be(self, arguments: Sequence[str], told: Sequence[Path]) -> None:
        code = 99
        try:
            os.setsid()
            os.environ.clear()
            os.environ.update(self.environment)
            os.chdir(self.team)
            files = [os.open(os.devnull, os.O_RDONLY)]
            files += [os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600) for path in told]
            for number, file in enumerate(files):
                os.dup2(file, number)
            sys.stdin = open(0, closefd=False)  # noqa: SIM115
            sys.stdout, sys.stderr = (
                io.TextIOWrapper(
                    os.fdopen(number, "wb", closefd=False),
                    encoding="utf-8", errors="backslashreplace", write_through=number == 2,
                )
                for number in (1, 2)
            )  # fmt: skip
            code = boundary.run(app, list(arguments))
            sys.stdout.flush()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)


def make(base: Path) -> Place:
    """Make a team that has something of every kind, and an incident and a drill that are open."""
    place = Place(base)
    (base / "home").mkdir(parents=True)
    (base / "home" / ".gitconfig").write_text(_CONFIG)
    example = Path(__file__).parents[1] / "examples" / "otel-demo"
    shutil.copytree(example, place.team, symlinks=True)
    (place.team / "maintenance").mkdir(exist_ok=True)
    for path, text in _MORE.items():
        (place.team / path).write_text(text)
    place.git("init", "-q")
    place.git("add", "-A")
    place.git("commit", "-qm", "The catalog")
    for arguments in (
        ("declare", "first", "--severity", "SEV3", "--no-input"),
        ("declare", "practice", "--drill", "--no-input"),
    ):
        done = place.run(*arguments)
        if done.code != 0:
            raise SystemExit(f"the team cannot be made: {done}")
    return place
