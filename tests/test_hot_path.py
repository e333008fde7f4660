"""What the commands of a response import: nothing slow, once the caches are warm.

A responder pays for each import at each command. pydantic and yaml alone would double the time of
`log` (docs/benchmarks.md).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parent.parent / "examples" / "otel-demo"
SLOW = {
    "pydantic", "pydantic_core", "yaml", "rich", "questionary", "prompt_toolkit", "jinja2", "git",
    "asyncio", "concurrent", "http", "ssl", "email", "importlib.metadata", "tempfile", "secrets",
}  # fmt: skip
#: A few milliseconds each, which the command that is given most often does without.
SMALL = {"dataclasses", "zoneinfo"}

PROGRAM = """
import json, sys
from incidentctl.cli.main import command_line
code = command_line()
sys.stdout.flush()
print("\\n" + json.dumps([code, sorted(sys.modules)]))
"""


def every_module(folder: Path, *arguments: str) -> set[str]:
    """Run a command in a process of its own; return the modules that it has imported."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=folder, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    code, modules = json.loads(done.stdout.splitlines()[-1])
    assert code == 0, done.stderr
    return set(modules)


def imported(folder: Path, *arguments: str) -> set[str]:
    """Run a command in a process of its own; return the slow modules that it has imported."""
    return (SLOW | SMALL) & every_module(folder, *arguments)


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with an open incident and warm caches."""
    folder = tmp_path_factory.mktemp("hot") / "team"
    shutil.copytree(EXAMPLE, folder)
    for arguments in (
        ["init", "-q"],
        ["config", "user.name", "Greta"],
        ["config", "user.email", "greta@astronomy-shop.example"],
        ["add", "-A"],
        ["commit", "-q", "-m", "The catalog"],
    ):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True)
    cold = imported(folder, "declare", "login is down", "--no-input")
    assert cold >= {"pydantic", "yaml"}, "the first command has to read the catalog"
    return folder


@pytest.mark.parametrize("arguments", [("log", "looked at the dashboard"), ("log",)], ids=" ".join)
def test_log_imports_less_than_any(warm: Path, arguments: tuple[str, ...]) -> None:
    assert imported(warm, *arguments) == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("step", "list"),
        ("step", "done", "1"),
        ("assign", "mitigator", "greta"),
        ("update", "we are at it"),
        ("task", "add", "look"),
        ("hypothesis", "the cache"),
        ("status",),
        ("due",),
        ("due", "--short"),
        ("watch",),
        ("list",),
        ("list", "--all"),
        ("show",),
        ("show", "--json"),
        ("undo",),
        ("severity", "SEV3"),
        ("affects", "cart"),
        ("handover", "omar"),
        ("accept", "--as", "omar"),
        ("take-command", "no answer"),
        ("show", "--brief"),
        ("declare", "search is slow", "--no-input"),
    ],
    ids=" ".join,
)
def test_a_warm_command_imports_nothing_slow(warm: Path, arguments: tuple[str, ...]) -> None:
    assert imported(warm, *arguments) <= SMALL


def test_lint_imports_nothing_of_incidents_and_their_record(warm: Path) -> None:
    shutil.rmtree(warm / ".git" / "incidentctl" / "cache")
    modules = every_module(warm, "catalog", "lint")
    assert {"incidentctl.domain.lint.rules.registry", "yaml"} <= modules
    beyond = ("incidentctl.record.", "incidentctl.domain.incident.", "incidentctl.app.incident")
    # Which repository it is may be known by its record alone; and ids have times.
    needed = {
        "incidentctl.record.local", "incidentctl.record.store",
        "incidentctl.record.store.ref_names", "incidentctl.domain.incident.ids",
    }  # fmt: skip
    assert {name for name in modules if name.startswith(beyond)} <= needed


def test_lint_of_what_did_not_change_imports_nothing_slow(warm: Path) -> None:
    imported(warm, "catalog", "lint")
    assert imported(warm, "catalog", "lint") <= SMALL
