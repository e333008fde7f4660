"""Where git is missing, a declaration is acknowledged all the same, and committed later."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from tests import program


@pytest.fixture
def run(tmp_path):
    """Run `incidentctl` with or without git on the path."""
    empty = tmp_path / "empty"
    empty.mkdir()

    def call(folder, *arguments, git):
        path = os.environ["PATH"] if git else str(empty)
        return program.run(*arguments, cwd=folder, env={**os.environ, "PATH": path})

    return call


def test_what_needs_the_history_is_refused(tmp_path, git, run):
    git(tmp_path, "init", "-q")
    (tmp_path / "incidentctl.yaml").write_text("organisation: Acme\n")
    done = run(tmp_path, "process", "show", "--at", "HEAD", git=False)
    assert (done.returncode, "A bug" in done.stderr) == (6, False), done.stderr


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
    assert "not yet committed: Git was not found" in done.stderr
    logged = run(folder, "log", "git is back", "-i", answer["id"], "--json", git=True)
    assert json.loads(logged.stdout)["commit"]
    shown = run(folder, "show", answer["id"], "--json", git=True)
    assert [e["kind"] for e in json.loads(shown.stdout)["timeline"]][:1] == ["declared"]


def test_a_restricted_record_that_cannot_be_read_refuses_no_declaration(tmp_path, git, run):
    folder = tmp_path / "here"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "incidentctl.yaml").write_text("organisation: Acme\n")
    restricted = run(folder, "declare", "private", "--restricted", "--no-input", git=True)
    assert restricted.returncode == 0, restricted.stderr
    ref = "refs/incidentctl/restricted"  # moved, so that git would have to be asked
    tree = git(folder, "rev-parse", f"{ref}^{{tree}}").strip()
    git(folder, "update-ref", ref, git(folder, "commit-tree", "-p", ref, "-m", "x", tree).strip())
    done = run(folder, "declare", "login is down", "--json", git=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["commit"] is None
    more = run(folder, "log", "private, too", "-i", restricted.stdout.strip(), git=False)
    boxes = folder / ".git" / "incidentctl"
    assert "private, too" not in "".join(p.read_text() for p in (boxes / "outbox").iterdir())
    assert more.returncode in (0, 6)
    logged = run(folder, "log", "git is back", "-i", answer["id"], "--json", git=True)
    assert json.loads(logged.stdout)["commit"]
    shared = git(folder, "log", "-p", "incident-log")
    assert "git is back" in shared
    assert "private" not in shared


def test_a_typo_in_the_configuration_of_git_stops_no_declaration(tmp_path, git, run):
    folder = tmp_path / "here"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "incidentctl.yaml").write_text("organisation: Acme\n")
    assert run(folder, "declare", "the first", "--no-input", git=True).returncode == 0
    git(folder, "repack", "-adq")  # so that git has to be asked
    git(folder, "prune-packed", "-q")
    shutil.rmtree(folder / ".git/incidentctl/cache")
    config = Path(os.environ["GIT_CONFIG_GLOBAL"])
    before = config.read_text()
    config.write_text(f"{before}[broken\n")
    done = run(folder, "declare", "login is down", "--json", git=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["commit"] is None
    assert "bad config line" in done.stderr
    logged = run(folder, "log", "rolled back", "-i", json.loads(done.stdout)["id"], git=True)
    assert "You are recorded as tester@vm: Git could not read its configuration" in logged.stderr
    synced = run(folder, "sync", git=True)
    assert (synced.returncode, "error: misconfigured: " in synced.stderr) == (6, True)
    assert "no remote called" not in synced.stderr
    config.write_text(before)
    listed = json.loads(run(folder, "list", "--json", git=True).stdout)
    assert sorted(each["title"] for each in listed["incidents"]) == ["login is down", "the first"]


def test_who_logs_on_a_damaged_record_is_acknowledged(tmp_path, git, run):
    """No cache, no spool, no remote: only what a repair finds can tell which incident is open."""
    folder = tmp_path / "here"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "incidentctl.yaml").write_text("organisation: Acme\n")
    assert run(folder, "declare", "login is down", "--no-input", git=True).returncode == 0
    ref = "refs/incidentctl/log"
    oid = git(folder, "commit-tree", "-p", ref, "-m", "x", f"{ref}^{{tree}}").strip()
    for name in (ref, "refs/heads/incident-log"):
        git(folder, "update-ref", name, oid)
    (folder / ".git/objects" / oid[:2] / oid[2:]).unlink()
    shutil.rmtree(folder / ".git/incidentctl")
    done = run(folder, "log", "rolled back", "--json", git=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["commit"]
    assert "damaged" in done.stderr
    assert "login is down" in run(folder, "log", git=True).stdout
