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
    result = run("sync", "--json")
    assert result.json["pending"] == waiting
    assert result.json["reason"].startswith("incidentctl.yaml:")
    assert "write `record" not in result.json["reason"]
    assert "nothing is shared" in run("log", "y").err


@pytest.mark.parametrize(
    "branch",
    ["HEAD", "head", "FETCH_HEAD", "refs/heads/main", "heads/main", "'@'", "x.lock/y", "a./b"],
)
def test_what_is_no_branch_to_git_is_refused_and_nothing_is_lost(run, team, git, branch):
    marker = team / "incidentctl.yaml"
    marker.write_text(f"organisation: Acme\nrecord: {{branch: {branch}}}\n")
    linted = run("catalog", "lint")
    assert linted.code != 0
    assert "incidentctl.yaml:2" in linted.out
    done = run("declare", "search is slow", "--no-input")
    assert done.code == 0, done.err
    assert "search is slow" in run("list").out
    assert "search is slow" in git(team, "log", "-p", "refs/incidentctl/log")


def test_a_branch_of_the_team_s_own_is_not_made_the_record(run, team, git, tmp_path):
    git(tmp_path, "clone", "-q", "--bare", str(team), str(tmp_path / "origin.git"))
    git(team, "remote", "add", "origin", str(tmp_path / "origin.git"))
    git(team, "branch", "feature")
    before = git(team, "rev-parse", "feature")
    marker = team / "incidentctl.yaml"
    marker.write_text("organisation: Acme\nrecord: {remote: origin, branch: feature}\n")
    assert run("declare", "search is slow", "--no-input").code == 0
    refused = run("sync")
    assert refused.code == 6
    assert "feature is a branch of your own without a record; name another" in refused.err
    assert git(team, "rev-parse", "feature") == before
    assert "feature" not in git(tmp_path / "origin.git", "branch")
    marker.write_text("organisation: Acme\nrecord: {remote: origin}\n")
    assert run("sync").code == 0
    assert "search is slow" in git(tmp_path / "origin.git", "log", "-p", "incident-log")


@pytest.mark.parametrize("fault", ["remote: '../remote.git'", "remote: 7", "remotes: origin"])
def test_where_a_fault_hides_the_remote_nothing_is_purged_and_none_is_said_to_be_unset(
    run, shared, team, git, fault
):
    run("declare", "x", "-s", "SEV3", "--no-input")
    run("log", "the key is hunter2")
    remote = git(team, "remote", "get-url", "origin").strip()
    assert "hunter2" in git(team, "-C", remote, "log", "-p", "incident-log")
    right = shared.read_text()
    shared.write_text(right.replace("remote: origin", fault))
    assert run("redact", "-1").code == 0
    refused = run("purge", "--yes")
    assert refused.code == 6
    assert "Not purged: a remote would keep the texts" in refused.err
    assert "incidentctl.yaml:" in refused.err
    for said in (run("sync").err, run("doctor").out):
        assert "incidentctl.yaml:" in said
        assert "no remote is set" not in said
    assert "at least 0 events still to be sent" in run("sync").err
    shared.write_text(right)
    assert run("purge", "--yes").code == 0
    assert "hunter2" not in git(team, "-C", remote, "log", "-p", "incident-log")
