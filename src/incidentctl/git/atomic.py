"""Write a file whole or not at all: into a new one beside its place, which then is put there."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable
from pathlib import Path

from incidentctl.git import permissions

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
#: Names may have 255 bytes.
_MAX_NAME = 100
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)

PRIVATE_MODE = 0o600
"""Of a file that only its owner may read, from its first byte on."""
USUAL_MODE = 0o666
"""Of any other, of which the umask takes what the user wants."""


def create(
    target: Path,
    data: bytes,
    *,
    mode: int | None = None,
    passed: Callable[[str], object] = lambda _: None,
) -> bool:
    """Put a new file in place; False where there is something, be it a link to nowhere.

    When this returns True, the file and its name are on disk. `mode` as in `replace`. `passed` is
    called with `written`, `synced` and `linked`, as the file gets so far. OSError where the disk
    fails; then the file may be there all the same.
    """
    beside = _write_beside(target, data, mode, durable=True, passed=passed)
    try:
        os.link(beside, target)  # never overwrites, and follows no link
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(target):  # a file system without hard links
            return False
        beside.rename(target)
    else:
        passed("linked")
    finally:
        _remove(beside)
    permissions.sync_folder(target.parent)
    return True


def replace(target: Path, data: bytes, *, mode: int | None = None, durable: bool = True) -> None:
    """Put a file in place of what is there; in place of a link, and not of what it leads to.

    `mode` are the permissions of the new file, less the umask; None gives those of this program's
    files in a git directory (see `permissions.of`). When this returns, a `durable` file and its
    name are on disk. OSError where the disk fails.
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
    """Return a new file beside the target that has the data."""
    # Hidden, so that no catalog has it; its name ends as the target's, so that what git ignores
    # because it is private is ignored here as well.
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


def _remove(file: Path) -> None:
    with contextlib.suppress(OSError):
        file.unlink()
