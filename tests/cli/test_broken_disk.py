"""A git directory that cannot be written, and a full disk: recorded all the same, or refused."""

import contextlib
import os
import shutil
import subprocess

import pytest

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")


@pytest.fixture
def mounted():
    """Mount a folder, and unmount it after the test."""
    mounts = []

    def mount(*arguments):
        done = subprocess.run(["mount", *map(str, arguments)], check=False, capture_output=True)
        if done.returncode:
            pytest.skip("mount is not allowed here")  # root in a container may not
        mounts.append(arguments[-1])

    yield mount
    for folder in reversed(mounts):
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def read_only(team, mounted):
    """Make the team's .git read-only, by calling it."""

    def make():
        mounted("--bind", team / ".git", team / ".git")
        subprocess.run(
            ["mount", "-o", "remount,bind,ro", str(team / ".git")], check=True, capture_output=True
        )

    return make


def test_a_read_only_git_directory(run, team, show, read_only):
    read_only()
    result = run("declare", "x", "--json")
    assert result.code == 0, result.err
    assert result.json["commit"] is None
    assert "cannot be written" in result.err
    noted = run("log", "y", "--json")
    assert noted.code == 0
    assert noted.json["commit"] is None
    assert show()["timeline"][-1]["text"] == "y"
    looked = run("doctor", "--json")
    assert looked.code == 1
    messages = [each["message"] for each in looked.json["checks"] if each["state"] == "bad"]
    assert any(".git cannot be written" in each for each in messages), messages
    subprocess.run(["umount", "-l", str(team / ".git")], check=True)
    later = run("log", "z", "--json")
    assert later.json["commit"]
    assert [e["text"] for e in show()["timeline"] if e["kind"] == "noted"] == ["y", "z"]
    subprocess.run(["mount", "--bind", str(team / ".git"), str(team / ".git")], check=True)


@pytest.fixture
def small(tmp_path, mounted):
    """A disk of 4 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted("-t", "tmpfs", "-o", "size=4m", "tmpfs", folder)
    return folder


def fill(folder):
    with contextlib.suppress(OSError), (folder / "filling").open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


def test_a_full_disk_moves_the_outbox(command, team, small, monkeypatch):
    shutil.copytree(team, small / "team", symlinks=True)
    monkeypatch.chdir(small / "team")
    assert command("declare", "x").code == 0
    fill(small)
    result = command("log", "do not lose me", "--json")
    assert result.code == 0, result.err
    assert result.json["commit"] is None
    assert "disk is full" in result.err
    assert command("show", "--json").json["timeline"][-1]["text"] == "do not lose me"
    (small / "filling").unlink()
    assert command("log", "more", "--json").json["commit"]


def test_when_nothing_can_be_written_the_text_comes_back(command, team, small, monkeypatch):
    shutil.copytree(team, small / "team", symlinks=True)
    monkeypatch.chdir(small / "team")
    monkeypatch.setenv("XDG_STATE_HOME", str(small / "state"))
    assert command("declare", "x").code == 0
    fill(small)
    for arguments in (["log", "do not lose me"], ["declare", "do not lose me"]):
        result = command(*arguments)
        assert result.code == 6, result.err
        assert "do not lose me" in result.err
        assert "disk is full" in result.err
        assert result.out == ""
    (small / "filling").unlink()
    said = command("log")
    assert (said.code, " x\n" in said.out) == (0, True)
    assert "do not lose me" not in said.out


@pytest.mark.parametrize("declared", [True, False], ids=["identity kept", "no room for one"])
def test_a_team_that_comes_to_stand_at_the_path_publishes_nothing_of_the_other(
    run, git, team, tmp_path, mounted, monkeypatch, declared
):
    """As /workspace of one container after another; each disk gives the inodes of the other one."""
    monkeypatch.setenv("CI", "true")  # so that all is exchanged before a command ends
    folder = tmp_path / "workspace"
    folder.mkdir()
    fresh = tmp_path / "fresh"
    shutil.copytree(team, fresh, symlinks=True)
    mounted("-t", "tmpfs", "-o", "size=4m", "tmpfs", folder)
    shutil.copytree(fresh, folder / "team", symlinks=True)
    monkeypatch.chdir(folder / "team")
    if declared:
        assert run("declare", "A is down", "--no-input").code == 0
    fill(folder)
    ident = run("declare", "A SECRET", "--no-input").out.strip()
    restricted = run("declare", "A SECRET", "--no-input", "--restricted", "-s", "SEV3").out.strip()
    assert "A SECRET" in run("list").out
    monkeypatch.chdir(tmp_path)
    mounted("-t", "tmpfs", "-o", "size=4m", "tmpfs", folder)
    shutil.copytree(fresh, folder / "team", symlinks=True)
    monkeypatch.chdir(folder / "team")
    git(folder / "team", "clone", "-q", "--bare", ".", str(tmp_path / "b.git"))
    marker = folder / "team/incidentctl.yaml"
    marker.write_text(marker.read_text().replace("record: {", "record: {remote: origin, "))
    git(folder / "team", "remote", "add", "origin", str(tmp_path / "b.git"))
    for command in (["declare", "B is down", "--no-input"], ["log", "x"], ["sync"], ["list"]):
        done = run(*command)
        assert done.code == 0, done.err
        assert f"of {ident} in " in done.err
        assert f"of {restricted} in " in done.err
    listed = run("list", "--all")
    assert (listed.code, "B is down" in listed.out) == (0, True)
    assert "A SECRET" not in listed.out
    assert "B is down" in git(tmp_path / "b.git", "log", "-p", "--all")
    for repository in (tmp_path / "b.git", folder / "team"):
        assert "A SECRET" not in git(repository, "log", "-p", "--all")
    monkeypatch.chdir(tmp_path)
