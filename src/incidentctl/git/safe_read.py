"""Read a file that came with a repository: only a regular file inside of it, of limited size.

Everybody who can push can put a link to /dev/zero, /dev/stdin or another user's file where we look
for a file. Nothing here follows a link out, waits for a pipe, or reads without end.
"""

from __future__ import annotations

import os
import stat
from typing import Final

# Do not block: a pipe with the name of our file must not hang a command.
_FLAGS: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW


class NotReadError(OSError):
    """The file was not read; `strerror` says why, for the end of a sentence."""

    def __init__(self, why: str) -> None:
        """Take why."""
        super().__init__(0, why)
        self.strerror: str = why


class LeavesError(NotReadError):
    """The file is a link that leads out of the repository."""

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
    """The file has more bytes than the limit."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("is too large")


def read(path: str, *, inside: str, limit: int, walked: bool = False) -> bytes:
    """Return the bytes of a regular file, at most `limit`; OSError for anything else.

    A link is followed if its target is also in the folder `inside`, which is a real path. With
    `walked` the caller knows that no folder above the file is a link.
    """
    if not walked and not _within(os.path.realpath(os.path.dirname(path)), inside):  # noqa: PTH120 (as below)
        raise LeavesError
    try:
        handle = os.open(path, _FLAGS)
    except OSError:
        handle = _open_link(path, inside)
    try:
        # Never read a device or a socket: nobody knows what that does.
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise NotRegularError
        found = []
        left = limit + 1  # one byte more shows that a file is too large
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
    """Say whether `read` would find a regular file at a path."""
    target = os.path.realpath(path)
    try:
        return _within(target, inside) and stat.S_ISREG(os.lstat(target).st_mode)
    except OSError:
        return False


def _within(target: str, inside: str) -> bool:
    return target == inside or target.startswith(inside.rstrip(os.sep) + os.sep)
