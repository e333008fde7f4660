"""Clones that share a remote, and what is done in them."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.record.kit import AUTHOR, INCIDENT, Clone, action, make_clone, scratch

from incidentctl.record.record import Record
from incidentctl.record.sync.exchange import Retries
from incidentctl.record.sync.status import Exchanged

LOG_REF = "refs/incidentctl/log"
BRANCH = "refs/heads/incident-log"


def make_remote(folder: Path) -> Clone:
    """A bare repository with a branch of the team's own."""
    path = folder / "remote.git"
    shutil.copytree(_template(os.environ.get("GIT_DEFAULT_HASH", "")) / path.name, path)
    return Clone(path, path, folder / "fallback")


@functools.cache
def _template(form: str) -> Path:
    """Make the remote that others are copies of, and a clone of it: a copy costs no process."""
    folder = scratch()
    remote = make_clone(folder / "remote.git", "--bare")
    make_clone(folder / "seed").git("push", "-q", str(remote.path), "main")
    clone_of(remote, "clone")
    return folder


def first_clone_of(remote: Clone, name: str) -> Clone:
    """Make a clone of a remote from `make_remote` that nobody has changed since."""
    template, path = _template(os.environ.get("GIT_DEFAULT_HASH", "")), remote.path.parent / name
    shutil.copytree(template / "clone", path, symlinks=True)
    config = path / ".git" / "config"
    url = config.read_text().replace(str(template / "remote.git"), str(remote.path))
    config.write_text(url)
    return Clone(path, path / ".git", path.parent / f"fallback-{name}")


def clone_of(remote: Clone, name: str, *options: str) -> Clone:
    path = remote.path.parent / name
    remote.git("clone", "-q", *options, f"file://{remote.path}", str(path))
    return Clone(path, path / ".git", path.parent / f"fallback-{name}")


class Team:
    """Two clones, and the remote that they share."""

    def __init__(self, remote: Clone, ann: Clone, bob: Clone) -> None:
        self.remote = remote
        self.ann = ann
        self.bob = bob

    def clone(self, name: str, *options: str) -> Clone:
        """One more clone, as somebody makes who comes late."""
        return clone_of(self.remote, name, *options)


def commit_on(clone: Clone, ref: str, files: Mapping[str, str | None]) -> None:
    """Commit on a ref with git alone, as a user would; None removes a file."""
    data = f"commit {ref}\ncommitter U <u@x> 1 +0000\ndata 1\nx\nfrom {ref}^0\n"
    for path, text in files.items():
        if text is None:
            data += f"D {path}\n"
        else:
            data += f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n"
    clone.git("fast-import", "--quiet", data=data)


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
