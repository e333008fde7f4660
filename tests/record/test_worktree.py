import os
from datetime import date

import pytest

from incidentctl.git.worktree import ShallowError, ignored, older_than, tracked

PRIVATE = "drills/a.private.yaml"


@pytest.fixture
def root(tmp_path, git):
    """A team's repository that is a folder of a git repository."""
    git(tmp_path, "init", "-q")
    folder = tmp_path / "incidents here"
    (folder / "drills").mkdir(parents=True)
    for name in ("a.yaml", "a.private.yaml", "ü\n.yaml"):
        (folder / "drills" / name).write_text("")
    return folder


def test_what_git_tracks_also_before_the_first_commit(root, git):
    assert tracked(root, os.environ, "drills") == frozenset()
    git(root, "add", "drills/a.private.yaml", "drills/ü\n.yaml")
    assert tracked(root, os.environ, "drills") == {PRIVATE, "drills/ü\n.yaml"}
    (root / PRIVATE).unlink()
    assert PRIVATE in tracked(root, os.environ, "drills")


def test_what_git_ignores(root, git):
    assert ignored(root, os.environ, PRIVATE) is False
    (root / ".gitignore").write_text("drills/*.private.yaml\n")
    assert ignored(root, os.environ, PRIVATE) is True
    assert ignored(root, os.environ, "drills/not-yet.private.yaml") is True
    assert ignored(root, os.environ, "drills/a.yaml") is False
    git(root, "add", "-f", PRIVATE)
    assert ignored(root, os.environ, PRIVATE) is False, "what is tracked is not ignored any more"


def test_how_old_it_is(root, git, monkeypatch):
    assert older_than(root, os.environ, date(2026, 3, 2)) is False, "it has not begun"
    git(root, "config", "user.name", "Alice")
    git(root, "config", "user.email", "alice@example.com")
    for day in ("2026-03-01", "2026-05-01"):
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"{day}T12:00:00Z")
        git(root, "commit", "-q", "--allow-empty", "-m", day)
    assert older_than(root, os.environ, date(2026, 3, 2)) is True
    assert older_than(root, os.environ, date(2026, 3, 1)) is False


def test_a_shallow_clone_may_not_know_how_old_it_is(root, git, tmp_path, monkeypatch):
    git(root, "config", "user.name", "Alice")
    git(root, "config", "user.email", "alice@example.com")
    for day in ("2026-03-01", "2026-05-01"):
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"{day}T12:00:00Z")
        git(root, "commit", "-q", "--allow-empty", "-m", day)
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{tmp_path}", "shallow")
    with pytest.raises(ShallowError, match="only the last commits"):
        older_than(tmp_path / "shallow", os.environ, date(2026, 4, 1))
    assert older_than(tmp_path / "shallow", os.environ, date(2026, 6, 1)) is True


def test_outside_of_a_repository(tmp_path):
    assert tracked(tmp_path, os.environ, "drills") == frozenset()
    assert ignored(tmp_path, os.environ, PRIVATE) is None
    assert older_than(tmp_path, os.environ, date(2026, 3, 1)) is None
