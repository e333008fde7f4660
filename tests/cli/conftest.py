"""Commands in a team's repository, in process: `run("log", "x")`."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from tests.sending import plant

from incidentctl.cli.boundary import run as run_app
from incidentctl.cli.main import app


class Result(NamedTuple):
    """How a command ended: its exit code, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


@pytest.fixture
def command(capsys):
    """Run a command of incidentctl where the test stands: `command("log", "x")`."""

    def call(*arguments: str) -> Result:
        capsys.readouterr()
        code = run_app(app, list(arguments))
        output = capsys.readouterr()
        return Result(code, output.out, output.err)

    return call


@pytest.fixture
def run(command, team, monkeypatch):
    """The same in the team's repository."""
    monkeypatch.chdir(team)
    return command


@pytest.fixture
def opened(run):
    """The id of the one open incident; `run` goes on from there."""
    result = run("declare", "checkout is down", "--affects", "checkout", "-s", "SEV2")
    assert result.code == 0, result.err
    return result.out.strip()


@pytest.fixture
def declared(run):
    """Declare "login is down": `declared("-s", "SEV3")` returns what --json says of it."""

    def declare(*arguments: str) -> dict[str, Any]:
        result = run("declare", "login is down", "--no-input", "--json", *arguments)
        assert result.code == 0, result.err
        return result.json

    return declare


@pytest.fixture
def show(run):
    """What `show --json` says of the only open incident, or of one."""

    def read(*arguments: str) -> dict[str, Any]:
        result = run("show", "--json", *arguments)
        assert result.code == 0, result.err
        return result.json

    return read


@pytest.fixture
def sev1(run, team, target, monkeypatch):
    """An open SEV1 of a team whose runbook sends to `target`, not trusted so far."""
    plant(team, target.url, monkeypatch)
    result = run("declare", "checkout is down", "--affects", "checkout", "-s", "SEV1")
    assert result.code == 0, result.err
    return result.out.strip()


@pytest.fixture
def log_md(team, git):
    """The committed log.md of an incident."""

    def read(ident: str) -> str:
        folder = f"incidents/{ident[4:8]}/{ident[8:10]}/{ident}"
        return git(team, "show", f"incident-log:{folder}/log.md")

    return read
