"""List what a commit holds at some paths, or at its top, with `git ls-tree`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from incidentctl.git.presence import failed
from incidentctl.git.run import Git

#: The git command whose output `parse` reads.
COMMAND = ("ls-tree", "-z")
#: How many paths are passed to one git.
_BATCH_SIZE = 500
_LIMIT = 60.0


class TreeLine(NamedTuple):
    """A line of a folder; `size` is in bytes, None unless it is a file and sizes were asked for."""

    mode: str
    kind: str
    oid: str
    size: int | None
    path: str


def lines(
    git: Git,
    commit: str,
    paths: Iterable[str] | None = None,
    *,
    recursive: bool = False,
    sizes: bool = False,
    discover: bool = False,
) -> list[TreeLine]:
    """Return what a commit has at some paths, or at its top; missing paths are left out.

    With `recursive` the files in a folder are listed instead of the folder. With `discover` git
    finds the repository by itself. EnvironmentFailedError if git fails: an empty list always means
    that nothing is there.
    """
    options = (*(("-r",) if recursive else ()), *(("-l",) if sizes else ()))
    return parse(_listed(git, commit, paths, options, discover=discover))


def names(
    git: Git, commit: str, paths: Iterable[str] | None = None, *, recursive: bool = False
) -> list[str]:
    """Return the paths of the lines that `lines` returns."""
    options = ("--name-only", *(("-r",) if recursive else ()))
    return _split(_listed(git, commit, paths, options))


def parse(printed: bytes) -> list[TreeLine]:
    """Read what `git ls-tree -z` has printed, with or without the sizes of `-l`."""
    found = []
    for line in _split(printed):
        head, _, path = line.partition("\t")
        mode, kind, oid, *more = head.split()
        size = int(more[0]) if more and more[0].isdecimal() else None
        found.append(TreeLine(mode, kind, oid, size, path))
    return found


def _split(printed: bytes) -> list[str]:
    return printed.decode(errors="surrogateescape").split("\0")[:-1]


def _listed(
    git: Git,
    commit: str,
    paths: Iterable[str] | None,
    options: tuple[str, ...],
    *,
    discover: bool = False,
) -> bytes:
    if paths is None:
        return _run(git, commit, options, discover=discover)
    wanted = list(paths)
    parts = (wanted[start : start + _BATCH_SIZE] for start in range(0, len(wanted), _BATCH_SIZE))
    return b"".join(_run(git, commit, options, part, discover=discover) for part in parts)


def _run(
    git: Git, commit: str, options: tuple[str, ...], paths: Iterable[str] = (), *, discover: bool
) -> bytes:
    arguments = (*COMMAND, *options, commit, "--", *paths)
    done = git.run(*arguments, timeout=_LIMIT, discover=discover)
    if done.code:
        raise failed(f"read {commit[:10]}", done)
    return done.out
