"""Small disks for a clone: mounted, filled and freed."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

_SMALL = "12m"


def own_mounts() -> bool:
    """Let this process mount what vanishes with it; False where that is not permitted."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: orphaned gits become ours
    if libc.unshare(0x00020000):  # CLONE_NEWNS
        return False
    done = subprocess.run(["mount", "--make-rprivate", "/"], check=False, capture_output=True)
    return done.returncode == 0


def mount_small(folder: Path) -> None:
    """Put a small disk at a folder."""
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_SMALL}", "small", str(folder)], check=True
    )


def unmount(folder: Path) -> None:
    """Take a small disk away."""
    subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)


def fill(folder: Path, pages: int) -> None:
    """Fill a small disk, but for so many pages."""
    ballast = folder / "ballast"
    try:
        with ballast.open("ab", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
    except OSError:
        pass
    with ballast.open("ab") as file:
        file.truncate(max(0, file.tell() - pages * 4096))


def free(folder: Path) -> None:
    """Make room again."""
    (folder / "ballast").unlink(missing_ok=True)
