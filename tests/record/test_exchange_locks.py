"""What a killed git leaves behind must not end exchanges for ever."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tests.record.kit import AUTHOR, OTHER, Clone, make_clone
from tests.record.sharing import say

from incidentctl.domain.incident import facts
from incidentctl.record.write.lock import Lock


@pytest.mark.parametrize("name", ["refs/incidentctl/merge", "refs/remotes/origin/incident-log"])
@pytest.mark.parametrize(("age", "state"), [(0.0, "misconfigured"), (120.0, "ok")])
def test_the_lock_of_a_killed_git_is_taken_away_once_it_is_old(
    ann: Clone, bob: Clone, name: str, age: float, state: str
) -> None:
    say(ann, facts.Noted("x"), incident="inc-20261124-1401-k7f")
    done = ann.record(remote="origin").exchange(AUTHOR, limit=30.0)
    assert done is not None
    assert done.state == "ok"
    say(bob, facts.Noted("x"), incident=OTHER)
    lock = bob.git_dir / f"{name}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    os.utime(lock, (time.time() - age,) * 2)
    done = bob.record(remote="origin").exchange(AUTHOR, limit=30.0)
    assert done is not None
    assert done.state == state, done.reason
    assert lock.exists() is (state != "ok")


def test_what_a_remote_s_helper_leaves_running_holds_no_lock(ann: Clone, tmp_path: Path) -> None:
    """As `git credential-cache--daemon` does for a quarter of an hour."""
    daemon = tmp_path / "ssh"
    daemon.write_text(
        f"#!/bin/sh\nsetsid sleep 60 >/dev/null 2>&1 &\necho $! >> {tmp_path}/pids\nexit 1\n"
    )
    daemon.chmod(0o755)
    ann.git("config", "core.sshCommand", str(daemon))
    ann.git("remote", "set-url", "origin", "ssh://nowhere/x.git")
    say(ann, facts.Noted("x"), incident=OTHER)
    record = ann.record(remote="origin")
    lock = Lock(ann.git_dir / "incidentctl/lock", record.remote()._git)
    assert lock.take()
    try:
        assert record.remote().heads(until=time.monotonic() + 5)[0].state != "ok"
        lock.release()
        assert Lock(ann.git_dir / "incidentctl/lock").take()
    finally:
        for pid in (tmp_path / "pids").read_text().split():
            os.kill(int(pid), signal.SIGKILL)


def test_what_a_remote_s_helper_leaves_running_is_not_waited_for(tmp_path: Path) -> None:
    """It has the stderr of the git that started it, as the master of an old ssh has."""
    ann = make_clone(tmp_path / "ann")
    daemon = tmp_path / "ssh"
    daemon.write_text(
        "#!/bin/sh\nsleep 60 >/dev/null </dev/null &\n"
        "echo 'Permission denied (publickey).' >&2\nexit 1\n"
    )
    daemon.chmod(0o755)
    ann.git("config", "core.sshCommand", str(daemon))
    ann.git("remote", "add", "origin", "ssh://nowhere/x.git")
    began = time.monotonic()
    answer, _ = ann.record(remote="origin").remote().heads(until=began + 15)
    assert time.monotonic() - began < 10
    assert answer.state == "misconfigured"
    assert "Permission denied" in str(answer.reason)


def test_a_released_lock_is_free_though_another_thread_starts_a_program_just_then(
    tmp_path: Path,
) -> None:
    """Between its fork and its exec, a child has a copy of each descriptor."""
    lock = Lock(tmp_path / "lock")
    assert lock.take()
    child = os.fork()
    if child == 0:
        signal.pause()
    try:
        assert not Lock(tmp_path / "lock").take()
        lock.release()
        assert Lock(tmp_path / "lock").take()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_a_lock_that_a_child_inherits_is_held_until_the_child_ends(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "lock")
    assert lock.take()
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, pass_fds=(lock.share(),)):
        lock.release()
        assert not Lock(tmp_path / "lock").take()
    assert Lock(tmp_path / "lock").take()
