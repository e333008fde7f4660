from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.record.kit import INCIDENT, OTHER, Clone, action, shown_in

from incidentctl.domain.incident import facts
from incidentctl.record.write.view import View

ROOT = Path(__file__).parents[2]
LOG = f"incidents/2026/11/{INCIDENT}/log.md"


@pytest.fixture
def view(tmp_path: Path) -> View:
    (tmp_path / "tree").mkdir()
    return View(tmp_path / "tree", tmp_path / "state")


def show(view: View, log: str) -> str | None:
    return view.show(INCIDENT, lambda: log)


def test_it_writes_what_git_does_not_see(view: View, tmp_path: Path) -> None:
    assert show(view, "one") is None
    assert show(view, "two") is None
    assert shown_in(tmp_path / "tree") == "two"
    assert (tmp_path / "tree" / "incidents" / ".gitignore").read_text() == "*\n"
    assert not list((tmp_path / "tree").rglob(".log*"))


def test_a_file_that_somebody_changed_is_left_and_told(view: View, tmp_path: Path) -> None:
    show(view, "one")
    path = tmp_path / "tree" / LOG
    path.write_text("mine")
    assert "left alone" in str(show(view, "two"))
    assert path.read_text() == "mine"
    path.unlink()
    assert show(view, "two") is None
    assert shown_in(tmp_path / "tree") == "two"


@pytest.mark.parametrize(
    "change", [("one", "ONE"), ("\n", "\r\n"), (" it: ", " it: 0"), (" -->\n", " -->\nmine")]
)
def test_each_change_of_what_was_written_is_seen(
    view: View, tmp_path: Path, change: tuple[str, str]
) -> None:
    show(view, "one\n")
    path = tmp_path / "tree" / LOG
    mine = path.read_bytes().replace(*(word.encode() for word in change))
    path.write_bytes(mine)
    assert "left alone" in str(show(view, "two\n"))
    assert path.read_bytes() == mine


def test_what_was_written_is_known_where_the_notes_are_of_another_time(
    view: View, tmp_path: Path
) -> None:
    """As in a copy of a repository in use, or where a new clone has the old work tree."""
    show(view, "one\n")
    shutil.rmtree(tmp_path / "state")
    assert show(view, "two\n") is None
    assert shown_in(tmp_path / "tree") == "two\n"


def test_what_an_earlier_version_wrote_is_written_again(view: View, tmp_path: Path) -> None:
    path = tmp_path / "tree" / LOG
    path.parent.mkdir(parents=True)
    (tmp_path / "state").mkdir()
    path.write_text("one")
    note = tmp_path / "state" / INCIDENT
    digests = [hashlib.sha256(text).hexdigest() for text in (b"none", b"one")]
    note.write_text("\n".join(digests))
    assert show(view, "two") is None
    assert shown_in(tmp_path / "tree") == "two"
    path.write_text("mine")
    assert "left alone" in str(show(view, "three"))


def test_a_file_that_was_there_before_is_left(view: View, tmp_path: Path) -> None:
    path = tmp_path / "tree" / LOG
    path.parent.mkdir(parents=True)
    path.write_text("theirs")
    assert "left alone" in str(show(view, "one"))
    assert path.read_text() == "theirs"


@pytest.mark.parametrize("part", ["incidents", "incidents/2026/11", LOG])
def test_a_symbolic_link_is_not_followed(view: View, tmp_path: Path, part: str) -> None:
    away = tmp_path / "away"
    away.mkdir()
    link = tmp_path / "tree" / part
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(away / "file" if part == LOG else away)
    assert "symbolic link" in str(show(view, "one"))
    assert list(away.iterdir()) == []


def test_a_file_in_the_way_is_told(view: View, tmp_path: Path) -> None:
    (tmp_path / "tree" / "incidents").write_text("")
    assert "could not be written" in str(show(view, "one"))


def test_a_flush_shows_the_incident_in_this_work_tree(clone: Clone) -> None:
    record = clone.record(work_tree=clone.path)
    record.acknowledge(action(facts.Declared("t")))
    assert record.flush().notes == ()
    shown = shown_in(clone.path)
    assert shown == clone.git("show", f"incident-log:{LOG}")
    (clone.path / LOG).write_text("mine")
    record.acknowledge(action(facts.Noted("x")))
    assert "left alone" in record.flush().notes[0]


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
    assert shown_in(other) == there.git("show", f"incident-log:{LOG}")


def test_a_folder_of_the_users_own_stays_seen_by_git(view: View, tmp_path: Path) -> None:
    own = tmp_path / "tree" / "incidents"
    own.mkdir()
    (own / "old.md").write_text("theirs")
    assert show(view, "one") is None
    assert not (own / ".gitignore").exists()
    assert (own / "2026" / ".gitignore").read_text() == "*\n"


def say(clone: Clone, *texts: str, crash_at: str = "") -> subprocess.Popen[str]:
    """Note something in a process of its own."""
    program = [sys.executable, "-m", "tests.record.kit", str(clone.git_dir), str(clone.fallback)]
    return subprocess.Popen(
        [*program, INCIDENT, *texts], stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env=os.environ | {"INCIDENTCTL_CRASH_AT": crash_at, "WORK_TREE": str(clone.path)},
    )  # fmt: skip


def pass_time(clone: Clone) -> list[str]:
    """Let what somebody owes be older than any command takes; return what it is."""
    owed = sorted((clone.git_dir / "incidentctl/view/owed").iterdir())
    for path in owed:
        os.utime(path, (0, 0))
    return [path.name for path in owed]


@pytest.mark.parametrize("point", ["flush.imported", "flush.unlocked", "view.noted"])
def test_what_somebody_was_killed_before_showing_is_shown_by_the_next(
    clone: Clone, point: str
) -> None:
    record = clone.record(work_tree=clone.path)
    record.acknowledge(action(facts.Declared("t")))
    record.flush()
    before = shown_in(clone.path)
    killed = say(clone, "x", crash_at=point)
    killed.communicate(timeout=30)
    assert killed.returncode == -signal.SIGKILL
    record.acknowledge(action(facts.Declared("t"), incident=OTHER))
    record.flush()
    assert shown_in(clone.path) == before  # it may be at work still
    assert pass_time(clone) == [INCIDENT]
    record.acknowledge(action(facts.Noted("y"), incident=OTHER))
    assert record.flush().notes == ()
    shown = shown_in(clone.path)
    assert shown == clone.git("show", f"incident-log:{LOG}") != before
    assert pass_time(clone) == []


def test_who_writes_at_the_same_time_leaves_the_newest(clone: Clone) -> None:
    record = clone.record(work_tree=clone.path)
    record.acknowledge(action(facts.Declared("t")))
    record.flush()
    workers = [say(clone, *(f"{n}" for n in range(8))) for _ in range(4)]
    outputs = [worker.communicate(timeout=60)[0] for worker in workers]
    assert not [line for text in outputs for line in text.splitlines() if line.startswith("NOTE")]
    shown = shown_in(clone.path)
    assert shown.count("noted") == 32
    assert shown == clone.git("show", f"incident-log:{LOG}")
    assert pass_time(clone) == []
