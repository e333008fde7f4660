"""What the team's own repository says of its files: tracked, ignored, how old; git only reads.

The paths are relative to `root`, which may be a folder inside of the git repository.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from incidentctl.git import tree
from incidentctl.git.run import Git


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


def committed(
    root: Path, given: Mapping[str, str], *names: str, files: int, data: int
) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of the files that HEAD has of these names, and in folders of them.

    At most so many `files`, and no more than `data` bytes of them: who declares waits for this.
    Links and submodules are left out. EnvironmentFailedError where there is no commit, or git
    cannot read it.
    """
    git = Git(root, given)
    wanted: dict[str, str] = {}
    for name in names:  # in this order, which says what may be left out
        for line in tree.lines(git, "HEAD", [name], recursive=True, sizes=True, discover=True):
            if line.mode.startswith("100"):
                data -= line.size or 0
                if len(wanted) < files and data >= 0:
                    wanted[line.path] = line.oid
    if not wanted:
        return
    asked = "".join(f"{oid}\n" for oid in wanted.values()).encode()
    told = git.run("cat-file", "--batch", data=asked, discover=True).out
    at = 0
    for path in wanted:
        line_end = told.find(b"\n", at)
        fields = told[at:line_end].split(b" ")
        at = line_end + 1
        if len(fields) == 3 and fields[2].isdigit():  # else it is missing, as in a partial clone
            yield path, told[at : at + int(fields[2])]
            at += int(fields[2]) + 1
