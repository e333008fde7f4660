"""A team's repository to run commands in, in process: `run("log", "x")`."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from incidentctl.cli.boundary import run as run_app
from incidentctl.cli.main import app

EXAMPLE = Path(__file__).parents[2] / "examples" / "otel-demo"


class Result(NamedTuple):
    """How a command ended: its exit code, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


@pytest.fixture(scope="session")
def _example(tmp_path_factory):
    folder = tmp_path_factory.mktemp("example") / "team"
    shutil.copytree(EXAMPLE, folder)
    for arguments in (
        ["init", "-q", "-b", "main", "--template="],
        ["config", "user.name", "Greta Lindqvist"],
        ["config", "user.email", "greta@astronomy-shop.example"],
        ["add", "-A"],
        ["commit", "-q", "-m", "The catalog"],
    ):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True)
    return folder


@pytest.fixture
def team(_example, tmp_path):
    """A repository of its own for this test, with the catalog of the example `otel-demo`."""
    folder = tmp_path / "team"
    shutil.copytree(_example, folder, symlinks=True)
    return folder


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
def log_md(team, git):
    """The committed log.md of an incident."""

    def read(ident: str) -> str:
        folder = f"incidents/{ident[4:8]}/{ident[8:10]}/{ident}"
        return git(team, "show", f"incident-log:{folder}/log.md")

    return read
