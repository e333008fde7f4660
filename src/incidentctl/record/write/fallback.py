"""The outboxes in the user's own state, for git directories that cannot be written.

Each must be matched to its repository. A path alone is not enough: another team's repository may
later be at the same path, for example in a container. So a folder is named after the path and a
key of the repository. A folder that does not match belongs to nobody until a user adopts it. The
key is an identity stored in the git directory, beside the record and never in it. If there is no
identity yet and none can be written, or it cannot be read, the key is made of what the file system
says about the git directory. An identity that is written later names that key, which may change.
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
#: The folder of restricted incidents, in the git directory and in the user's own state; and in it
#: the folder of actions recorded while it was not known whether their incident is restricted.
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
        """Return the outbox for what is recorded now."""
        return self._state / f"{self._by_path}-{identity_of(self._git_dir) or _look(self._git_dir)}"

    def folders(self) -> tuple[Path, ...]:
        """Return the existing outboxes that certainly belong to this repository."""
        names = [name for name in _names(self._state) if name.startswith(f"{self._by_path}-")]
        if not names:
            return ()
        # Outboxes from before an identity could be written belong to the same repository.
        keys = (*_kept(self._git_dir), _look(self._git_dir))
        own = {f"{self._by_path}-{key}" for key in keys if key}
        return tuple(self._state / name for name in names if name in own)

    def unclaimed(self) -> tuple[Path, ...]:
        """Return outboxes with this path and another key, or with another path and this key."""
        names = [name for name in _names(self._state) if name.startswith(PREFIX)]
        if not names:
            return ()
        identity, own = identity_of(self._git_dir), self.folders()
        return tuple(
            self._state / name
            for name in names
            if (name.startswith(self._by_path) or (identity and name.endswith(f"-{identity}")))
            and self._state / name not in own
        )

    def keep_identity(self) -> None:
        """Give the repository an identity; never fails, a later command tries again."""
        path = self._git_dir / "incidentctl" / _IDENTITY
        if os.path.lexists(path):
            return
        with contextlib.suppress(OSError):
            kept = f"{os.urandom(16).hex()}\n{_look(self._git_dir)}\n"
            atomic.create(path, kept.encode())  # the first process wins


def everywhere(state: Path) -> dict[Path, list[Path]]:
    """Return the non-empty outboxes of all repositories, with their files.

    This includes those of restricted incidents: see `is_restricted`.
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
    """Return the outboxes of one repository, including those of restricted incidents."""
    return [folder for place in _PLACES for folder in Fallback(state / place, git_dir).folders()]


def unclaimed(state: Path, git_dir: Path) -> dict[Path, list[Path]]:
    """Return outboxes that may belong to a repository, without proof; see `Fallback.unclaimed`."""
    found = {}
    for place in _PLACES:
        for folder in Fallback(state / place, git_dir).unclaimed():
            if files := outbox.paths((folder,)):
                found[folder] = files
    return found


def is_restricted(folder: Path) -> bool:
    """Say whether an outbox of `everywhere` certainly holds restricted incidents."""
    return folder.parent.name == RESTRICTED


def is_unsure(folder: Path) -> bool:
    """Say whether an outbox of `everywhere` may hold restricted incidents."""
    return folder.parent.name == UNSURE and folder.parent.parent.name == RESTRICTED


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 (names are wanted, and three times as fast)
    except OSError:
        return []


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def identity_of(git_dir: Path) -> str | None:
    """Return a key of the stored identity; None if there is none that can be read."""
    return next(iter(_kept(git_dir)), None)


def _kept(git_dir: Path) -> tuple[str, ...]:
    """Return a key of the stored identity, and the key that the repository had before it."""
    with contextlib.suppress(OSError):
        if lines := (git_dir / "incidentctl" / _IDENTITY).read_bytes().split():
            earlier = (line.decode(errors="replace") for line in lines[1:2])
            return (_digest(lines[0]), *earlier)
    return ()


def _look(git_dir: Path) -> str:
    """Return a key made of what the file system says about the git directory.

    Inodes are reused, so the key also has what is specific to it: when git made it, read from a
    file that git never rewrites, and the addresses of its remotes. Changed permissions, another
    mount and other settings do not change the key. If that file is missing, or its time was set by
    an unpacking program, the key uses the time and the whole content of the configuration.
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
