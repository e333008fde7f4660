"""What is restricted stays separate also where nobody can tell at that moment that it is."""

from __future__ import annotations

import os
import shutil

import pytest

SECRET = "Mallory reads the payroll"
WAYS = {
    "missing": None,
    "refuses": "exit 128",
    "finds nothing": "exit 1",
    "is killed": "kill -9 $$",
}
GONE = {
    "caches": ["cache", "restricted/cache"],
    "memory": ["cache", "restricted/cache", "restricted/known"],
    "everything": [""],
}


@pytest.fixture
def shared(run, team, git, tmp_path):
    """The team's repository, shared through `origin`; returns the bare remote."""
    marker = team / "incidentctl.yaml"
    marker.write_text(marker.read_text().replace("record: {", "record: {remote: origin, "))
    git(team, "commit", "-qam", "Share the record")
    git(tmp_path, "clone", "-q", "--bare", str(team), str(tmp_path / "origin.git"))
    git(team, "remote", "add", "origin", str(tmp_path / "origin.git"))
    return tmp_path / "origin.git"


@pytest.fixture
def broken_git(tmp_path, monkeypatch):
    """Let git fail in some way until the function that this returns is called."""
    path = os.environ["PATH"]

    def breaks(way: str):
        folder = tmp_path / "broken"
        folder.mkdir()
        if (script := WAYS[way]) is not None:
            (folder / "git").write_text(f"#!/bin/sh\n{script}\n")
            (folder / "git").chmod(0o755)
        monkeypatch.setenv("PATH", str(folder))
        return lambda: monkeypatch.setenv("PATH", path)

    return breaks


def restricted(run) -> str:
    return declared(run, SECRET, "--restricted", "-s", "SEV3")


def declared(run, *words: str) -> str:
    """Declare as in CI: what is sent is sent before the command ends, not in the background."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CI", "true")
        done = run("declare", *words, "--no-input")
    assert done.code == 0, done.err
    return done.out.strip()


def forget(team, what: str) -> None:
    for place in GONE[what]:
        shutil.rmtree(team / ".git/incidentctl" / place, ignore_errors=True)


@pytest.mark.parametrize("gone", GONE)
@pytest.mark.parametrize("way", WAYS)
def test_a_text_for_it_never_enters_the_shared_record(
    run, git, team, shared, broken_git, way, gone
):
    ident = restricted(run)
    declared(run, "search is slow")
    assert run("sync").code == 0
    forget(team, gone)
    repair = broken_git(way)
    done = run("log", "-i", ident, "the password is hunter2")
    assert done.code == 0, done.err
    assert "recorded" in done.err
    repair()
    run("declare", "checkout is down", "--no-input")
    assert run("sync").code == 0
    assert "hunter2" in run("log", "-i", ident).out
    assert "hunter2" in git(team, "log", "-p", "refs/incidentctl/restricted")
    for place in (team, shared):
        assert "hunter2" not in git(place, "log", "-p", "incident-log")
    assert "checkout is down" in git(shared, "log", "-p", "incident-log")


@pytest.mark.parametrize("way", WAYS)
def test_what_waited_separately_comes_where_it_belongs(run, git, team, shared, broken_git, way):
    restricted(run)
    ident = declared(run, "search is slow")
    assert run("sync").code == 0
    forget(team, "everything")
    repair = broken_git(way)
    assert run("log", "-i", ident, "restarted it").code == 0
    repair()
    assert "restarted it" in run("log", "-i", ident).out
    assert "1 event is not yet on origin" in run("list").err
    assert run("sync").code == 0
    assert "restarted it" in git(shared, "log", "-p", "incident-log")
    assert "restarted it" not in git(team, "log", "-p", "refs/incidentctl/restricted")
    assert run("sync", "--json").json["pending"] == 0


@pytest.mark.parametrize("way", WAYS)
def test_which_is_meant_is_not_guessed(run, git, team, shared, broken_git, way):
    declared(run, "search is slow")
    restricted(run)
    shutil.rmtree(team / ".git/incidentctl/restricted")
    repair = broken_git(way)
    assert run("log", "the password is hunter2").code != 0
    for command in (["list"], ["report"], ["watch"]):
        assert run(*command).code != 0
    repair()
    assert run("sync").code == 0
    assert "search is slow" in git(shared, "log", "-p", "incident-log")
    assert "hunter2" not in git(shared, "log", "-p", "incident-log")


def test_a_redaction_reaches_the_shared_record_also_later(run, git, team, shared, broken_git):
    """Where git could not tell that the text is in it, too."""
    ident = restricted(run)
    run("log", "-i", ident, "the password is hunter2")
    git(team, "update-ref", "refs/incidentctl/log", "refs/incidentctl/restricted")
    number = run("show", ident, "--json").json["timeline"][-1]["number"]
    forget(team, "caches")
    repair = broken_git("finds nothing")
    run("redact", str(number), "-i", ident)
    repair()
    run("redact", str(number), "-i", ident)
    run("declare", "checkout is down", "--no-input")
    held = git(team, "grep", "-h", "", "refs/incidentctl/log")
    assert "[redacted]" in held
    assert "hunter2" not in held
