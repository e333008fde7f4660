"""A command that could not look at the team's record never says that nothing is there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.errors import EnvironmentFailedError
from incidentctl.mcp.reading import Reading

#: Commands that answer what is open, or was; `{}` is the id of an incident.
READ = (
    ("list",),
    ("list", "--json"),
    ("list", "--all"),
    ("show",),
    ("show", "{}"),
    ("due",),
    ("due", "-q"),
    ("due", "--json"),
    ("watch", "--once"),
    ("watch", "--json"),
    ("status",),
    ("log",),
    ("report", "--json"),
    ("drill", "score"),
    ("retro",),
    ("sync",),
    ("adopt",),
)
REMOTE = re.compile(r"^record:.*\n(  .*\n)*", re.MULTILINE)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="giving a folder away needs root")


@pytest.fixture
def refused(run, team):
    """The id of an incident in a repository that git refuses because of its owner."""
    ident = run("declare", "gate slow", "--no-input").out.strip()
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text("")
    subprocess.run(["chown", "-R", "65534", str(team)], check=True)
    return ident


def says_nothing_is_there(said):
    return any(words in said for words in ("No incident is open", "No incident matches", "No team"))


@needs_root
@pytest.mark.parametrize("arguments", READ, ids=" ".join)
def test_in_a_repository_that_git_refuses(run, refused, arguments):
    found = run(*(word.format(refused) for word in arguments))
    assert (found.code, found.out) == (6, ""), found
    assert "Git refuses the repository" in found.err
    assert "git config --global --add safe.directory" in found.err
    assert not says_nothing_is_there(found.err)


@needs_root
def test_what_was_declared_meanwhile_is_shown_and_the_rest_is_not_called_empty(run, refused):
    assert run("declare", "another", "--no-input").code == 0
    listed = run("list")
    assert (listed.code, "another" in listed.out) == (0, True)
    assert "belongs to somebody else. Only your own local record is shown." in listed.err
    assert run("log", "looking").code == 0
    assert "Only your own local record is shown." in run("watch", "--once").out
    assert run("due", "-q").code == 6
    assert run("report").code == 6


@needs_root
def test_a_text_that_cannot_be_recorded_is_given_back(run, refused):
    found = run("log", "the disk is full")
    assert (found.code, "the disk is full" in found.err) == (6, True)


@needs_root
def test_a_named_bare_repository_that_git_refuses(command, team, git, tmp_path, monkeypatch):
    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "-q", "--bare", str(team), str(bare))
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text("")
    subprocess.run(["chown", "-R", "65534", str(bare)], check=True)
    found = command("-C", str(bare), "list")
    assert (found.code, "Git refuses the repository" in found.err) == (6, True)
    assert command("-C", str(bare), "declare", "x", "--no-input").code == 0


@pytest.fixture
def other_name(team, run, git, tmp_path, monkeypatch):
    """Stand in a clone whose remote is not called as the settings say; it has one open incident."""
    settings = team / "incidentctl.yaml"
    settings.write_text(f"{REMOTE.sub('', settings.read_text())}record: {{remote: origin}}\n")
    git(team, "commit", "-qam", "A remote")
    hub, clone = tmp_path / "hub.git", tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--bare", str(team), str(hub))
    git(team, "remote", "add", "origin", str(hub))
    ident = run("declare", "gate slow", "--no-input").out.strip()
    assert run("sync").code == 0
    git(tmp_path, "clone", "-q", "-o", "upstream", str(hub), str(clone))
    monkeypatch.chdir(clone)
    return ident


def test_where_the_remote_was_never_read(command, other_name, git):
    wanted = "The record on origin was never read in this clone: git has no remote called origin"
    for arguments in READ[:-4]:
        found = command(*(word.format(other_name) for word in arguments))
        assert (found.code, found.out) == (6, ""), (arguments, found)
        assert wanted in " ".join(found.err.split()), arguments
        assert not says_nothing_is_there(found.err)
    found = command("log", "looking")
    assert (found.code, "looking" in found.err, wanted in found.err) == (6, True, True)
    git(Path.cwd(), "remote", "rename", "upstream", "origin")
    assert other_name in command("list").out


def test_a_remote_without_a_record_was_read(command, team, git, tmp_path, monkeypatch):
    settings = team / "incidentctl.yaml"
    settings.write_text(f"{REMOTE.sub('', settings.read_text())}record: {{remote: origin}}\n")
    git(tmp_path, "init", "-q", "--bare", "hub.git")
    git(team, "remote", "add", "origin", str(tmp_path / "hub.git"))
    monkeypatch.chdir(team)
    assert command("due", "-q").code == 0
    assert command("list").code == 0
    assert command("status").code == 3


@pytest.mark.parametrize(
    "words",
    ["status", "step list", "task list", "hypothesis list", "action list", "announce list",
     "announce send"],
)  # fmt: skip
def test_an_incident_that_only_a_part_is_known_of_says_so(run, team, opened, words):
    """What this clone keeps beside git is shown when git fails: there may be more."""
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text("[broken\n")
    shutil.rmtree(team / ".git/incidentctl/cache")
    found = run(*words.split(), "-i", opened)
    assert "what was committed before may be left out: git cannot be read" in found.err, found


def test_announcements_that_cannot_be_read_are_not_called_none(run, team, opened):
    (team / "announce.yaml").write_text("announcements:\n- {name: all, on: [declared], do: x}\n")
    for words in ("announce list", "announce send", "action list"):
        found = run(*words.split())
        assert "in the catalog: unreadable parts are left out" in found.err, found
        assert "there is no announce.yaml" not in found.out


@pytest.mark.parametrize("tool", ["list_incidents", "similar", "report"])
def test_an_assistant_is_not_told_that_nothing_is_there(team, opened, tool):
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text("[broken\n")
    shutil.rmtree(team / ".git/incidentctl/cache")
    reading = Reading(lambda: open_workspace(str(team)))
    with pytest.raises(EnvironmentFailedError):
        getattr(reading, tool)(*(["checkout is down"] if tool == "similar" else []))
