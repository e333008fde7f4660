"""Whatever state a clone is in, `declare` and `log` work and leave the rest of it byte-equal."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from tests.record.kit import make_clone
from tests.record.test_clone_states import STATES, photograph


def run(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "incidentctl", "-C", str(folder), *arguments],
        check=True,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=os.environ,
        timeout=60,
    )


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
