"""Whether a clone is shallow or partial, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterable
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


def missing(git: Git, commits: Iterable[str]) -> Missing:
    """Say whether a clone is shallow or partial; if partial, count what commits lack here."""
    shallow = (git.git_dir / "shallow").exists()
    partial = presence.is_partial(git)
    lacking = 0
    if partial and (wanted := tuple(commits)):
        walk = ("rev-list", "--objects", "--missing=print", "--no-walk", *wanted, "--")
        done = git.run(*walk, timeout=_LIMIT)
        lacking = sum(line.startswith(b"?") for line in done.out.splitlines())
    return Missing(shallow, partial, lacking)
