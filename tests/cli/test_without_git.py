"""Where git is missing, a declaration is acknowledged all the same, and committed later."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest


@pytest.fixture
def run(tmp_path):
    """Run `incidentctl` with or without git on the path."""
    empty = tmp_path / "empty"
    empty.mkdir()

    def call(folder, *arguments, git):
        path = os.environ["PATH"] if git else str(empty)
        return subprocess.run(
            [sys.executable, "-m", "incidentctl", *arguments],
            cwd=folder,
            env={**os.environ, "PATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return call


@pytest.mark.parametrize("team", [True, False], ids=["in the team's repository", "anywhere"])
def test_declare_without_git_is_kept_and_committed_by_the_next_command(tmp_path, git, run, team):
    folder = tmp_path / "here"
    folder.mkdir()
    if team:
        git(folder, "init", "-q")
        (folder / "incidentctl.yaml").write_text("organisation: Acme\n")
        before = run(folder, "declare", "the first", "--no-input", git=True)
        assert before.returncode == 0
    done = run(folder, "declare", "login is down", "--json", git=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["commit"] is None
    assert answer["runbooks"]
    assert "not yet committed: git was not found" in done.stderr
    logged = run(folder, "log", "git is back", "-i", answer["id"], "--json", git=True)
    assert json.loads(logged.stdout)["commit"]
    shown = run(folder, "show", answer["id"], "--json", git=True)
    assert [e["kind"] for e in json.loads(shown.stdout)["timeline"]][:1] == ["declared"]


def test_a_restricted_record_that_cannot_be_read_refuses_no_declaration(tmp_path, git, run):
    folder = tmp_path / "here"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "incidentctl.yaml").write_text("organisation: Acme\n")
    apart = run(folder, "declare", "private", "--restricted", "--no-input", git=True)
    assert apart.returncode == 0, apart.stderr
    ref = "refs/incidentctl/restricted"  # moved, so that git would have to be asked
    tree = git(folder, "rev-parse", f"{ref}^{{tree}}").strip()
    git(folder, "update-ref", ref, git(folder, "commit-tree", "-p", ref, "-m", "x", tree).strip())
    done = run(folder, "declare", "login is down", "--json", git=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["commit"] is None
    more = run(folder, "log", "private, too", "-i", apart.stdout.strip(), git=False)
    boxes = folder / ".git" / "incidentctl"
    assert "private, too" not in "".join(p.read_text() for p in (boxes / "outbox").iterdir())
    assert more.returncode in (0, 6)
    logged = run(folder, "log", "git is back", "-i", answer["id"], "--json", git=True)
    assert json.loads(logged.stdout)["commit"]
    assert "private" not in git(folder, "log", "-p", "incident-log")
