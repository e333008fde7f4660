"""Write a file whole or not at all: write a new file next to its place, then move it there."""

from __future__ import annotations

import contextlib
import errno
import functools
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from incidentctl.git import permissions

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
#: File names may have 255 bytes.
_MAX_NAME = 100
#: So many files are synced at the same time.
_THREADS = 8
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)

PRIVATE_MODE = 0o600
"""The mode of a file that only its owner may ever read."""
USUAL_MODE = 0o666
"""The mode of any other file, before the umask."""


def create(
    target: Path,
    data: bytes,
    *,
    mode: int | None = None,
    passed: Callable[[str], object] = lambda _: None,
) -> bool:
    """Create a file; False if the path exists, even as a dangling link.

    Once this returns True, the file and its name are on disk. `mode` as in `replace`. `passed` is
    called with `written`, `synced` and `linked` after each of these steps. OSError if the disk
    fails; the file may nevertheless exist then.
    """
    beside = _write_beside(target, data, mode, durable=True, passed=passed)
    try:
        _link(beside, target)
    except FileExistsError:
        return False
    else:
        passed("linked")
    finally:
        _remove(beside)
    permissions.sync_folder(target.parent)
    return True


def create_all(files: Mapping[Path, bytes]) -> None:
    """Create files as `create` does, but wait for the disk once for all of them together.

    FileExistsError if a path exists, OSError if the disk fails: some may nevertheless exist then.
    """
    beside: dict[Path, Path] = {}
    try:
        for target, data in files.items():
            beside[target] = _write_beside(target, data, None, durable=False)
        _sync(beside.values())
        for target, written in beside.items():
            _link(written, target)
    finally:
        for written in beside.values():
            _remove(written)
    for folder in {target.parent for target in files}:
        permissions.sync_folder(folder)


def _sync(files: Iterable[Path]) -> None:
    """Sync files at the same time: the file system makes one write of it, or a few."""

    def sync(file: Path) -> None:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    wanted = list(files)
    try:
        list(_threads(os.getpid()).map(sync, wanted))
    except RuntimeError:  # the system allows no more threads
        for file in wanted:
            sync(file)


@functools.cache
def _threads(_process: int) -> ThreadPoolExecutor:
    """Return threads of this process, kept because to start them takes longer than the disk."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 (one file needs none)

    return ThreadPoolExecutor(_THREADS, "disk")


def replace(target: Path, data: bytes, *, mode: int | None = None, durable: bool = True) -> None:
    """Create or replace a file; a link itself is replaced, not its target.

    `mode` has the permissions of the new file, less the umask; None gives those of this program's
    files in a git directory (see `permissions.of`). Once this returns, a `durable` file and its
    name are on disk. OSError if the disk fails.
    """
    beside = _write_beside(target, data, mode, durable=durable)
    try:
        beside.replace(target)
    except OSError:
        _remove(beside)
        raise
    if durable:
        permissions.sync_folder(target.parent)


def _write_beside(
    target: Path,
    data: bytes,
    mode: int | None,
    *,
    durable: bool,
    passed: Callable[[str], object] = lambda _: None,
) -> Path:
    """Write the data to a new file next to the target, and return it."""
    # Hidden, so that no catalog reads it. Its name ends like the target's, so that git also ignores
    # it if the target is private and ignored.
    beside = target.with_name(f".{os.urandom(6).hex()}-{target.name[-_MAX_NAME:]}")
    if mode is None:
        handle = permissions.open_file(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    else:
        handle = os.open(beside, _NEW, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            passed("written")
            if durable:
                os.fsync(file.fileno())
                passed("synced")
    except BaseException:
        _remove(beside)
        raise
    return beside


def _link(beside: Path, target: Path) -> None:
    """Give a file its name; FileExistsError if the path exists."""
    try:
        os.link(beside, target)  # never overwrites, and follows no link
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(target):  # a file system without hard links
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        beside.rename(target)


def _remove(file: Path) -> None:
    with contextlib.suppress(OSError):
        file.unlink()
