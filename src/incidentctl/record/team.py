"""What the team's own repository says of its files: tracked, ignored, how old; git only reads.

The paths are relative to `root`, which may be a folder inside of the git repository.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
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


def older_than(root: Path, given: Mapping[str, str], day: date) -> bool | None:
    """Say whether the branch checked out has a commit of before a day, in UTC.

    None where that is not known: outside of a repository, and in a shallow clone, such as CI makes,
    that has no older commit. The history is read no further back than to that day.
    """
    git = Git(root, given)
    wanted = ("rev-list", "--max-count=1", f"--before={day.isoformat()}T00:00:00Z", "HEAD", "--")
    done = git.run(*wanted, discover=True)
    if done.code == 0 and done.out:
        return True
    shallow = git.run("rev-parse", "--is-shallow-repository", discover=True)
    return False if shallow.out.strip() == b"false" else None


def committed(root: Path, given: Mapping[str, str], *names: str) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of the files that HEAD has of these names, and in folders of them.

    Links and submodules are left out. Nothing where there is no commit, or no repository;
    EnvironmentFailedError where git cannot be run.
    """
    git = Git(root, given)
    listed = git.run("ls-tree", "-r", "-z", "HEAD", "--", *names, discover=True)
    for line in listed.out.decode(errors="surrogateescape").split("\0") if not listed.code else ():
        head, _, path = line.partition("\t")
        if head.startswith("100"):
            blob = git.run("cat-file", "blob", head.split(" ")[2], discover=True)
            if blob.code == 0:
                yield path, blob.out
