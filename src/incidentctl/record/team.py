"""What the team's own repository says of its files: tracked, ignored, since when; git only reads.

The paths are relative to `root`, which may be a folder inside of the git repository.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from incidentctl.record.git import Git


def tracked(root: Path, given: Mapping[str, str], folder: str) -> frozenset[str]:
    """Return the files in a folder that git tracks, or is to track with the next commit."""
    done = Git(root, given).run("ls-files", "-z", "--", folder, discover=True)
    names = done.out.decode(errors="surrogateescape").split("\0") if done.code == 0 else []
    return frozenset(name for name in names if name)


def ignored(root: Path, given: Mapping[str, str], path: str) -> bool | None:
    """Say whether git ignores a file that need not exist yet; None outside of a repository.

    `path` has no character that means something in a pattern.
    """
    # check-ignore refuses literal pathspecs, which the environment of our git asks for.
    arguments = ("--no-literal-pathspecs", "check-ignore", "--quiet", "--", path)
    done = Git(root, given).run(*arguments, discover=True)
    return {0: True, 1: False}.get(done.code)


def first_commit(root: Path, given: Mapping[str, str]) -> date | None:
    """Return the day of the oldest root commit of the branch checked out, in UTC; else None.

    None in a shallow clone, too, such as CI makes: there the oldest commit says nothing.
    """
    git = Git(root, given)
    if git.run("rev-parse", "--is-shallow-repository", discover=True).out.strip() == b"true":
        return None
    done = git.run("rev-list", "--max-parents=0", "--timestamp", "HEAD", "--", discover=True)
    seconds = [int(line.split()[0]) for line in done.out.splitlines()] if done.code == 0 else []
    return datetime.fromtimestamp(min(seconds), UTC).date() if seconds else None
