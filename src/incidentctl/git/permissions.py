"""Who else may read and write the files of this program in a git directory.

Only the owner may, unless several accounts share the repository: then our files get the same
permissions as git's own, see `core.sharedRepository` in git-config(1).
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import stat
from pathlib import Path
from typing import NamedTuple

from incidentctl.git.nested import is_git_dir

#: The folder of this program in a git directory, and also the one of the user's own state.
_STATE = "incidentctl"
_SECTION = r'\s*\[\s*([^\s"\]]+)(\s+"(?:[^"\\]|\\.)*")?\s*\](.*)'
_NAME = "sharedrepository"
_SETTING = rf"\s*{_NAME}\s*(?:=(.*)|[#;].*)?\Z"
_GROUP = 0o660
_EVERYBODY = 0o664
_WORDS = {
    "umask": 0, "group": _GROUP, "all": _EVERYBODY, "world": _EVERYBODY, "everybody": _EVERYBODY,
}  # fmt: skip
_TRUTHS = {"true": _GROUP, "yes": _GROUP, "on": _GROUP, "false": 0, "no": 0, "off": 0, "": 0}
_NUMBERS = {0: 0, 1: _GROUP, 2: _EVERYBODY}
_OWNER = 0o600


#: What to do where the files of another account cannot be read.
ADVICE = (
    "Ask its owner to run `git config core.sharedRepository group`, then any incidentctl command "
    "or `chmod -R g+rwX .git/incidentctl`."
)


class Modes(NamedTuple):
    """The modes of new files and of new folders."""

    file: int
    folder: int

    @property
    def shared(self) -> bool:
        """Say whether anybody but the owner gets access."""
        return self != PRIVATE


PRIVATE = Modes(0o600, 0o700)


def of_setting(value: str | None) -> Modes:
    """Return the modes for a value of the setting, read as git does; None is a key without value.

    A value that git refuses shares nothing.
    """
    shared = _shared("true" if value is None else value)
    if not shared:
        return PRIVATE
    # Like git: whoever may read a folder may enter it, and new files in it get its group.
    inherited = stat.S_ISGID if shared & 0o060 else 0
    return Modes(shared, inherited | shared | (shared & 0o444) >> 2)


def _shared(value: str) -> int:
    if value in _WORDS:
        return _WORDS[value]
    if value.casefold() in _TRUTHS:
        return _TRUTHS[value.casefold()]
    try:
        number = int(value, 8)
    except ValueError:
        return 0
    if number in _NUMBERS:
        return _NUMBERS[number]
    return number & 0o666 if number & _OWNER == _OWNER else 0


def setting_in(config: str) -> Modes:
    """Return the modes that the text of a git configuration asks for; the last value counts."""
    found, in_core = PRIVATE, False
    if _NAME not in config.lower():  # as in most: there is nothing to read line by line
        return found
    for line in config.splitlines():
        rest = line
        if head := re.match(_SECTION, line):
            in_core = head[1].casefold() == "core" and not head[2]
            rest = head[3]
        if in_core and (setting := re.match(_SETTING, rest, re.IGNORECASE)):
            value = setting[1]
            found = of_setting(None if value is None else _plain(value))
    return found


def _plain(value: str) -> str:
    """Return a value without quotes and without a comment after it."""
    return re.split(r"[#;]", value, maxsplit=1)[0].strip().strip('"').strip()


def of(path: Path) -> Modes:
    """Return the modes for a path: by the setting of its git directory, outside of one private."""
    git_dir, found, _ = f"{path}/".rpartition(f"/{_STATE}/")
    return _of_git_dir(Path(git_dir or "/")) if found else PRIVATE


@functools.cache
def _of_git_dir(git_dir: Path) -> Modes:
    with contextlib.suppress(OSError):
        text = (git_dir / "config").read_bytes()
        if b"sharedrepository" in text.lower() and is_git_dir(git_dir):
            return setting_in(text.decode(errors="replace"))
    return PRIVATE


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, and sync them to disk."""
    modes = of(folder)
    with contextlib.suppress(OSError):
        found = folder.stat().st_mode
        if stat.S_ISDIR(found):
            if modes.shared and found & modes.folder != modes.folder:
                _widen(folder, modes)
            return
    make_folder(folder.parent)
    with contextlib.suppress(FileExistsError):
        # Others who may enter the repository may check whether a folder of ours exists, no more.
        is_top = folder.name == _STATE and is_git_dir(folder.parent)
        folder.mkdir(mode=modes.folder & 0o777 | (0o011 if is_top else 0))
        if modes.shared:  # the umask may have removed bits
            _widen(folder, modes)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Sync the names in a folder to disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_file(path: Path, flags: int) -> int:
    """Open a file, and make it if the flags say so; return its descriptor."""
    modes = of(path)
    descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, modes.file)
    if modes.shared:  # the umask may have removed bits
        with contextlib.suppress(OSError):  # another account's file stays as it made it
            os.fchmod(descriptor, modes.file)
    return descriptor


def touch(path: Path) -> None:
    """Create a file if needed, and set its time to now."""
    descriptor = open_file(path, os.O_WRONLY | os.O_CREAT)
    try:
        os.utime(descriptor)
    finally:
        os.close(descriptor)


def widen(state: Path) -> None:
    """Give other accounts access to what this account made before the repository was shared.

    `state` is this program's folder in the git directory. All of it is checked once after each
    change of the configuration.
    """
    modes = of(state)
    if not modes.shared:
        return
    stamp = state / f"shared-{os.geteuid()}"
    with contextlib.suppress(OSError):
        changed = (state.parent / "config").stat().st_mtime_ns
        with contextlib.suppress(FileNotFoundError):
            if stamp.stat().st_mtime_ns == changed:
                return
        for _, _, names, folder in os.fwalk(state, topdown=False):
            for name in names:
                _widen(name, modes, at=folder)
            _widen(".", modes, at=folder)
        touch(stamp)
        os.utime(stamp, ns=(changed, changed))


def _widen(path: str | Path, modes: Modes, *, at: int | None = None) -> None:
    """Add missing permissions to a file or folder that this account owns."""
    with contextlib.suppress(OSError):
        # Do not block and do not follow links: others who may write here may put anything there.
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(path, flags, dir_fd=at)
        try:
            found = os.fstat(descriptor)
            is_folder = stat.S_ISDIR(found.st_mode)
            wanted = found.st_mode | (modes.folder if is_folder else modes.file)
            is_ours = is_folder or (stat.S_ISREG(found.st_mode) and found.st_nlink == 1)
            if is_ours and found.st_uid == os.geteuid() and wanted != found.st_mode:
                os.fchmod(descriptor, stat.S_IMODE(wanted))
        finally:
            os.close(descriptor)
