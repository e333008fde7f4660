"""Read a file that came with a repository: a regular one inside of it, of bounded size, or none.

Whoever can push can put a link to /dev/zero, /dev/stdin or another user's file where a file of ours
is looked for. Nothing here follows a link out, waits for a pipe, or reads without end.
"""

from __future__ import annotations

import os
import stat
from typing import Final

# Not blocking: a pipe with the name of a file of ours must not hang anybody.
_FLAGS: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW


class NotReadError(OSError):
    """The file is none that is read; `strerror` says why, for the end of a sentence."""

    def __init__(self, why: str) -> None:
        """Take why."""
        super().__init__(0, why)
        self.strerror: str = why


class LeavesError(NotReadError):
    """The file is a link that leaves the repository."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("is a link that leaves the repository")


class FolderLinkError(NotReadError):
    """The file is a link to a folder."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("is a link to a folder")


class NotRegularError(NotReadError):
    """The file is a folder, a pipe, a device or a socket."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("is not a regular file")


class TooLargeError(NotReadError):
    """The file has more bytes than are read."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("is too large")


def read(path: str, *, inside: str, limit: int, walked: bool = False) -> bytes:
    """Return the bytes of a regular file, at most `limit`; OSError where it is not one.

    A link is followed where what it leads to lies in the folder `inside`, a real path, too. With
    `walked` the folders above it are known to be no links.
    """
    if not walked and not _within(os.path.realpath(os.path.dirname(path)), inside):  # noqa: PTH120
        raise LeavesError
    try:
        handle = os.open(path, _FLAGS)
    except OSError:
        handle = _open_link(path, inside)
    try:
        # What a device or a socket would do on reading nobody needs to know.
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise NotRegularError
        found = []
        left = limit + 1  # one byte more than is allowed tells a file that is too large
        while left and (data := os.read(handle, min(left, 1 << 16))):
            found.append(data)
            left -= len(data)
    finally:
        os.close(handle)
    if not left:
        raise TooLargeError
    return b"".join(found)


def _open_link(path: str, inside: str) -> int:
    target = os.path.realpath(path)
    if not _within(target, inside):
        raise LeavesError
    if os.path.islink(path) and os.path.isdir(target):  # noqa: PTH112, PTH114 (pathlib costs more)
        raise FolderLinkError
    return os.open(target, _FLAGS)


def is_file(path: str, *, inside: str) -> bool:
    """Say whether `read` would find a regular file there."""
    target = os.path.realpath(path)
    try:
        return _within(target, inside) and stat.S_ISREG(os.lstat(target).st_mode)
    except OSError:
        return False


def _within(target: str, inside: str) -> bool:
    return target == inside or target.startswith(inside.rstrip(os.sep) + os.sep)
