"""Clones that restricted incidents are not for: everybody has the setting, few have the remote."""

from __future__ import annotations

import io
import shutil

import pytest
from tests.teams import share_with_vault

SECRET = "Mallory reads the payroll"
NOT_HERE = "restricted ones are not in this clone"


@pytest.fixture
def places(run, team, git):
    """The team's repository with a shared remote and a vault; returns the folder of both."""
    return share_with_vault(team, git, "vault")


@pytest.fixture
def crew(places, git, command, monkeypatch):
    """Stand in a fresh clone of the shared remote, which has no vault; returns its folder."""
    folder = places / "crew"
    git(places, "clone", "-q", str(places / "origin.git"), str(folder))
    monkeypatch.chdir(folder)
    return folder


def restricted(run) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CI", "true")  # sent before the command ends
        done = run("declare", SECRET, "--restricted", "-s", "SEV3", "--no-input")
    assert done.code == 0, done.err
    return done.out.strip()


def test_a_clone_without_their_remote_works(run, places, crew):
    synced = run("sync")
    assert synced.code == 0, synced.err
    assert "Up to date" in synced.out
    for arguments in (["list"], ["watch", "--once"]):
        done = run(*arguments)
        assert done.code == 0, done.err
        assert f"No incident is open; {NOT_HERE}." in done.out + done.err
        assert "No incident is open." not in done.out + done.err
        assert "exchange" not in done.out
    for arguments in (["due"], ["report"]):
        done = run(*arguments)
        assert done.code == 0, done.err
        assert done.err.count("git has no remote called vault here") == 1
    short = run("due", "--short")
    assert (short.code, short.out, short.err) == (0, "", "")  # a prompt
    for arguments in (["show", "zzz"], ["accept"]):
        done = run(*arguments)
        assert done.code != 6
        assert NOT_HERE in done.err
    assert run("page", "build", "--out", str(places / "page")).code == 0
    checks = run("doctor", "--json").json["checks"]
    assert [c["state"] for c in checks if "vault" in c["message"]] == ["ok"]


def test_an_open_incident_is_shown_there_with_one_note(run, crew):
    assert run("declare", "search is slow", "-s", "SEV3", "--no-input").code == 0
    done = run("list")
    assert "search is slow" in done.out
    assert done.err.count("not for this clone") == 1
    assert "failed" not in done.err


@pytest.mark.parametrize("lost", ["remote", "memory", "ref", "all but the copy"])
def test_what_had_one_still_fails_closed(run, team, git, places, lost):
    """With the remote gone, whatever is left shows that it was here."""
    restricted(run)
    assert run("sync").code == 0
    git(team, "remote", "remove", "vault")
    if lost == "memory":
        shutil.rmtree(team / ".git/incidentctl/restricted")
    if lost in ("ref", "all but the copy"):
        git(team, "update-ref", "-d", "refs/incidentctl/restricted")
        shutil.rmtree(team / ".git/incidentctl/restricted/cache", ignore_errors=True)
    if lost == "all but the copy":
        shutil.rmtree(team / ".git/incidentctl")
    synced = run("sync")
    assert synced.code == 6
    assert "no remote called vault" in synced.err
    assert "not for this clone" not in run("list").err


def test_a_clone_that_had_their_remote_does_not_say_they_are_not_for_it(run, git, team, places):
    assert run("sync").code == 0  # it holds none, but has looked
    git(team, "remote", "remove", "vault")
    assert run("sync").code == 6
    assert NOT_HERE not in run("list").err


def test_what_is_declared_there_is_said_to_be_there_only(run, crew):
    done = run("declare", SECRET, "--restricted", "-s", "SEV3", "--no-input")
    assert "only in this clone until git knows vault" in done.err
    synced = run("sync")
    assert synced.code == 6
    assert "no remote called vault" in synced.err
    assert SECRET in run("list").out


def test_a_vault_that_refuses_stops_the_page_not_and_is_told(run, git, places, crew):
    """The page has no restricted incident; a list could lack one."""
    git(crew, "remote", "add", "vault", str(places / "nowhere.git"))
    synced = run("sync")
    assert synced.code == 6
    assert "vault" in synced.err
    assert "Only restricted incidents are affected; origin is up to date." in synced.err
    assert run("list").code == 6
    assert run("report").code == 6
    assert run("page", "build", "--out", str(places / "page")).code == 0
    assert run("report", "--uptime").code == 0
    run("declare", "search is slow", "-s", "SEV3", "--no-input")
    board = run("watch", "--once").out
    assert "restricted incidents of others are not shown here: the last sync with vault" in board
    assert "what others do" not in board


@pytest.mark.parametrize("there", [True, False])
def test_the_walk_gives_no_false_alarm(run, git, places, crew, monkeypatch, there):
    if there:  # but refuses
        git(crew, "remote", "add", "vault", str(places / "nowhere.git"))
    ident = run("declare", "search is slow", "-s", "SEV3", "--no-input").out.strip()
    assert run("sync").code == (6 if there else 0)
    monkeypatch.setattr("sys.stdin", io.StringIO("l\n"))
    walked = run("run", "-i", ident).err
    assert "search is slow" in walked
    assert "exchange" not in walked


def test_the_page_has_no_restricted_incident(run, places):
    ident = restricted(run)
    run("update", "-i", ident, "--public", "We look into it", "--no-input")
    assert run("page", "build", "--out", str(places / "page")).code == 0
    assert not [
        path
        for path in (places / "page").rglob("*")
        if path.is_file() and b"We look into it" in path.read_bytes()
    ]
