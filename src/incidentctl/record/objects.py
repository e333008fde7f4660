"""Read objects of the record through one `git cat-file` process, many at a time."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from types import TracebackType
from typing import IO, NamedTuple

from incidentctl.domain.events import MAX_BYTES
from incidentctl.errors import EnvironmentFailedError
from incidentctl.record.git import Git, kill, signal_group

# Two batches of requests are under way at a time; together they must fit the 64 kB that a pipe
# holds, else both sides would wait for each other.
_BATCH = 200
_LONGEST = 150
_LIMIT = 60.0
# Else git maps whole packs: as fast, and 70 MB more memory with 10,000 incidents.
_SMALL = ("-c", "core.packedGitWindowSize=1m", "-c", "core.packedGitLimit=32m")
#: A folder or blob larger than this is not taken into memory.
_MAX_TREE = 64 * 1024 * 1024


PARTIAL = "this partial clone lacks events of the record"
#: What git says of an object that was left at the remote when the repository was cloned.
PROMISED = "from promisor remote"


class Found(NamedTuple):
    """An object: its id and its bytes, which are None for a blob that is too large."""

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
    """Return what a line of a folder looks like where ids have so many bytes."""
    return re.compile(rb"(\d+) ([^\0]+)\0(.{%d})" % size, re.DOTALL)


def raw_entries(tree: Found | None) -> list[tuple[bytes, bytes, bytes]]:
    """Read mode, name and id of a folder's lines as bytes; none when it is not a folder."""
    if tree is None or tree.type != "tree" or tree.data is None:
        return []
    return _entry(len(tree.oid) // 2).findall(tree.data)


def entries(tree: Found | None) -> list[TreeEntry]:
    """Read the lines of a folder; none when the object is not a folder."""
    return [
        TreeEntry(mode, name.decode(errors="replace"), oid.hex())
        for mode, name, oid in raw_entries(tree)
    ]


class Objects:
    """One `git cat-file`, started with the first request and ended with the `with` block."""

    def __init__(self, git: Git) -> None:
        """Take the git of the repository."""
        self._child = git.start((*_SMALL, "cat-file", "--batch-command", "--buffer"), feed=True)
        self._timer = threading.Timer(_LIMIT, signal_group, (self._child,))
        self._timer.daemon = True
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
        """Return one object by id or by `commit:path`; None when there is none."""
        return next(self.many([name]))

    def many(self, names: Iterable[str]) -> Iterator[Found | None]:
        """Return the objects of some names in their order; None for each that is missing."""
        source, ahead = iter(names), 0
        sizes: list[int] = []
        while True:
            while ahead < 2 and (batch := list(islice(source, _BATCH))):
                self._ask(batch)
                sizes.append(len(batch))
                ahead += 1
            if not sizes:
                return
            for _ in range(sizes.pop(0)):
                yield self._answer()
            ahead -= 1

    def _ask(self, batch: list[str]) -> None:
        lines = [f"contents {name}\n" for name in batch]
        if any(len(line) > _LONGEST or line.count("\n") > 1 for line in lines):
            raise ValueError("not the name of an object of the record")
        try:
            self._pipe(self._child.stdin).write("".join((*lines, "flush\n")).encode())
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
        if length > (MAX_BYTES if kind == "blob" else _MAX_TREE):
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
        assert pipe is not None  # noqa: S101 (both are asked for in `Git.start`)
        return pipe

    def _give_up(self) -> bytes:
        signal_group(self._child)
        told = self._pipe(self._child.stderr).read(4096)
        kill(self._child)
        if PROMISED in told.decode(errors="replace"):
            raise EnvironmentFailedError(
                PARTIAL,
                hint="`incidentctl sync` brings them",
            )
        raise EnvironmentFailedError(
            "git could not read the record", hint="try: git fsck --connectivity-only"
        )
