"""Write a folder of generated pages: only what changed, and never what somebody else put there.

A list of what was written stands in the folder. What is not in it is foreign.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import stat
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from incidentctl.errors import EnvironmentFailedError, RefusedError
from incidentctl.files.writer import check_stays
from incidentctl.git import atomic, safe_read

#: The list of what was written, in the folder itself.
MANIFEST = ".incidentctl-page.json"
_WRITER = "incidentctl page build"
_MAX_BYTES = 256 << 20
#: So many seconds one build waits for another.
_PATIENCE = 60.0
_ANOTHER = "Name an empty folder with --out, or move these files away."


class Part(NamedTuple):
    """A file to write: `key` says what it is made of; without one it is made each time."""

    key: str | None
    make: Callable[[], bytes]


class SiteResult(NamedTuple):
    """How many files were written, were as they are to be, and were removed."""

    written: int
    same: int
    removed: int
    left: tuple[str, ...]
    """Files that are no part any more, and that somebody changed: they were left alone."""


class _Known(NamedTuple):
    """What the list says of a file."""

    key: str | None
    digest: str
    size: int


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other builds out of a folder while its content is read and written.

    An older build that ends last would leave an old page for good. EnvironmentFailedError if
    another one goes on for a minute.
    """
    check_stays(folder / MANIFEST)
    until = time.monotonic() + _PATIENCE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _failed(folder, error) from error
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise EnvironmentFailedError(
                        f"Another build has been writing into {folder} for a minute.",
                        hint="Wait for it, or end it, and run the command again.",
                    ) from None
                time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


def _failed(folder: Path, error: OSError) -> EnvironmentFailedError:
    return EnvironmentFailedError(
        f"Could not write {error.filename or folder}: {error.strerror}.",
        hint="Fix that and run the command again: it continues from there.",
    )


def write_site(folder: Path, parts: Mapping[str, Part]) -> SiteResult:
    """Write the files by their paths in a folder; those of the last time that are none go.

    RefusedError, before anything is written, if a foreign file or a link stands in the way.
    EnvironmentFailedError if the disk fails: the next time goes on from there.
    """
    check_stays(folder / MANIFEST)
    if (folder / "incidentctl.yaml").exists():
        raise RefusedError(f"{folder} has the team's files: the page needs a folder of its own.")
    known = _read(folder)
    try:
        there = _check_free(folder, parts, known)
        return _write(folder, parts, known, there)
    except OSError as error:
        raise _failed(folder, error) from error


def _write(
    folder: Path, parts: Mapping[str, Part], known: dict[str, _Known], there: Mapping[str, int]
) -> SiteResult:
    folder.mkdir(parents=True, exist_ok=True)
    if any(path not in known for path in parts):
        # Claimed first: after a crash they are known to be ours.
        _keep(folder, dict.fromkeys(parts, _Known(None, "", -1)) | known)
    for each in _folders(parts):
        (folder / each).mkdir(parents=True, exist_ok=True)
    after: dict[str, _Known] = {}
    written = 0
    for path, part in parts.items():
        before = known.get(path)
        if part.key and before and before.key == part.key and there.get(path) == before.size:
            after[path] = before
            continue
        target, data = folder / path, part.make()
        after[path] = _Known(part.key, hashlib.sha256(data).hexdigest(), len(data))
        if _content(folder, target) != data:
            atomic.replace(target, data, mode=atomic.USUAL_MODE, durable=False)
            written += 1
    gone = [path for path in known if path not in parts]
    left = [path for path in gone if not _remove(folder, path, known[path])]
    for each in reversed(_folders(gone)):
        with contextlib.suppress(OSError):  # something is in it
            (folder / each).rmdir()
    if after != known:
        _keep(folder, after)
    return SiteResult(written, len(parts) - written, len(gone) - len(left), tuple(left))


def _folders(paths: Iterable[str]) -> list[str]:
    """Return the folders of some paths, each after those that it is in."""
    own = {path.rpartition("/")[0] for path in paths} - {""}
    found = {str(parent) for path in own for parent in PurePosixPath(path).parents} | own
    return sorted(found - {"."})


def _there(folder: Path, paths: Iterable[str]) -> dict[str, int]:
    """Return what is in a folder and its own folders by path: its size, or -1 if it is no file."""
    found = {}
    for each in ("", *_folders(paths)):
        begin = f"{each}/" if each else ""
        with contextlib.suppress(FileNotFoundError), os.scandir(folder / each) as entries:
            for entry in entries:
                regular = entry.is_file(follow_symlinks=False)
                size = entry.stat(follow_symlinks=False).st_size if regular else -1
                found[begin + entry.name] = size
    return found


def _check_free(
    folder: Path, parts: Collection[str], known: Mapping[str, _Known]
) -> dict[str, int]:
    """Refuse if a part would take the place of what is not ours, or lead through a link.

    Return what is there, as `_there`.
    """
    if os.path.lexists(folder) and not folder.is_dir():
        raise RefusedError(f"{folder} is not a folder.", hint="Name a folder with --out.")
    for each in _folders(parts):
        inner = folder / each
        if os.path.lexists(inner) and (inner.is_symlink() or not inner.is_dir()):
            raise RefusedError(
                f"{inner} is a link or a file, where the page has a folder; nothing was written.",
                hint=_ANOTHER,
            )
    there = _there(folder, parts)
    foreign = [path for path in parts if path in there and (path not in known or there[path] < 0)]
    if foreign:
        more = f", and {len(foreign) - 1} more" if len(foreign) > 1 else ""
        raise RefusedError(
            f"{folder / min(foreign)} was not written by this program{more}; nothing was written.",
            hint=_ANOTHER,
        )
    return there


def _read(folder: Path) -> dict[str, _Known]:
    """Return what the list says; RefusedError if it is none."""
    path = folder / MANIFEST
    if not os.path.lexists(path):
        return {}
    try:
        data = safe_read.read(str(path), inside=os.path.realpath(folder), limit=_MAX_BYTES)
        listed = json.loads(data)
        if path.is_symlink() or listed["written_by"] != _WRITER:
            raise ValueError
        known = {name: _Known(*values) for name, values in listed["files"].items()}
        if not all(map(_stays, known)):
            raise ValueError
        return known
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise RefusedError(
            f"{path} is damaged: it does not say what this program wrote in {folder}.",
            hint="Name another folder, or empty this one.",
        ) from None


def _stays(path: str) -> bool:
    pure = PurePosixPath(path)
    return bool(pure.parts) and not pure.is_absolute() and ".." not in pure.parts


def _keep(folder: Path, known: Mapping[str, _Known]) -> None:
    listed = {"written_by": _WRITER, "files": {path: known[path] for path in sorted(known)}}
    data = json.dumps(listed, separators=(",", ":")).encode() + b"\n"
    atomic.replace(folder / MANIFEST, data, mode=atomic.USUAL_MODE, durable=False)


def _size(target: Path) -> int | None:
    try:
        found = target.lstat()
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _content(folder: Path, target: Path) -> bytes | None:
    try:
        inside = os.path.realpath(folder)
        return safe_read.read(str(target), inside=inside, limit=_MAX_BYTES)
    except OSError:
        return None


def _remove(folder: Path, path: str, known: _Known) -> bool:
    """Remove a file that is as it was written, or is gone; False if somebody changed it."""
    target = folder / path
    if not os.path.lexists(target):
        return True
    if _size(target) is None or any((folder / each).is_symlink() for each in _folders([path])):
        return False
    data = _content(folder, target)
    if data is None or hashlib.sha256(data).hexdigest() != known.digest:
        return False
    target.unlink()
    return True
