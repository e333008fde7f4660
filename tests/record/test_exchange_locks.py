"""What a killed git leaves behind must not end exchanges for ever."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from tests.record.kit import AUTHOR, OTHER, Clone, action, make_clone

from incidentctl.domain import facts


def clone_of(remote: Clone, name: str) -> Clone:
    path = remote.path.parent / name
    remote.git("clone", "-q", str(remote.path), str(path))
    return Clone(path, path / ".git", remote.path.parent / f"fallback-{name}")


def say(clone: Clone, incident: str) -> None:
    record = clone.record(remote="origin")
    record.acknowledge(action(facts.Noted("x"), incident=incident))
    assert record.flush().commit


@pytest.mark.parametrize("name", ["refs/incidentctl/merge", "refs/remotes/origin/incident-log"])
@pytest.mark.parametrize(("age", "state"), [(0.0, "misconfigured"), (120.0, "ok")])
def test_the_lock_of_a_killed_git_is_taken_away_once_it_is_old(
    tmp_path: Path, name: str, age: float, state: str
) -> None:
    remote = make_clone(tmp_path / "remote.git", "--bare")
    make_clone(tmp_path / "seed").git("push", "-q", str(remote.path), "main")
    ann, bob = clone_of(remote, "ann"), clone_of(remote, "bob")
    say(ann, "inc-20261124-1401-k7f")
    done = ann.record(remote="origin").exchange(AUTHOR, limit=30.0)
    assert done is not None
    assert done.state == "ok"
    say(bob, OTHER)
    lock = bob.git_dir / f"{name}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    os.utime(lock, (time.time() - age,) * 2)
    done = bob.record(remote="origin").exchange(AUTHOR, limit=30.0)
    assert done is not None
    assert done.state == state, done.reason
    assert lock.exists() is (state != "ok")
