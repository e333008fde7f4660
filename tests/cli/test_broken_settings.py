"""The settings cannot be read, as in the middle of a merge: nothing is lost, and it is said."""

from __future__ import annotations

import pytest

MARKS = "<<<<<<< HEAD\n"


@pytest.fixture
def shared(team, tmp_path, git, monkeypatch):
    monkeypatch.setenv("CI", "1")  # exchanges end before their command does
    marker = team / "incidentctl.yaml"
    marker.write_text(marker.read_text().replace("record: {", "record: {remote: origin, "))
    git(team, "commit", "-qam", "The record is shared")
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(team, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(team, "push", "-q", "origin", "main")
    return marker


def _break(marker):
    marker.write_text(marker.read_text() + f"{MARKS}tier: single\n=======\n>>>>>>> other\n")


def test_the_version_of_the_last_commit_serves(run, shared, git, team):
    _break(shared)
    done = run("declare", "x", "-s", "SEV3", "--no-input")
    assert done.code == 0
    assert "incidentctl.yaml:" in done.err
    assert "the version of the last commit is used" in done.err
    assert "incident-log" in git(team, "ls-remote", "origin")
    for words in (["list"], ["log", "y"], ["watch", "--once"], ["due"], ["show"]):
        assert run(*words).err.count("the version of the last commit is used") == 1, words
    assert run("due", "--short").err == ""
    synced = run("sync", "--json")
    assert (synced.code, synced.json["state"], synced.json["pending"]) == (0, "ok", 0)
    zones = [run("show", "--json").json["timezone"]]
    git(team, "checkout", "-q", "--", "incidentctl.yaml")
    run("declare", "z", "-s", "SEV3", "--no-input")
    zones += [
        run("show", "--json", run("list", "--json").json["incidents"][0]["id"]).json["timezone"]
    ]
    assert zones[0] == zones[1]


def test_while_they_can_be_read_nothing_is_said(run, shared):
    assert run("list").err.strip() == "No incident is open."


def test_where_no_commit_has_them_sync_says_which_line_is_broken(run, shared, git, team):
    git(team, "remote", "set-url", "origin", "http://127.0.0.1:1/x.git")
    run("declare", "x", "-s", "SEV3", "--no-input")
    waiting = run("sync", "--json").json["pending"]
    assert waiting > 0
    _break(shared)
    git(team, "commit", "-qam", "Broken")
    assert "nothing is shared" in run("list").err
    told = run("sync", "--json")
    assert told.json["pending"] == waiting
    assert told.json["reason"].startswith("incidentctl.yaml:")
    assert "write `record" not in told.json["reason"]
    assert "nothing is shared" in run("log", "y").err
