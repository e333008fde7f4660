"""Whatever state a clone is in, `declare` and `log` work and leave the rest of it byte-equal."""

from __future__ import annotations

import subprocess
import time

import pytest
from tests import program
from tests.record.kit import make_clone
from tests.record.test_clone_states import STATES, photograph


def run(folder, *arguments):
    return program.run("-C", folder, *arguments, check=True)


def team_clone(tmp_path):
    clone = make_clone(tmp_path / "clone")
    (clone.path / "incidentctl.yaml").write_text("organisation: Acme\n")
    clone.git("add", "incidentctl.yaml")
    clone.git("commit", "-qm", "Our settings")
    return clone


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_declare_and_log_leave_the_rest_of_a_clone_as_it_was(tmp_path, state):
    clone = state(team_clone(tmp_path))
    before = photograph(clone)
    declared = run(clone.path, "declare", "login is down", "--no-input")
    logged = run(clone.path, "log", "looking", "-i", declared.stdout.strip())
    # The view, excepted by name, may add files; it never changes one that was there.
    after = photograph(clone)
    added = {name for name in after if name not in before and "/incidents/" in name}
    assert {name: data for name, data in after.items() if name not in added} == before
    assert not (tmp_path / "hook-ran").exists()
    assert not (tmp_path / "gpg-ran").exists()
    assert "looking" in run(clone.path, "log", "-i", declared.stdout.strip()).stdout
    assert "record kept locally" not in declared.stderr + logged.stderr
    subjects = clone.git("log", "--format=%s", "refs/incidentctl/log")
    assert f"{declared.stdout.strip()}: noted" in str(subjects)


def test_a_bare_clone_reads_the_catalog_of_its_commit_and_records(tmp_path):
    clone = team_clone(tmp_path)
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(clone.path), str(bare)], check=True)
    ident = run(bare, "declare", "login is down", "--no-input").stdout.strip()
    assert "login is down" in run(bare, "log", "-i", ident).stdout
    listed = subprocess.run(
        ["git", "-C", str(bare), "ls-tree", "-r", "--name-only", "incident-log"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert f"{ident}/log.md" in listed


def test_a_repository_without_a_commit(tmp_path):
    root = tmp_path / "new"
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    (root / "incidentctl.yaml").write_text("organisation: Acme\n")
    ident = run(root, "declare", "login is down", "--no-input").stdout.strip()
    assert "login is down" in run(root, "log", "-i", ident).stdout


@pytest.fixture
def shared(tmp_path):
    """A remote that serves partial clones; the one incident that is shared there."""
    clone = team_clone(tmp_path)
    (clone.path / "incidentctl.yaml").write_text("organisation: Acme\nrecord: {remote: origin}\n")
    clone.git("commit", "-qam", "The remote")
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(clone.path), str(remote)], check=True)
    subprocess.run(
        ["git", "-C", str(remote), "config", "uploadpack.allowFilter", "true"], check=True
    )
    clone.git("remote", "add", "origin", str(remote))
    ident = run(clone.path, "declare", "login is down", "--no-input").stdout.strip()
    run(clone.path, "sync")
    return remote, ident


@pytest.mark.parametrize("left_out", ["blob:none", "tree:0"])
def test_a_partial_clone_records_at_once_and_gets_what_it_lacks(
    tmp_path, shared, left_out, monkeypatch
):
    remote, ident = shared
    part = tmp_path / "part"
    url = f"file://{remote}"
    subprocess.run(["git", "clone", "-q", f"--filter={left_out}", url, str(part)], check=True)
    ssh = tmp_path / "ssh"
    ssh.write_text("#!/bin/sh\nexec sleep 30\n")
    ssh.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(ssh))
    address = ["git", "-C", str(part), "remote", "set-url", "origin"]
    subprocess.run([*address, "ssh://nowhere/x"], check=True)
    began = time.monotonic()
    assert "recorded" in run(part, "log", "far away", "-i", ident).stderr
    mine = run(part, "declare", "payment is down", "--no-input").stdout.strip()
    assert f"recorded {mine}" in run(part, "log", "nothing else is known").stderr
    failed = program.run("-C", part, "list")
    assert failed.returncode == 6
    assert "incidentctl sync" in failed.stderr
    assert time.monotonic() - began < 15  # each git that fetched would wait for 60
    subprocess.run([*address, url], check=True)
    run(part, "sync")
    assert {mine, ident} <= set(run(part, "list").stdout.split())
    log = run(part, "log", "-i", ident).stdout
    assert "login is down" in log
    assert "far away" in log
    committed = subprocess.run(
        ["git", "-C", str(remote), "grep", "-c", "far away", "incident-log", "--", "*.md"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert ident in committed


def test_a_fresh_partial_clone_needs_no_sync(tmp_path, shared):
    remote, ident = shared
    part = tmp_path / "part"
    url = f"file://{remote}"
    subprocess.run(["git", "clone", "-q", "--filter=blob:none", url, str(part)], check=True)
    assert ident in run(part, "log", "looking").stderr
    assert "login is down" in run(part, "list").stdout
