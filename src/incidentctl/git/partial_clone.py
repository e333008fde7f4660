"""Whether a clone is shallow or partial, and what it lacks."""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.git import presence
from incidentctl.git.run import Git

#: The time limit for each call of git, in seconds.
_LIMIT = 5.0


class Missing(NamedTuple):
    """How a clone is incomplete, and how many objects of the record it lacks."""

    shallow: bool
    partial: bool
    objects: int


def missing(git: Git, commit: str | None) -> Missing:
    """Say whether a clone is shallow or partial; if partial, count what a commit lacks here."""
    shallow = (git.git_dir / "shallow").exists()
    pattern = r"^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter))$"
    asked = git.run("config", "--get-regexp", pattern, timeout=_LIMIT)
    if asked.code not in (0, 1):  # 1: nothing is set
        raise presence.failed("read its configuration", asked)
    partial = asked.code == 0
    lacking = 0
    if partial and commit is not None:
        walk = ("rev-list", "--objects", "--missing=print", "--max-count=1", commit, "--")
        done = git.run(*walk, timeout=_LIMIT)
        lacking = sum(line.startswith(b"?") for line in done.out.splitlines())
    return Missing(shallow, partial, lacking)
