"""Nothing restricted is sent to a place that may be the one that everybody reads."""

from __future__ import annotations

from pathlib import Path

import pytest

SECRET = "Mallory reads the payroll"


@pytest.fixture
def places(run, team, git, tmp_path, monkeypatch):
    """The team's repository with `origin`, and ssh under which each host is this machine."""
    marker = team / "incidentctl.yaml"
    text = marker.read_text()
    marker.write_text(
        text.replace("record: {", "record: {remote: origin, restricted_remote: vault, ")
    )
    git(team, "commit", "-qam", "Share the record")
    git(tmp_path, "clone", "-q", "--bare", str(team), str(tmp_path / "org" / "repo.git"))
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(tmp_path / "org" / "vault.git"))
    ssh = tmp_path / "ssh"
    ssh.write_text(f'#!/bin/sh\nfor last; do :; done\ncd "{tmp_path}" && exec sh -c "$last"\n')
    ssh.chmod(0o755)
    git(team, "config", "core.sshCommand", str(ssh))
    git(team, "remote", "add", "origin", "git@forge.example:org/repo.git")
    git(team, "remote", "add", "vault", "git@forge-work:org/repo.git")
    return tmp_path / "org"


def everything(git, folder: Path) -> str:
    """Each object that a repository has."""
    return git(folder, "log", "-p", "--all", "--format=%H %s%n%b")


def own_commit(git, team, places) -> None:
    """Give the vault a commit of its own, as a forge does with a README."""
    own = git(team, "commit-tree", "HEAD^{tree}", "-m", "A place of its own").strip()
    git(team, "push", "-q", str(places / "vault.git"), f"{own}:refs/heads/main")


def restricted(run) -> None:
    assert run("declare", SECRET, "--restricted", "--no-input", "-s", "SEV3").code == 0


def test_another_name_of_the_shared_place_gets_nothing(run, git, team, places):
    """As an alias in ~/.ssh/config gives it, before the shared record has begun there."""
    restricted(run)
    refused = run("sync")
    assert refused.code == 6
    assert "vault and origin hold the same commits, so they may be one place" in refused.err
    assert "restricted incidents wait" in run("list").err
    assert "may be one place" in run("doctor").out
    assert SECRET not in everything(git, places / "repo.git")


def test_nor_after_the_shared_record_has_begun(run, git, team, places):
    run("declare", "search is slow", "--no-input")
    restricted(run)
    refused = run("sync")
    assert refused.code == 6
    assert "vault is the same place as origin" in refused.err
    assert SECRET not in everything(git, places / "repo.git")


@pytest.mark.parametrize("protocol", ["0", "2"])
def test_nor_among_many_branches(run, git, team, places, protocol):
    git(team, "config", "protocol.version", protocol)
    commit = git(team, "rev-parse", "HEAD").strip()
    lines = "".join(
        f"{commit} refs/heads/renovate/some-rather-long-dependency-name-{number:05}\n"
        for number in range(16_000)
    )
    head = "# pack-refs with: peeled fully-peeled sorted \n"
    (places / "repo.git/packed-refs").write_text(f"{head}{commit} refs/heads/main\n{lines}")
    run("declare", "search is slow", "--no-input")
    run("sync")
    restricted(run)
    refused = run("sync")
    assert refused.code == 6
    assert "vault is the same place as origin" in refused.err
    assert SECRET not in everything(git, places / "repo.git")


def test_nor_where_only_its_push_goes_there(run, git, team, places):
    """It fetches from a separate place, and pushes to the shared one under another name."""
    own_commit(git, team, places)
    git(team, "remote", "set-url", "vault", "git@forge-work:org/vault.git")
    git(team, "remote", "set-url", "--push", "vault", "git@forge-other:org/repo.git")
    restricted(run)
    assert run("sync").code == 6
    git(team, "remote", "set-url", "--add", "--push", "vault", "git@forge-work:org/vault.git")
    assert run("sync").code == 6
    assert SECRET not in everything(git, places / "repo.git")


def test_nor_where_it_pushes_to_where_the_shared_record_is_pushed(run, git, team, places):
    own_commit(git, team, places)
    git(team, "remote", "set-url", "--push", "origin", "git@forge.example:org/vault.git")
    git(team, "remote", "set-url", "vault", "git@forge-work:org/vault.git")
    restricted(run)
    assert run("sync").code == 6
    assert SECRET not in everything(git, places / "vault.git")


@pytest.mark.parametrize("key", ["insteadOf", "pushInsteadOf"])
def test_nor_by_an_address_that_git_rewrites(run, git, team, places, key):
    own_commit(git, team, places)
    git(team, "remote", "set-url", "vault", "git@vault.example:org/vault.git")
    git(team, "config", f"url.git@forge-work:org/repo.{key}", "git@vault.example:org/vault.")
    restricted(run)
    assert run("sync").code == 6
    assert SECRET not in everything(git, places / "repo.git")


def test_nor_while_the_shared_place_does_not_answer(run, git, team, places):
    own_commit(git, team, places)
    git(team, "remote", "set-url", "vault", "git@forge-work:org/vault.git")
    (places / "repo.git").rename(places / "moved.git")
    restricted(run)
    refused = run("sync")
    assert refused.code == 6
    assert "origin" in refused.err
    assert SECRET not in everything(git, places / "vault.git")
    assert "restricted incidents wait until it answers" in run("list").err
    (places / "moved.git").rename(places / "repo.git")
    assert run("sync").code == 0
    assert SECRET in everything(git, places / "vault.git")


def test_what_is_proven_to_be_another_place_gets_it(run, git, team, places):
    own_commit(git, team, places)
    git(team, "remote", "set-url", "vault", "git@forge-work:org/vault.git")
    restricted(run)
    assert run("sync").code == 0
    assert SECRET in everything(git, places / "vault.git")
    assert SECRET not in everything(git, places / "repo.git")
    doctor = run("doctor")
    assert "ok    git " in doctor.out
    assert "may be one place" not in doctor.out


def test_a_copy_of_the_code_is_proven_once_all_may_read_something(run, git, team, places):
    git(team, "push", "-q", str(places / "vault.git"), "main")
    git(team, "remote", "set-url", "vault", "git@forge-work:org/vault.git")
    restricted(run)
    assert run("sync").code == 6
    assert SECRET not in everything(git, places / "vault.git")
    run("declare", "search is slow", "--no-input")
    assert run("sync").code == 0
    assert SECRET in everything(git, places / "vault.git")
