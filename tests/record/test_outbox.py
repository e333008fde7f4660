from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.record.kit import INCIDENT, Clone, action, make_clone

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.event_json import EventError, encode
from incidentctl.domain.incident.ids import ulid
from incidentctl.errors import EnvironmentFailedError, InvalidDataError
from incidentctl.record.sync.sent import unsynced
from incidentctl.record.write import outbox

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")


def test_an_action_is_one_file_that_reads_back(tmp_path: Path) -> None:
    stated = action(facts.Declared("ünïcode ⏎"), facts.Noted("x"), summary="all\nof it")
    path = outbox.write(tmp_path / "a" / "outbox", stated)
    assert [path] == outbox.paths([tmp_path / "a" / "outbox", tmp_path / "missing"])
    read = outbox.read(path)
    assert read is not None
    assert (read.incident, read.author, read.summary) == (INCIDENT, stated.author, "all\nof it")
    assert list(read.entries.values()) == [encode(event) for event in stated.events]
    assert outbox.incident_of(path) == INCIDENT


def test_the_same_action_is_never_overwritten(tmp_path: Path) -> None:
    stated = action(facts.Noted("x"))
    outbox.write(tmp_path, stated)
    with pytest.raises(FileExistsError):
        outbox.write(tmp_path, stated)
    assert len(list(tmp_path.iterdir())) == 1


def test_actions_together_are_on_disk_before_one_has_its_name(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, steps = clone.record(), list[str]()
    record.acknowledge(action(facts.Declared("t")))
    record.flush()
    sync, link = os.fsync, os.link

    def noted_sync(descriptor: int) -> None:
        sync(descriptor)
        steps.append("sync")

    def noted_link(*given: Path) -> None:
        link(*given)
        steps.append("link")

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(os, "link", noted_link)
    record.acknowledge_all([action(facts.Noted(str(number))) for number in range(3)])
    assert steps == ["sync"] * 3 + ["link"] * 3 + ["sync"]
    monkeypatch.undo()
    assert len(clone.outbox()) == 3
    flushed = record.flush()
    assert (flushed.pending, bool(flushed.commit)) == (0, True)
    assert len(record.events(INCIDENT)[0]) == 4


def test_of_actions_together_one_that_cannot_be_written_there_is_kept_elsewhere(
    clone: Clone,
) -> None:
    state = clone.git_dir / "incidentctl"
    state.mkdir(exist_ok=True)
    (state / "outbox").write_text("in the way")
    record = clone.record()
    record.acknowledge_all([action(facts.Declared("t")), action(facts.Noted("x"))])
    assert record.pending() == 2
    (state / "outbox").unlink()
    assert record.flush().pending == 0
    assert len(record.events(INCIDENT)[0]) == 2


def test_of_actions_together_one_that_can_never_be_committed_is_refused(clone: Clone) -> None:
    with pytest.raises(InvalidDataError, match="at most 65536 bytes"):
        clone.record().acknowledge_all(
            [action(facts.Declared("t")), action(facts.Noted("x" * 70_000))]
        )
    assert len(clone.outbox()) == 1


def test_too_large_an_event_is_refused_and_leaves_nothing(clone: Clone) -> None:
    with pytest.raises(InvalidDataError, match="at most 65536 bytes"):
        clone.record().acknowledge(action(facts.Noted("x" * 70_000)))
    assert clone.outbox() == []


def test_what_could_not_be_read_back_is_not_acknowledged(clone: Clone) -> None:
    fine = action(facts.Declared("t"), facts.Noted("x"))
    first, second = fine.events
    for wrong in (
        fine._replace(incident="inc-2026-x"),
        fine._replace(incident=f"../{INCIDENT}"),
        fine._replace(events=()),
        fine._replace(events=(first._replace(id="1"), second)),
        fine._replace(events=(first, second._replace(id="x" * 26))),
        fine._replace(events=(first, first._replace(by="bob"))),
        fine._replace(events=(first._replace(by=""), second)),
    ):
        with pytest.raises(EventError):
            outbox.write(clone.git_dir / "incidentctl" / "outbox", wrong)
        with pytest.raises(InvalidDataError):
            clone.record().acknowledge(wrong)
    assert clone.outbox() == []
    assert not clone.fallback.exists()
    assert clone.record().acknowledge(fine).path.exists()


def test_a_folder_that_cannot_be_made_moves_the_outbox(clone: Clone) -> None:
    (clone.git_dir / "incidentctl").write_text("in the way")
    record = clone.record()
    result = record.acknowledge(action(facts.Declared("t")))
    assert str(clone.fallback) in str(result.note)
    assert len(record.events(INCIDENT)[0]) == 1
    flushed = record.flush()
    assert (flushed.commit, flushed.pending) == (None, 1)
    assert "cannot be written" in str(flushed.reason)
    (clone.git_dir / "incidentctl").unlink()
    flushed = clone.record().flush()
    assert flushed.pending == 0
    assert len(clone.logged_ids()) == 1


def test_another_repository_does_not_take_the_fallback_s_events(
    clone: Clone, tmp_path: Path
) -> None:
    (clone.git_dir / "incidentctl").write_text("in the way")
    clone.record().acknowledge(action(facts.Declared("t")))
    other = make_clone(tmp_path / "other")
    assert other.fallback == clone.fallback
    assert other.record().flush().pending == 0
    assert other.logged_ids() == []
    assert clone.record().pending() == 1


def test_nothing_is_acknowledged_when_both_folders_fail(clone: Clone) -> None:
    (clone.git_dir / "incidentctl").write_text("in the way")
    clone.fallback.write_text("in the way")
    with pytest.raises(EnvironmentFailedError, match="Nothing was recorded"):
        clone.record().acknowledge(action(facts.Declared("t")))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=900k", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a tmpfs cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@AS_ROOT
def test_a_full_disk_gives_no_false_acknowledgement(small_disk: Path) -> None:
    clone = make_clone(small_disk / "clone")
    record = clone.record()  # the fallback is on the same disk
    acknowledged = []

    def fill() -> None:
        for _ in range(2000):
            stated = action(facts.Noted("x" * 2000))
            record.acknowledge(stated)
            acknowledged.append(stated.events[0].id)

    with pytest.raises(EnvironmentFailedError, match="the disk is full"):
        fill()
    assert len(acknowledged) > 20
    flushed = record.flush()  # no room for it
    assert flushed.commit is None
    held = {event.id for event in clone.record().events(INCIDENT)[0]}
    assert held == set(acknowledged)
    subprocess.run(["mount", "-o", "remount,size=50m", str(small_disk)], check=True)
    assert clone.record().flush().pending == 0
    assert sorted(clone.logged_ids()) == sorted(acknowledged)


@AS_ROOT
def test_a_read_only_git_directory(clone: Clone) -> None:
    clone.declare()
    git_dir = str(clone.git_dir)
    if subprocess.run(["mount", "--bind", git_dir, git_dir], check=False).returncode:
        pytest.skip("a folder cannot be mounted here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", git_dir], check=True)
        record = clone.record()
        result = record.acknowledge(action(facts.Noted("x")))
        assert "kept in" in str(result.note)
        flushed = record.flush()
        assert (flushed.commit, flushed.pending) == (None, 1)
        assert "cannot be written" in str(flushed.reason)
        assert len(record.events(INCIDENT)[0]) == 2
        assert [head.id for head in record.open_heads()] == [INCIDENT]
    finally:
        subprocess.run(["umount", git_dir], check=True)
    assert clone.record().flush().pending == 0
    assert len(clone.logged_ids()) == 2


def need_strace() -> None:
    if not shutil.which("strace"):
        if os.environ.get("INCIDENTCTL_REQUIRE_ALL") == "1":
            pytest.fail("strace is missing")
        pytest.skip("strace is missing")


def test_file_and_folder_are_on_disk_before_the_acknowledgement(
    clone: Clone, tmp_path: Path
) -> None:
    need_strace()
    trace = tmp_path / "trace"
    worker = [sys.executable, "-m", "tests.record.kit", str(clone.git_dir), str(tmp_path / "f")]
    calls = "trace=openat,write,fsync,link,linkat,unlink"
    subprocess.run(
        ["strace", "-y", "-o", str(trace), "-e", calls, *worker, INCIDENT, "x"],
        check=True, capture_output=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    lines = trace.read_text().splitlines()
    acknowledged = next(n for n, line in enumerate(lines) if "write(1" in line and '"ACK ' in line)
    before = [line for line in lines[:acknowledged] if "/incidentctl" in line or "fsync" in line]
    box = str(clone.git_dir / "incidentctl" / "outbox")

    def at(start: str, part: str) -> int:
        return max(n for n, line in enumerate(before) if line.startswith(start) and part in line)

    written = at("write(", f"<{box}/.")
    synced = at("fsync(", f"<{box}/.")
    linked = at("link", box)
    folder = at("fsync(", f"<{box}>")
    assert written < synced < linked < folder
    # A folder that is new is in its parent, on disk, too.
    at("fsync(", f"<{clone.git_dir}>")
    at("fsync(", f"<{clone.git_dir}/incidentctl>")


def test_the_log_is_on_disk_before_an_event_is_forgotten(clone: Clone, tmp_path: Path) -> None:
    need_strace()
    trace = tmp_path / "trace"
    worker = [sys.executable, "-m", "tests.record.kit", str(clone.git_dir), str(tmp_path / "f")]
    subprocess.run(
        ["strace", "-fy", "-o", str(trace), "-e", "trace=fsync,rename", *worker, INCIDENT, "x"],
        check=True, capture_output=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    lines = trace.read_text().splitlines()
    forgotten = max(n for n, line in enumerate(lines) if "/outbox/0" in line and "rename(" in line)
    objects = [n for n, line in enumerate(lines) if "fsync" in line and "/objects/" in line]
    ref = [n for n, line in enumerate(lines) if "fsync" in line and "/incidentctl/log.lock" in line]
    assert len(objects) >= 7  # two blobs, five folders, a commit; each a loose file
    assert ref
    assert max(*objects, *ref) < forgotten


@pytest.mark.parametrize("kind", ["link to nowhere", "link out", "pipe", "folder"])
def test_what_is_no_file_in_an_outbox_hangs_nobody(clone: Clone, tmp_path: Path, kind: str) -> None:
    clone.declare()
    box = clone.git_dir / "incidentctl" / "outbox"
    box.mkdir(exist_ok=True)
    path = box / f"{ulid(1_795_000_000_000, 1)}~{INCIDENT}"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        (tmp_path / "there").write_text("x")
        path.symlink_to(tmp_path / ("there" if kind == "link out" else "nowhere"))
    record = clone.record(remote="origin")
    record.acknowledge(action(facts.Noted("b")))
    flushed = record.flush()
    assert flushed.commit
    assert any("damaged" in note for note in flushed.notes)
    assert record.unsynced() is not None
    assert path.is_symlink() or path.exists()


def test_what_an_alert_says_waits_since_it_came_and_not_since_it_began(tmp_path: Path) -> None:
    began = datetime(2026, 11, 24, 9, tzinfo=UTC)
    name = ulid(int(began.timestamp() * 1000), 1)
    file = tmp_path / f"{name}~{INCIDENT}"
    file.write_text("{}\n{}\n")
    assert unsynced([tmp_path]) == (1, began)
    file.rename(tmp_path / f"{name}~alr-20261124-0900-bcdfghjk")
    events, since = unsynced([tmp_path])
    assert events == 1
    assert since is not None
    assert abs(since.timestamp() - time.time()) < 60
