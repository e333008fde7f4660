"""Invariant I7: whatever state a clone is in, recording works and leaves the rest byte-equal.

Excepted by name: `refs/incidentctl/*`, the mirror `incident-log` with its reflog, the folder
`.git/incidentctl`, loose objects, and the view `incidents/` in the work tree.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.record.kit import INCIDENT, Clone, action, make_clone

from incidentctl.domain.incident import facts


def staged_and_dirty(clone: Clone) -> Clone:
    (clone.path / "file.txt").write_text("staged\n")
    clone.git("add", "file.txt")
    (clone.path / "file.txt").write_text("dirty\n")
    (clone.path / "new.txt").write_text("untracked\n")
    clone.git("stash", "push", "-q", "--include-untracked")
    (clone.path / "file.txt").write_text("staged again\n")
    clone.git("add", "file.txt")
    (clone.path / "file.txt").write_text("dirty again\n")
    (clone.path / "other.txt").write_text("untracked\n")
    return clone


def _diverge(clone: Clone) -> None:
    clone.git("checkout", "-q", "-b", "side")
    (clone.path / "file.txt").write_text("side\n")
    clone.git("commit", "-qam", "side")
    clone.git("checkout", "-q", "main")
    (clone.path / "file.txt").write_text("main\n")
    clone.git("commit", "-qam", "main")


def mid_merge(clone: Clone) -> Clone:
    _diverge(clone)
    clone.git("merge", "side", check=False)
    assert (clone.git_dir / "MERGE_HEAD").exists()
    return clone


def mid_rebase(clone: Clone) -> Clone:
    _diverge(clone)
    clone.git("rebase", "side", check=False)
    assert (clone.git_dir / "rebase-merge").exists()
    return clone


def mid_bisect(clone: Clone) -> Clone:
    _diverge(clone)
    clone.git("bisect", "start", "HEAD", "HEAD~1")
    return clone


def detached(clone: Clone) -> Clone:
    clone.git("checkout", "-q", "--detach")
    return clone


def linked_worktree(clone: Clone) -> Clone:
    clone.git("worktree", "add", "-q", str(clone.path.parent / "linked"), "-b", "linked")
    return clone._replace(path=clone.path.parent / "linked")


def stale_index_lock(clone: Clone) -> Clone:
    (clone.git_dir / "index.lock").write_text("")
    return clone


def failing_hooks(clone: Clone) -> Clone:
    for name in (
        "pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-checkout",
        "reference-transaction", "pre-auto-gc", "post-rewrite",
    ):  # fmt: skip
        hook = clone.git_dir / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {clone.path.parent}/hook-ran\nexit 1\n")
        hook.chmod(0o755)
    return clone


def signing_that_hangs(clone: Clone) -> Clone:
    gpg = clone.path.parent / "gpg"
    gpg.write_text(f"#!/bin/sh\ntouch {clone.path.parent}/gpg-ran\nsleep 600\n")
    gpg.chmod(0o755)
    for key, value in {
        "commit.gpgSign": "true", "tag.gpgSign": "true", "gpg.program": str(gpg),
        "core.editor": "sleep 600", "core.fsmonitor": str(gpg), "gc.auto": "1",
    }.items():  # fmt: skip
        clone.git("config", key, value)
    return clone


def mirror_checked_out(clone: Clone) -> Clone:
    clone.declare("inc-20260101-0000-bcd")
    clone.git("checkout", "-q", "incident-log")
    return clone


STATES: list[Callable[[Clone], Clone]] = [
    staged_and_dirty, mid_merge, mid_rebase, mid_bisect, detached, linked_worktree,
    stale_index_lock, failing_hooks, signing_that_hangs, mirror_checked_out,
]  # fmt: skip


def photograph(clone: Clone) -> dict[str, bytes | str]:
    """Every byte of the clone and its work trees, but for what the invariant excepts."""
    seen: dict[str, bytes | str] = {}
    roots = {clone.path, clone.git_dir if clone.git_dir.name != ".git" else clone.git_dir.parent}
    for root in roots:
        for folder, _, names in os.walk(root):
            for name in names:
                path = Path(folder) / name
                shown = str(path.relative_to(root.parent))
                if not any(part in f"/{shown}" for part in _EXCEPTED):
                    seen[shown] = str(path.readlink()) if path.is_symlink() else path.read_bytes()
    return seen


_EXCEPTED = (
    "/.git/objects/", "/.git/incidentctl/", "/refs/incidentctl/", "/refs/heads/incident-log",
    "/bare/objects/", "/bare/incidentctl/",
)  # fmt: skip


def record_twice(clone: Clone, *, work_tree: Path | None) -> None:
    record = clone.record(work_tree=work_tree)
    for fact in (facts.Declared("Login is down"), facts.Noted("x")):
        record.acknowledge(action(fact))
        flushed = record.flush()
        assert flushed.commit
        assert flushed.pending == 0
        assert flushed.reason is None
    assert len(record.events(INCIDENT)[0]) == 2
    assert len(clone.record().open_heads()) >= 1


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_recording_leaves_the_clone_as_it_is(
    tmp_path: Path, state: Callable[[Clone], Clone]
) -> None:
    clone = state(make_clone(tmp_path / "clone"))
    mirror = clone.git_dir / "refs" / "heads" / "incident-log"
    before, mirror_before = photograph(clone), mirror.read_text() if mirror.exists() else None
    record_twice(clone, work_tree=None)
    assert photograph(clone) == before
    assert not (tmp_path / "hook-ran").exists()
    assert not (tmp_path / "gpg-ran").exists()
    if state is mirror_checked_out:
        assert mirror.read_text() == mirror_before
    else:
        assert clone.git("rev-parse", "incident-log") == clone.git(
            "rev-parse", "refs/incidentctl/log"
        )


# On a checkout of the mirror the files of the view are the user's own, and are left.
@pytest.mark.parametrize(
    "state", [staged_and_dirty, mid_merge, mid_rebase, detached, linked_worktree, failing_hooks]
)
def test_git_does_not_see_the_view(tmp_path: Path, state: Callable[[Clone], Clone]) -> None:
    clone = state(make_clone(tmp_path / "clone"))
    before = clone.git("status", "--porcelain")
    record_twice(clone, work_tree=clone.path)
    assert clone.git("status", "--porcelain") == before
    assert list((clone.path / "incidents").rglob("log.md"))


def test_a_bare_repository(tmp_path: Path) -> None:
    clone = make_clone(tmp_path / "bare", "--bare")
    before = photograph(clone)
    record_twice(clone, work_tree=None)
    assert {k: v for k, v in photograph(clone).items() if k not in before} == {}


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    clone = make_clone(tmp_path / "clone", commit=False)
    before = photograph(clone)
    record_twice(clone, work_tree=None)
    assert photograph(clone) == before
    clone.git("rev-parse", "refs/incidentctl/log")


def test_called_from_a_hook_of_another_repository(
    clone: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_clone(tmp_path / "other")
    for name, value in {
        "GIT_DIR": str(other.git_dir), "GIT_INDEX_FILE": str(other.git_dir / "index"),
        "GIT_WORK_TREE": str(other.path), "GIT_OBJECT_DIRECTORY": str(other.git_dir / "objects"),
        "GIT_QUARANTINE_PATH": str(other.git_dir / "objects"), "GIT_NAMESPACE": "x",
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.hooksPath", "GIT_CONFIG_VALUE_0": "/x",
        "GIT_TRACE": "1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    record = clone.record(environment=dict(os.environ))
    record.acknowledge(action(facts.Declared("t")))
    assert record.flush().commit
    monkeypatch.undo()
    assert len(clone.logged_ids()) == 1
    assert other.git("for-each-ref", "refs/incidentctl") == ""
