from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.record.kit import SHUT_OUT, Clone, action, make_clone

from incidentctl.domain.incident import facts
from incidentctl.errors import EnvironmentFailedError
from incidentctl.git.repository import Identity, head_commit, identity, open_repository
from incidentctl.record.local import init_local

ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **SHUT_OUT}
NO_GIT = {"PATH": "/nonexistent"}


def test_it_finds_the_repository_upward_without_git(clone: Clone) -> None:
    below = clone.path / "a" / "b"
    below.mkdir(parents=True)
    place = open_repository(below, NO_GIT)
    assert place == (clone.git_dir, clone.git_dir, clone.path, False)
    assert head_commit(place, NO_GIT) == clone.git("rev-parse", "HEAD").strip()


def test_there_is_none(tmp_path: Path) -> None:
    assert open_repository(tmp_path, NO_GIT) is None
    (tmp_path / ".git").mkdir()
    assert open_repository(tmp_path, NO_GIT) is None
    (tmp_path / ".git").rmdir()
    (tmp_path / ".git").write_text("gitdir: /nowhere\n")
    assert open_repository(tmp_path, NO_GIT) is None


def test_a_linked_worktree_shares_the_record(clone: Clone, tmp_path: Path) -> None:
    clone.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    clone.git("commit", "-q", "--allow-empty", "-m", "more")
    place = open_repository(tmp_path / "linked", NO_GIT)
    assert place is not None
    assert place.common_dir == clone.git_dir
    assert place.work_tree == tmp_path / "linked"
    assert head_commit(place, NO_GIT) == clone.git("rev-parse", "side").strip()
    assert head_commit(place, NO_GIT) != clone.git("rev-parse", "main").strip()


def test_a_bare_one_a_git_dir_and_a_submodule(clone: Clone, tmp_path: Path) -> None:
    bare = make_clone(tmp_path / "bare", "--bare")
    place = open_repository(bare.path, NO_GIT, named=True)
    assert place == (bare.path, bare.path, None, True)
    assert head_commit(place, NO_GIT) is None
    assert open_repository(clone.git_dir, NO_GIT, named=True) == (
        clone.git_dir,
        clone.git_dir,
        None,
        False,
    )
    clone.git(
        "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(clone.path), "sub"
    )  # fmt: skip
    place = open_repository(clone.path / "sub", NO_GIT)
    assert place is not None
    assert place.common_dir == clone.git_dir / "modules" / "sub"
    assert place.work_tree == clone.path / "sub"


@pytest.mark.parametrize("state", ["packed", "detached", "unborn", "odd"])
def test_the_commit_that_is_checked_out(clone: Clone, state: str) -> None:
    commit: str | None = clone.git("rev-parse", "HEAD").strip()
    if state == "packed":
        clone.git("pack-refs", "--all")
    elif state == "detached":
        clone.git("checkout", "-q", "--detach")
    elif state == "unborn":
        clone.git("checkout", "-q", "--orphan", "new")
        commit = None
    else:
        (clone.git_dir / "HEAD").write_text("ref: ../../etc/passwd\n")
        commit = None
    place = open_repository(clone.path, ENVIRONMENT)
    assert place is not None
    assert head_commit(place, ENVIRONMENT) == commit


@pytest.mark.skipif(os.geteuid() != 0, reason="giving a folder away needs root")
def test_somebody_else_s_repository_is_refused_unless_trusted(clone: Clone, tmp_path: Path) -> None:
    for path in (clone.path, clone.git_dir):
        os.chown(path, 1234, 1234)
    with pytest.raises(EnvironmentFailedError, match="belongs to somebody else") as refusal:
        open_repository(clone.path, ENVIRONMENT)
    assert "safe.directory" in str(refusal.value.hint)
    config = tmp_path / "config"
    config.write_text(f"[safe]\n\tdirectory = {clone.path}\n")
    trusting = ENVIRONMENT | {"GIT_CONFIG_GLOBAL": str(config)}
    assert open_repository(clone.path, trusting) is not None


def test_who_is_at_work(clone: Clone) -> None:
    assert identity(clone.git_dir, ENVIRONMENT) == (None, None, None)
    clone.git("config", "user.name", "Alice ⏎")
    assert identity(clone.git_dir, ENVIRONMENT) == ("Alice ⏎", None, None)
    clone.git("config", "user.email", "alice@example.org")
    assert identity(clone.git_dir, ENVIRONMENT) == Identity("Alice ⏎", "alice@example.org")
    environment = ENVIRONMENT | {"GIT_AUTHOR_NAME": "Bob", "GIT_AUTHOR_EMAIL": "bob@example.org"}
    assert identity(clone.git_dir, environment) == ("Bob", "bob@example.org", None)
    assert identity(clone.git_dir, NO_GIT) == (None, None, "Git was not found")
    assert identity(clone.git_dir / "gone", ENVIRONMENT)[:2] == (None, None)


def test_the_local_record_is_made_once_and_works(tmp_path: Path) -> None:
    path = tmp_path / "state" / "local.git"
    first = init_local(path, ENVIRONMENT, branch="incident-log")
    assert init_local(path, NO_GIT, branch="incident-log") == first
    clone = Clone(path, first.common_dir, tmp_path / "fallback")
    record = clone.record()
    record.acknowledge(action(facts.Declared("t")))
    assert record.flush().commit == clone.git("rev-parse", "HEAD").strip()


def test_where_it_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentFailedError, match="cannot be created"):
        init_local(tmp_path / "file" / "local.git", ENVIRONMENT, branch="incident-log")


def test_without_git_the_folder_takes_what_is_acknowledged_and_is_made_later(
    tmp_path: Path,
) -> None:
    local = tmp_path / "local.git"
    place = init_local(local, NO_GIT, branch="incident-log")
    assert place.common_dir.is_dir()
    assert not (local / "HEAD").exists()
    assert init_local(local, ENVIRONMENT, branch="incident-log") == place
    assert (local / "HEAD").exists()


def test_a_bare_one_that_nobody_named_is_git_s_to_accept(tmp_path: Path) -> None:
    bare = make_clone(tmp_path / "bare", "--bare")
    below = bare.path / "refs"
    assert open_repository(below, ENVIRONMENT) == (bare.path, bare.path, None, True)
    config = tmp_path / "config"
    config.write_text("[safe]\n\tbareRepository = explicit\n")
    strict = ENVIRONMENT | {"GIT_CONFIG_GLOBAL": str(config)}
    for folder, named in ((bare.path, False), (below, False), (below, True)):
        with pytest.raises(EnvironmentFailedError, match="bare repository") as refusal:
            open_repository(folder, strict, named=named)
        assert f"incidentctl -C {bare.path}" in str(refusal.value.hint)
    assert open_repository(bare.path, strict, named=True) is not None


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("shape", ["bare", "git file", "git file into it", "commondir"])
def test_what_another_repository_has_as_its_content_is_none(
    clone: Clone, shape: str, named: bool
) -> None:
    """A stranger's clone brings it along, and its configuration would run programs."""
    tool = clone.path / "vendor" / "tool"
    evil = {"bare": tool, "git file into it": tool / "evil"}.get(shape, tool.parent / "evil")
    tool.mkdir(parents=True)
    make_clone(evil.parent / "made", "--bare")
    shutil.copytree(evil.parent / "made", evil, dirs_exist_ok=True)
    shutil.rmtree(evil.parent / "made")
    if shape == "commondir":
        other = tool / "worktree"
        other.mkdir()
        (other / "HEAD").write_text("ref: refs/heads/main\n")
        (other / "commondir").write_text(f"{evil}\n")
        evil = other
    if shape != "bare":
        (tool / ".git").write_text(f"gitdir: {os.path.relpath(evil, tool)}\n")
    for folder in (tool, tool / "refs" if shape == "bare" else tool):
        place = open_repository(folder, ENVIRONMENT, named=named)
        assert place is not None
        assert place.work_tree == clone.path


def test_its_own_git_directory_beside_the_git_file(tmp_path: Path) -> None:
    """As `git clone --bare x .bare` with worktrees beside it, which is a usual way to work."""
    project = tmp_path / "project"
    bare = make_clone(project / ".bare", "--bare")
    (project / ".git").write_text("gitdir: ./.bare\n")
    place = open_repository(project, NO_GIT)
    assert place is not None
    assert place.common_dir == bare.path
    tree = bare.git("hash-object", "-t", "tree", "-w", "/dev/null").strip()
    commit = bare.git("commit-tree", tree, "-m", "x").strip()
    bare.git("update-ref", "refs/heads/main", commit)
    bare.git("worktree", "add", "-q", str(project / "side"), "-b", "side")
    place = open_repository(project / "side", NO_GIT)
    assert place is not None
    assert (place.common_dir, place.work_tree) == (bare.path, project / "side")
