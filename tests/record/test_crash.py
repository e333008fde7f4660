"""Kill -9 at each named point and at random moments: nothing lost, nothing torn, nothing twice."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.record.kit import INCIDENT, Clone, action, work_in_a_fork

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.event_json import decode
from incidentctl.record.store.crash_points import FLUSH_POINTS

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("INCIDENTCTL_KILLS", "200"))


def start(clone: Clone, *texts: str, crash_at: str = "") -> subprocess.Popen[str]:
    worker = [sys.executable, "-m", "tests.record.kit", str(clone.git_dir), str(clone.fallback)]
    return subprocess.Popen(
        [*worker, INCIDENT, *texts], stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env=os.environ | {"INCIDENTCTL_CRASH_AT": crash_at},
    )  # fmt: skip


def told(lines: list[str], word: str) -> list[str]:
    return [line.split()[1] for line in lines if line.startswith(f"{word} ")]


def assert_all_stands(clone: Clone, acknowledged: set[str], begun: set[str]) -> None:
    """After a flush: all acknowledged events, whole, once; the outbox is empty."""
    held = {event.id for event in clone.record().events(INCIDENT)[0]}
    assert acknowledged <= held, "lost before the flush"
    deadline = time.monotonic() + 60
    while clone.record().flush().pending and time.monotonic() < deadline:
        time.sleep(0.1)  # a lock that a killed git left is taken away after two seconds
    ids = Counter(clone.logged_ids())
    assert acknowledged - set(ids) == set(), "lost"
    assert [ident for ident, count in ids.items() if count > 1] == [], "twice"
    assert set(ids) <= begun, "from nowhere"
    names = [name for name in clone.outbox() if not name.startswith(".")]
    assert names == []
    listed = clone.git("ls-tree", "-r", "refs/incidentctl/log").splitlines()
    for line in listed:
        if "/events/" in line:
            data = clone.git("cat-file", "blob", line.split()[2]).encode()
            assert decode(data).id == line.rpartition("/")[2][:26], "torn"


@pytest.mark.parametrize("point", FLUSH_POINTS)
def test_killed_at_a_named_point(clone: Clone, point: str) -> None:
    clone.declare()
    first = set(clone.logged_ids())
    process = start(clone, "x", crash_at=point)
    output = process.communicate(timeout=30)[0].splitlines()
    assert process.returncode == -signal.SIGKILL, "the point was not passed"
    acknowledged = first | set(told(output, "ACK"))
    assert (len(acknowledged) == 1) is point.startswith("outbox.")
    # The next command of anybody brings it in.
    record = clone.record()
    note = action(facts.Noted("next"))
    record.acknowledge(note)
    assert record.flush().pending == 0
    assert_all_stands(
        clone,
        acknowledged | {note.events[0].id},
        first | set(told(output, "BEGIN")) | {note.events[0].id},
    )


def descendants(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def kill(pid: int, *, children: bool) -> None:
    for each in (pid, *(descendants(pid) if children else [])):
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)


def test_killed_at_random_moments(clone: Clone) -> None:
    """Half of the time the git child is killed, too; else it works on without its parent.

    Each is a fork of a process that has imported everything: that takes longer than what is killed.
    """
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["tests.record.kit"])
    clone.declare()
    clone.git("config", "commit.gpgSign", "true")
    (clone.git_dir / "index.lock").touch()
    dice = random.Random(20261124)
    begun, acknowledged = set(clone.logged_ids()), set(clone.logged_ids())
    untouched = (clone.git_dir / "HEAD").read_bytes(), (clone.git_dir / "index").read_bytes()
    guard = threading.Lock()
    kills = [0]

    def one(delay: float, *, children: bool) -> None:
        reader, writer = forks.Pipe(duplex=False)
        texts = [f"note {n}" for n in range(30)]
        arguments = [str(clone.git_dir), str(clone.fallback), INCIDENT, *texts]
        process = forks.Process(target=work_in_a_fork, args=(arguments, writer))
        process.start()
        writer.close()
        assert process.pid is not None
        with reader, os.fdopen(os.dup(reader.fileno())) as output:
            lines = [output.readline()]  # up to the first event only Python starts
            timer = threading.Timer(delay, kill, (process.pid,), {"children": children})
            timer.start()
            lines += output.readlines()
        process.join()
        timer.cancel()
        with guard:
            kills[0] += process.exitcode == -signal.SIGKILL
            begun.update(told(lines, "BEGIN"))
            acknowledged.update(told(lines, "ACK"))

    while kills[0] < KILLS:
        threads = [
            threading.Thread(
                target=one, args=(dice.random() * 0.1,), kwargs={"children": dice.random() < 0.5}
            )
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(acknowledged) > KILLS / 2
    assert_all_stands(clone, acknowledged, begun)
    assert (clone.git_dir / "HEAD").read_bytes() == untouched[0]
    assert (clone.git_dir / "index").read_bytes() == untouched[1]
    clone.git("fsck", "--strict")


@pytest.mark.parametrize("count", [2, 8])
def test_several_processes_in_one_clone(clone: Clone, count: int) -> None:
    clone.declare()
    first = set(clone.logged_ids())
    processes = [start(clone, *(f"note {n}" for n in range(10))) for _ in range(count)]
    lines: list[str] = []
    for process in processes:
        lines += process.communicate(timeout=60)[0].splitlines()
        assert process.returncode == 0
    assert len(told(lines, "ACK")) == 10 * count
    # When the last has returned nothing waits for a next command.
    assert [name for name in clone.outbox() if not name.startswith(".")] == []
    assert sorted(clone.logged_ids()) == sorted([*first, *told(lines, "ACK")])
    commits = [line.split()[1] for line in lines if line.startswith("FLUSHED ")]
    known = set(clone.git("rev-list", "refs/incidentctl/log").split())
    assert {commit for commit in commits if commit != "None"} <= known
    assert len(known) == 1 + 10 * count  # one commit for each action


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("call", ["fsync", "link", "unlink", "rename", "mkdir"])
def test_an_error_at_the_nth_call_gives_no_false_acknowledgement(
    clone: Clone, call: str, error: str
) -> None:
    """Also in git, whose calls are counted with ours."""
    if shutil.which("strace") is None:
        if os.environ.get("INCIDENTCTL_REQUIRE_ALL") == "1":
            pytest.fail("strace is missing")
        pytest.skip("strace is missing")
    begun: set[str] = set()
    acknowledged: set[str] = set()
    for number in (1, 2, 4):
        worker = [sys.executable, "-m", "tests.record.kit", str(clone.git_dir), str(clone.fallback)]
        done = subprocess.run(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
             f"inject={call}:error={error}:when={number}", *worker, INCIDENT, "a", "b"],
            capture_output=True, text=True, cwd=ROOT, check=False,
        )  # fmt: skip
        lines = done.stdout.splitlines()
        begun |= set(told(lines, "BEGIN"))
        acknowledged |= set(told(lines, "ACK"))
        held = {event.id for event in clone.record().events(INCIDENT)[0]}
        assert acknowledged <= held, done.stderr
    assert acknowledged
    assert_all_stands(clone, acknowledged, begun)
