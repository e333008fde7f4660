"""Write a file whole or not at all: into a new one beside its place, which then is put there."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
#: Names may have 255 bytes.
_MOST_OF_NAME = 100
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)

PRIVATE_MODE = 0o600
"""Of a file that only its owner may read, from its first byte on."""
USUAL_MODE = 0o666
"""Of any other, of which the umask takes what the user wants."""


def create(target: Path, data: bytes, *, mode: int = USUAL_MODE) -> bool:
    """Put a new file in place; False where there is something, be it a link to nowhere."""
    beside = _written(target, data, mode)
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
    finally:
        beside.unlink(missing_ok=True)
    return True


def replace(target: Path, data: bytes, *, mode: int = USUAL_MODE) -> None:
    """Put a file in place of what is there; in place of a link, and not of what it leads to."""
    beside = _written(target, data, mode)
    try:
        beside.replace(target)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def _written(target: Path, data: bytes, mode: int) -> Path:
    """Return a new file beside the target that has the data, also after a power cut."""
    # Hidden, so that no catalog has it; its name ends as the target's, so that what git ignores
    # because it is private is ignored here as well.
    beside = target.with_name(f".{os.urandom(6).hex()}-{target.name[-_MOST_OF_NAME:]}")
    handle = os.open(beside, _NEW, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    return beside
