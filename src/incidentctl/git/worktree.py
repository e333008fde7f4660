"""What git knows about the team's files: tracked, ignored, how old. Git only reads here.

Paths are relative to `root`, which may be a folder inside the git repository.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import safe_read, tree
from incidentctl.git.objects import MAX_BLOB, blob_id
from incidentctl.git.presence import failed
from incidentctl.git.run import Git, Result


def tracked(root: Path, given: Mapping[str, str], folder: str) -> frozenset[str]:
    """Return the files in a folder that git tracks, or will with the next commit.

    None of them outside of a repository; EnvironmentFailedError if git refuses it.
    """
    done = Git(root, given).run("ls-files", "-z", "--", folder, discover=True)
    _check(done)
    names = done.out.decode(errors="surrogateescape").split("\0") if done.code == 0 else []
    return frozenset(name for name in names if name)


def _check(done: Result) -> None:
    """Refuse if git failed, other than because there is no repository or no commit."""
    harmless = ("not a git repository", "ambiguous argument 'HEAD'", "bad revision 'HEAD'")
    if done.code and not any(words in done.err for words in harmless):
        raise failed("look at the repository", done)


class ShallowError(EnvironmentFailedError):
    """The clone has only the last commits."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(
            "This clone is shallow: it has only the last commits.",
            hint="Fetch all of them: `git fetch --unshallow`, or `fetch-depth: 0` in a workflow.",
        )


def ignored(root: Path, given: Mapping[str, str], path: str) -> bool | None:
    """Say whether git ignores a file that need not exist yet; None outside of a repository.

    `path` has no character that means something in a pattern.
    """
    # check-ignore refuses literal pathspecs, which our environment of git sets.
    arguments = ("--no-literal-pathspecs", "check-ignore", "--quiet", "--", path)
    done = Git(root, given).run(*arguments, discover=True)
    return {0: True, 1: False}.get(done.code)


def older_than(root: Path, given: Mapping[str, str], day: date) -> bool | None:
    """Say whether the checked-out branch has a commit from before a day, in UTC.

    None outside of a repository. The history is read no further back than that day.
    EnvironmentFailedError if git refuses the repository; ShallowError in a clone without older
    commits, such as CI makes.
    """
    git = Git(root, given)
    wanted = ("rev-list", "--max-count=1", f"--before={day.isoformat()}T00:00:00Z", "HEAD", "--")
    done = git.run(*wanted, discover=True)
    _check(done)
    if done.code == 0 and done.out:
        return True
    shallow = git.run("rev-parse", "--is-shallow-repository", discover=True).out.strip()
    if shallow == b"true":
        raise ShallowError
    return False if shallow == b"false" else None


def changed_at(
    root: Path, given: Mapping[str, str], folder: str, files: Iterable[str]
) -> dict[str, datetime]:
    """Return when each of these files in a folder was changed: by its last commit, or since."""
    git = Git(root, given)
    wanted = ("log", "--format=%x01%ct", "--name-only", "--relative", "-z", "HEAD", "--", folder)
    done = git.run(*wanted, discover=True)
    last: dict[str, float] = {}
    moment = 0.0
    for line in done.out.decode(errors="surrogateescape").replace("\n", "\0").split("\0"):
        if line.startswith("\x01"):
            moment = float(line[1:])
        elif line:
            last[line] = max(last.get(line, 0.0), moment)
    heads: dict[str, str] = {}
    with contextlib.suppress(EnvironmentFailedError):  # no commit yet, or no repository
        lines = tree.lines(git, "HEAD", [folder], recursive=True, discover=True)
        heads = {line.path: line.oid for line in lines}
    for path in files:
        # Compared here and not by `git diff`, which runs the filters of the repository.
        if path not in last or not _has(root, path, heads.get(path, "")):
            last[path] = (root / path).lstat().st_mtime
    return {path: datetime.fromtimestamp(last[path], UTC) for path in files}


def _has(root: Path, path: str, oid: str) -> bool:
    """Say whether a file has the bytes of a blob."""
    try:
        top = os.path.realpath(root)
        data = safe_read.read(str(root / path), inside=top, limit=MAX_BLOB)
    except OSError:
        return False
    return blob_id(data, oid) == oid


def committed(
    root: Path, given: Mapping[str, str], *names: str, files: int, data: int
) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of HEAD's files with these names, and in folders with these names.

    At most `files` files and `data` bytes, because a user who declares waits for this. Links and
    submodules are left out. EnvironmentFailedError if there is no commit, or git cannot read it.
    """
    git = Git(root, given)
    wanted: dict[str, str] = {}
    for name in names:  # in this order, which decides what may be left out
        for line in tree.lines(git, "HEAD", [name], recursive=True, sizes=True, discover=True):
            if line.mode.startswith("100"):
                data -= line.size or 0
                if len(wanted) < files and data >= 0:
                    wanted[line.path] = line.oid
    if not wanted:
        return
    asked = "".join(f"{oid}\n" for oid in wanted.values()).encode()
    printed = git.run("cat-file", "--batch", data=asked, discover=True).out
    at = 0
    for path in wanted:
        line_end = printed.find(b"\n", at)
        fields = printed[at:line_end].split(b" ")
        at = line_end + 1
        if len(fields) == 3 and fields[2].isdigit():  # else missing, as in a partial clone
            yield path, printed[at : at + int(fields[2])]
            at += int(fields[2]) + 1
