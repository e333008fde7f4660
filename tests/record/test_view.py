from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.record.kit import INCIDENT, Clone, action

from incidentctl.domain import facts
from incidentctl.record.view import View

LOG = f"incidents/2026/11/{INCIDENT}/log.md"


@pytest.fixture
def view(tmp_path: Path) -> View:
    (tmp_path / "tree").mkdir()
    return View(tmp_path / "tree", tmp_path / "state")


def test_it_writes_what_git_does_not_see(view: View, tmp_path: Path) -> None:
    assert view.show(INCIDENT, "one") is None
    assert view.show(INCIDENT, "two") is None
    assert (tmp_path / "tree" / LOG).read_text() == "two"
    assert (tmp_path / "tree" / "incidents" / ".gitignore").read_text() == "*\n"
    assert not list((tmp_path / "tree").rglob(".log*"))


def test_a_file_that_somebody_changed_is_left_and_told(view: View, tmp_path: Path) -> None:
    view.show(INCIDENT, "one")
    path = tmp_path / "tree" / LOG
    path.write_text("mine")
    assert "left as it is" in str(view.show(INCIDENT, "two"))
    assert path.read_text() == "mine"
    path.unlink()
    assert view.show(INCIDENT, "two") is None
    assert path.read_text() == "two"


def test_a_file_that_was_there_before_is_left(view: View, tmp_path: Path) -> None:
    path = tmp_path / "tree" / LOG
    path.parent.mkdir(parents=True)
    path.write_text("theirs")
    assert "left as it is" in str(view.show(INCIDENT, "one"))
    assert path.read_text() == "theirs"


@pytest.mark.parametrize("part", ["incidents", "incidents/2026/11", LOG])
def test_a_symbolic_link_is_not_followed(view: View, tmp_path: Path, part: str) -> None:
    away = tmp_path / "away"
    away.mkdir()
    link = tmp_path / "tree" / part
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(away / "file" if part == LOG else away)
    assert "symbolic link" in str(view.show(INCIDENT, "one"))
    assert list(away.iterdir()) == []


def test_a_file_in_the_way_is_told(view: View, tmp_path: Path) -> None:
    (tmp_path / "tree" / "incidents").write_text("")
    assert "could not be written" in str(view.show(INCIDENT, "one"))


def test_a_flush_shows_the_incident_in_this_work_tree(clone: Clone) -> None:
    record = clone.record(work_tree=clone.path)
    record.acknowledge(action(facts.Declared("t")))
    assert record.flush().notes == ()
    shown = (clone.path / LOG).read_text()
    assert shown == clone.git("show", f"incident-log:{LOG}")
    (clone.path / LOG).write_text("mine")
    record.acknowledge(action(facts.Noted("x")))
    assert "left as it is" in record.flush().notes[0]


def test_the_view_shows_what_is_only_acknowledged(clone: Clone) -> None:
    record = clone.record(work_tree=clone.path)
    record.acknowledge(action(facts.Declared("t")))
    (clone.git_dir / "refs" / "incidentctl").mkdir(parents=True)
    (clone.git_dir / "refs" / "incidentctl" / "log.lock").touch()
    assert record.flush().commit is None
    assert "declared" in (clone.path / LOG).read_text()


def test_the_log_of_a_checkout_of_the_mirror_is_git_s(clone: Clone) -> None:
    clone.git("config", "core.excludesFile", "")
    record = clone.record(work_tree=clone.path)
    record.acknowledge(action(facts.Declared("t")))
    record.flush()
    clone.git("checkout", "-q", "incident-log")
    record.acknowledge(action(facts.Noted("x")))
    assert record.flush().notes == ()
    assert clone.git("status", "--porcelain") == ""


@pytest.mark.parametrize("how", ["moved", "copied"])
def test_a_repository_that_was_moved_or_copied_goes_on(
    clone: Clone, tmp_path: Path, how: str
) -> None:
    record = clone.record(work_tree=clone.path)
    record.acknowledge(action(facts.Declared("t")))
    record.flush()
    other = tmp_path / "other"
    if how == "moved":
        clone.path.rename(other)
    else:
        shutil.copytree(clone.path, other, symlinks=True)
    there = clone._replace(path=other, git_dir=other / ".git")
    record = there.record(work_tree=other)
    record.acknowledge(action(facts.Noted("x")))
    assert record.flush().notes == ()
    assert (other / LOG).read_text() == there.git("show", f"incident-log:{LOG}")


def test_a_folder_of_the_users_own_stays_seen_by_git(view: View, tmp_path: Path) -> None:
    own = tmp_path / "tree" / "incidents"
    own.mkdir()
    (own / "old.md").write_text("theirs")
    assert view.show(INCIDENT, "one") is None
    assert not (own / ".gitignore").exists()
    assert (own / "2026" / ".gitignore").read_text() == "*\n"
