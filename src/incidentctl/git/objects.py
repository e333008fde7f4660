"""Read objects of the record through one `git cat-file` process, many at a time."""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from functools import cache
from types import TracebackType
from typing import IO, NamedTuple

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import permissions
from incidentctl.git.presence import DamagedError, mentions_damage, seen
from incidentctl.git.run import Git, kill, signal_group

# Two batches of requests are sent ahead; together they must fit into the 64 kB of a pipe, else both
# sides would wait for each other.
_BATCH = 200
_ROOM = 30_000
_LIMIT = 60.0
# Without this git maps whole packs, which is no faster and takes 70 MB more with 10,000 incidents.
_SMALL = ("-c", "core.packedGitWindowSize=1m", "-c", "core.packedGitLimit=32m")
#: The mode of a submodule's commit, which no clone needs to have.
_SUBMODULE = b"160000"
#: Larger objects, in bytes, are not read into memory.
_MAX_TREE = 64 * 1024 * 1024
MAX_BLOB = 64 * 1024


PARTIAL = "this partial clone lacks events of the record"
#: What git says about an object that a partial clone left on the remote.
PROMISED = "from promisor remote"


class Found(NamedTuple):
    """An object: its id, type and bytes; `data` is None for a blob that is too large."""

    oid: str
    type: str
    data: bytes | None


class TreeEntry(NamedTuple):
    """A line of a folder: mode as git writes it, name, object id."""

    mode: bytes
    name: str
    oid: str


@cache
def _entry(size: int) -> re.Pattern[bytes]:
    """Return the pattern of a folder's line if ids have `size` bytes."""
    return re.compile(rb"(\d+) ([^\0]+)\0(.{%d})" % size, re.DOTALL)


def raw_entries(tree: Found | None) -> list[tuple[bytes, bytes, bytes]]:
    """Read mode, name and id of a folder's lines as bytes; empty if it is not a folder."""
    if tree is None or tree.type != "tree" or tree.data is None:
        return []
    return _entry(len(tree.oid) // 2).findall(tree.data)


def entries(tree: Found | None) -> list[TreeEntry]:
    """Read the lines of a folder; empty if the object is not a folder."""
    return [
        TreeEntry(mode, name.decode(errors="replace"), oid.hex())
        for mode, name, oid in raw_entries(tree)
    ]


def _batches(names: Iterable[str]) -> Iterator[list[bytes | None]]:
    """Return the requests for some names in batches; None for an invalid name."""
    batch: list[bytes | None] = []
    size = 0
    for name in names:
        line = f"contents {name}\n".encode(errors="surrogateescape")
        fits = len(line) < _ROOM and line.count(b"\n") == 1
        if len(batch) == _BATCH or (fits and size + len(line) >= _ROOM):
            yield batch
            batch, size = [], 0
        batch.append(line if fits else None)
        size += len(line) if fits else 0
    if batch:
        yield batch


class Objects:
    """One `git cat-file`: it starts with the first request and ends with the `with` block."""

    def __init__(self, git: Git) -> None:
        """Take the git of the repository."""
        self._git = git
        self._child = git.start((*_SMALL, "cat-file", "--batch-command", "--buffer"), feed=True)
        self._timer = threading.Timer(_LIMIT, signal_group, (self._child,))
        self._timer.daemon = True
        with contextlib.suppress(RuntimeError):  # the system allows no more threads: no limit then
            self._timer.start()

    def __enter__(self) -> Objects:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        kill(self._child)

    def one(self, name: str) -> Found | None:
        """Return one object by id or by `commit:path`; None if it does not exist."""
        return next(self.many([name]))

    def many(self, names: Iterable[str]) -> Iterator[Found | None]:
        """Return the objects with some names, in that order; None for each that is missing."""
        batches = _batches(names)
        asked: deque[list[bytes | None]] = deque()
        while True:
            while len(asked) < 2 and (batch := next(batches, None)):
                self._ask(batch)
                asked.append(batch)
            if not asked:
                return
            for line in asked.popleft():
                yield None if line is None else self._answer()

    def present(self, names: Iterable[str]) -> Iterator[Found]:
        """Return the objects with some names, in that order; DamagedError if one is missing.

        For objects that the record itself names: a missing one must not make it look empty.
        """
        asked: list[str] = []

        def kept() -> Iterator[str]:
            for name in names:
                asked.append(name)
                yield name

        for number, found in enumerate(self.many(kept())):
            if found is None:
                raise self._damaged(f"object {asked[number][:10]} is not in this clone")
            yield found

    def _damaged(self, what: str) -> DamagedError:
        """Return the refusal, and note that the next repair has to check the whole record."""
        with contextlib.suppress(OSError):
            permissions.touch(seen(self._git))
        return DamagedError(what)

    def at(self, commits: Iterable[str], path: str) -> list[Found | None]:
        """Return what each commit has at a path; None for a commit without that path.

        DamagedError if the commit itself, or a folder on the way, is missing.
        """
        wanted = list(commits)
        found = list(self.many(f"{commit}:{path}" for commit in wanted))
        for commit, each in zip(wanted, found, strict=True):
            if each is None:
                self._prove_no_path(commit, path)
        return found

    def _prove_no_path(self, commit: str, path: str) -> None:
        (tree,) = self.present([f"{commit}^{{tree}}"])
        for name in path.split("/"):
            entry = next((entry for entry in entries(tree) if entry.name == name), None)
            if entry is None or entry.mode == _SUBMODULE:
                return
            (tree,) = self.present([entry.oid])

    def _ask(self, batch: list[bytes | None]) -> None:
        try:
            self._pipe(self._child.stdin).write(b"".join((*filter(None, batch), b"flush\n")))
            self._pipe(self._child.stdin).flush()
        except BrokenPipeError:
            self._give_up()

    def _answer(self) -> Found | None:
        out = self._pipe(self._child.stdout)
        head = out.readline().decode(errors="replace")
        if head.endswith((" missing\n", " ambiguous\n")):
            return None
        try:
            oid, kind, size = head.split()
            length = int(size)
        except ValueError:
            self._give_up()
        if length > (MAX_BLOB if kind == "blob" else _MAX_TREE):
            while length > 0:
                length -= len(out.read(min(length, 1 << 20)) or self._give_up())
            out.read(1)
            return Found(oid, kind, None)
        data = out.read(length + 1)
        if len(data) != length + 1:
            self._give_up()
        return Found(oid, kind, data[:-1])

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        if pipe is None:
            raise ValueError("git cat-file was started without pipes")
        return pipe

    def _give_up(self) -> bytes:
        signal_group(self._child)
        printed = self._pipe(self._child.stderr).read(4096).decode(errors="replace")
        kill(self._child)
        if PROMISED in printed:
            raise EnvironmentFailedError(
                PARTIAL,
                hint="Run `incidentctl sync` to fetch them.",
            )
        if mentions_damage(printed):
            raise self._damaged("git cannot read an object of it")
        raise EnvironmentFailedError(
            "Git could not read the record.", hint="See whether `git status` works here."
        )


def blob_id(data: bytes, like: str) -> str:
    """Return git's id of a blob, with the same hash function as the id `like`."""
    digest = hashlib.sha256 if len(like) == 64 else hashlib.sha1
    return digest(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
