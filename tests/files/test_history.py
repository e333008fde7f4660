"""The team's YAML as it was at a commit."""

from __future__ import annotations

import os
import shutil

import pytest

from incidentctl.errors import EnvironmentFailedError, NotFoundError
from incidentctl.files.history.export import export
from incidentctl.files.history.search import TeamHistory


@pytest.fixture(params=["sha1", "sha256"])
def repository(tmp_path, git, request):
    root = tmp_path / "repository"
    (root / "sub/services").mkdir(parents=True)
    (root / "sub/incidentctl.yaml").write_text("organisation: One\n")
    (root / "sub/services/a.yaml").write_text("name: a\n")
    (root / "sub/README.md").write_text("no YAML\n")
    (root / "sub/services/link.yaml").symlink_to("/etc/passwd")
    git(tmp_path, "init", "-q", f"--object-format={request.param}", str(root))
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    git(root, "tag", "first")
    (root / "sub/incidentctl.yaml").write_text("organisation: Two\n")
    git(root, "rm", "-q", "sub/services/a.yaml")
    git(root, "commit", "-qam", "two")
    return root


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


@pytest.mark.parametrize("revision", ["first", "HEAD~1", "main~1"])
def test_the_files_as_they_were(tmp_path, repository, git, revision):
    into = tmp_path / "into"
    before = git(repository, "status", "--porcelain")
    commit = export(repository / "sub", revision, into=into)
    assert commit == git(repository, "rev-parse", revision).strip()
    assert files(into) == ["incidentctl.yaml", "services/a.yaml"]
    assert (into / "incidentctl.yaml").read_text() == "organisation: One\n"
    assert git(repository, "status", "--porcelain") == before


def test_from_the_top_and_by_a_short_id(tmp_path, repository, git):
    short = git(repository, "rev-parse", "--short", "HEAD").strip()
    export(repository, short, into=tmp_path / "into")
    assert files(tmp_path / "into") == ["sub/incidentctl.yaml"]


def test_the_variables_of_a_hook_lead_it_nowhere_else(tmp_path, repository, git, monkeypatch):
    other = tmp_path / "other"
    git(tmp_path, "init", "-q", str(other))
    for name, value in {
        "GIT_DIR": other / ".git", "GIT_WORK_TREE": other, "GIT_COMMON_DIR": other / ".git",
        "GIT_OBJECT_DIRECTORY": other / ".git/objects", "GIT_INDEX_FILE": other / ".git/index",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, str(value))
    export(repository / "sub", "first", into=tmp_path / "into")
    assert files(tmp_path / "into") == ["incidentctl.yaml", "services/a.yaml"]


@pytest.mark.parametrize("revision", ["nothing", "HEAD~99", "--help", "-1", "", "a b", "HEAD:sub"])
def test_an_unknown_revision_is_refused(tmp_path, repository, revision):
    with pytest.raises(NotFoundError, match="commit"):
        export(repository / "sub", revision, into=tmp_path / "into")


def test_a_folder_that_did_not_exist_yet(tmp_path, repository):
    (repository / "new").mkdir()
    with pytest.raises(NotFoundError, match="did not exist"):
        export(repository / "new", "first", into=tmp_path / "into")


def test_outside_of_a_repository(tmp_path):
    with pytest.raises(EnvironmentFailedError, match="not in a git repository"):
        export(tmp_path, "HEAD", into=tmp_path / "into")


def test_a_git_that_ends_while_it_is_asked_is_told(tmp_path, repository, monkeypatch):
    """As by the out-of-memory killer: `drill check` must not end as if there were nothing."""
    real, folder = shutil.which("git"), tmp_path / "bin"
    folder.mkdir()
    (folder / "git").write_text(
        f'#!/bin/sh\ncase "$*" in *cat-file*) kill -9 $$;; esac\nexec {real} "$@"\n'
    )
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    with pytest.raises(EnvironmentFailedError, match="not run to its end"):
        export(repository / "sub", "first", into=tmp_path / "into")
    history = TeamHistory(repository)
    with pytest.raises(EnvironmentFailedError, match="not run to its end"):
        list(history.texts())
    history.close()
