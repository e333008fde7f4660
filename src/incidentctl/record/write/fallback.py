"""The outboxes in the user's own state, for git directories that cannot be written: whose is each.

A path alone does not tell: another team's repository may come to stand at it, as in a container.
So a folder is named by the path and by a key of the repository, and what does not match is nobody's
until somebody adopts it. The key is an identity that is kept in the git directory, beside the
record and never in it. Where none is kept yet and none can be written, or it cannot be read, the
key is made of what the file system tells of the git directory.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from incidentctl.git import atomic
from incidentctl.record.write import outbox

#: How the names of these folders begin.
PREFIX = "outbox-"
#: The folder of restricted incidents, in the git directory's and in the user's own state, and in
#: it that of what was said while nobody could tell whether its incident is restricted.
RESTRICTED, UNSURE = "restricted", "unsure"
_PLACES = (Path(), Path(RESTRICTED), Path(RESTRICTED, UNSURE))
_IDENTITY = "repository"


class Fallback:
    """The outboxes of one repository in one folder of the user's own state."""

    def __init__(self, state: Path, git_dir: Path) -> None:
        """Take the folder that they are in, and the common git directory."""
        self._state = state
        self._git_dir = git_dir
        self._by_path = f"{PREFIX}{_digest(os.fsencode(git_dir.resolve()))}"

    def folder(self) -> Path:
        """Return the one for what is recorded now."""
        return self._state / f"{self._by_path}-{_identity(self._git_dir) or _look(self._git_dir)}"

    def folders(self) -> tuple[Path, ...]:
        """Return those that are there and surely of this repository."""
        names = [name for name in _names(self._state) if name.startswith(f"{self._by_path}-")]
        if not names:
            return ()
        # What was kept before an identity could be written is still of the same repository.
        keys = (_identity(self._git_dir), _look(self._git_dir))
        own = {f"{self._by_path}-{key}" for key in keys if key}
        return tuple(self._state / name for name in names if name in own)

    def unclaimed(self) -> tuple[Path, ...]:
        """Return those that are of this path and another key, or of another path and this key."""
        names = [name for name in _names(self._state) if name.startswith(PREFIX)]
        if not names:
            return ()
        identity, own = _identity(self._git_dir), self.folders()
        return tuple(
            self._state / name
            for name in names
            if (name.startswith(self._by_path) or (identity and name.endswith(f"-{identity}")))
            and self._state / name not in own
        )

    def keep_identity(self) -> None:
        """Let the repository be told from every other; never fails, a later command tries again."""
        path = self._git_dir / "incidentctl" / _IDENTITY
        if os.path.lexists(path):
            return
        with contextlib.suppress(OSError):
            atomic.create(path, os.urandom(16).hex().encode() + b"\n")  # the first one names it


def everywhere(state: Path) -> dict[Path, list[Path]]:
    """Return the outboxes of all repositories that hold something, with their files.

    Those of restricted incidents, too: see `is_restricted`.
    """
    found = {}
    for place in _PLACES:
        for name in _names(state / place):
            folder = state / place / name
            files = outbox.paths((folder,)) if name.startswith(PREFIX) else []
            if files:
                found[folder] = files
    return found


def own(state: Path, git_dir: Path) -> list[Path]:
    """Return the outboxes of one repository, those of restricted incidents included."""
    return [folder for place in _PLACES for folder in Fallback(state / place, git_dir).folders()]


def unclaimed(state: Path, git_dir: Path) -> dict[Path, list[Path]]:
    """Return what may be of a repository and is not known to be; see `Fallback.unclaimed`."""
    found = {}
    for place in _PLACES:
        for folder in Fallback(state / place, git_dir).unclaimed():
            if files := outbox.paths((folder,)):
                found[folder] = files
    return found


def is_restricted(folder: Path) -> bool:
    """Say whether an outbox of `everywhere` holds restricted incidents, and surely those."""
    return folder.parent.name == RESTRICTED


def is_unsure(folder: Path) -> bool:
    """Say whether an outbox of `everywhere` holds what may be of restricted incidents."""
    return folder.parent.name == UNSURE and folder.parent.parent.name == RESTRICTED


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 (three times as fast)
    except OSError:
        return []


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _identity(git_dir: Path) -> str | None:
    """Return a key of the identity that is kept; None without one that can be read."""
    with contextlib.suppress(OSError):
        if kept := (git_dir / "incidentctl" / _IDENTITY).read_bytes().strip():
            return _digest(kept)
    return None


def _look(git_dir: Path) -> str:
    """Return a key of the git directory as it stands.

    Inodes are given again, so what is of it alone goes with them: when git made it, told by a file
    that git never writes again, and where its remotes are. A change of permissions, another mount
    and other settings leave the key as it is. Where that file is not there, or its time was set
    by what unpacked it, the time and all the content of the configuration serve.
    """
    config = b""
    with contextlib.suppress(OSError):
        config = (git_dir / "config").read_bytes()
    made = _stamp(git_dir / "description")
    if made and made[1] % 1_000_000_000:
        content = b"\n".join(line for line in config.splitlines() if b"url" in line.lower())
    else:
        made, content = _stamp(git_dir / "config") or _stamp(git_dir), config
    whole = _stamp(git_dir)
    return f"at-{_digest(repr((whole and whole[0], made)).encode() + content)}"


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns
