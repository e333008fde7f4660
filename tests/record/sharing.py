"""Clones that share a remote, and what is done in them."""

from __future__ import annotations

from pathlib import Path

from tests.record.kit import AUTHOR, INCIDENT, Clone, action, make_clone

from incidentctl.record.record import Record
from incidentctl.record.sync.exchange import Retries
from incidentctl.record.sync.status import Exchanged

TRUTH = "refs/incidentctl/log"
BRANCH = "refs/heads/incident-log"


def make_remote(folder: Path) -> Clone:
    """A bare repository with a branch of the team's own."""
    made = make_clone(folder / "remote.git", "--bare")
    make_clone(folder / "seed").git("push", "-q", str(made.path), "main")
    return made


def clone_of(remote: Clone, name: str, *options: str) -> Clone:
    path = remote.path.parent / name
    remote.git("clone", "-q", *options, f"file://{remote.path}", str(path))
    return Clone(path, path / ".git", path.parent / f"fallback-{name}")


def opened(clone: Clone, work_tree: Path | None = None) -> Record:
    return clone.record(remote="origin", work_tree=work_tree or clone.path)


def say(clone: Clone, *stated: object, incident: str = INCIDENT) -> list[str]:
    """Record one action; returns the ids of its events."""
    record = opened(clone)
    done = action(*stated, incident=incident)
    record.acknowledge(done)
    assert record.flush().commit
    return [each.id for each in done.events]


#: For an exchange that cannot succeed, so that a test need not wait for the end of its patience.
SHORT = Retries(pushes=2, pause=0.01, wait=0.01)


def exchange(clone: Clone, limit: float = 30.0, retries: Retries | None = None) -> Exchanged:
    done = opened(clone).exchange(AUTHOR, limit=limit, retries=retries)
    assert done is not None
    return done


def shared(*clones: Clone) -> Exchanged:
    """Exchange in one clone after the other; returns how the last one ended: well."""
    for clone in clones:
        done = exchange(clone)
        assert (done.state, done.reason) == ("ok", None)
    return done


def tip(clone: Clone, ref: str) -> str:
    """The commit of a ref, "" where there is none."""
    return clone.git("rev-parse", "--verify", "-q", ref, check=False).strip()
