"""Write new files into the team's repository, or rewrite known ones; never outside of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from incidentctl.errors import EnvironmentFailedError, RefusedError
from incidentctl.files.layout import PRIVATE
from incidentctl.git import atomic, safe_read


class WrittenFiles(NamedTuple):
    """The result of writing files, by their paths from the root."""

    written: tuple[str, ...]
    kept: tuple[str, ...]
    """Files that existed, even if their names differ in case, and were left alone."""


def write_new(root: Path, files: Mapping[str, str]) -> WrittenFiles:
    """Write each file that does not exist yet; never overwrite, never leave the root.

    Paths are relative with forward slashes. Refuses before the first file is written if one of
    them leads out of the root. If the disk fails, this removes what it wrote. A private half of a
    drill is readable only for its owner at any time.
    """
    kept = [path for path in files if _exists(root, path)]
    wanted = {path: text for path, text in files.items() if path not in kept}
    for path in wanted:
        _check_inside(root, path)
    written: list[str] = []
    try:
        for path, text in wanted.items():
            (kept if not _create(root / path, text) else written).append(path)
    except OSError as error:
        _take_back(root, written)
        raise EnvironmentFailedError(
            f"Could not write {error.filename or path}: {error.strerror}.",
            hint="Nothing was written. Fix that and run the command again.",
        ) from error
    except KeyboardInterrupt:
        _take_back(root, written)
        raise
    return WrittenFiles(tuple(written), tuple(kept))


def rewrite(root: Path, path: str, data: bytes, *, before: bytes) -> None:
    """Replace the content of a file, whole or not at all, if it still is what was read `before`.

    Refuses a link, and a file that somebody changed meanwhile.
    """
    target = root / path
    _check_inside(root, path)
    try:
        if not _has(root, target, before):
            raise RefusedError(
                f"{path} is a link, or was changed meanwhile; it was left alone.",
                hint="Run the command again.",
            )
        atomic.replace(target, data, mode=target.lstat().st_mode & 0o777)
    except OSError as error:
        raise EnvironmentFailedError(
            f"Could not write {path}: {error.strerror}.", hint="The file is as it was."
        ) from error


def _has(root: Path, target: Path, before: bytes) -> bool:
    """Say whether a path is a file, not a link, and still has its old content."""
    if target.is_symlink():
        return False
    try:
        real = os.path.realpath(root)
        return safe_read.read(str(target), inside=real, limit=len(before)) == before
    except safe_read.NotReadError:
        return False


def check_stays(target: Path) -> None:
    """Refuse a file named by the user if a link in its path leads out of its git repository.

    A repository may contain such a link, and the file would be written anywhere.
    """
    named = Path(os.path.abspath(target))  # noqa: PTH100 (the links stay in it)
    top = next((each for each in named.parents if os.path.lexists(each / ".git")), None)
    if top is None or named.parent.resolve().is_relative_to(top.resolve()):
        return
    raise RefusedError(
        f"{target} leads out of the repository through a symbolic link.",
        hint="Name the file by the folder that it is really in.",
    )


def _exists(root: Path, path: str) -> bool:
    """Whether the file exists; one that differs only in case, or is .yml for .yaml, counts."""
    target = root / path
    if os.path.lexists(target):
        return True
    try:
        names = os.listdir(target.parent)  # noqa: PTH208 (names are wanted, and three times as fast)
    except OSError:
        return False
    return _folded(target.name) in map(_folded, names)


def _folded(name: str) -> str:
    name = name.casefold()
    return f"{name[:-4]}.yaml" if name.endswith(".yml") else name


def _check_inside(root: Path, path: str) -> None:
    parts = PurePosixPath(path).parts
    if not parts or ".." in parts or PurePosixPath(path).is_absolute():
        raise RefusedError(f"{path} is not a path inside the repository.")
    inside = root.resolve()
    if not (root / path).parent.resolve().is_relative_to(inside):
        raise RefusedError(
            f"{path} leads out of the repository through a symbolic link.",
            hint=f"Remove the link, or make {parts[0]} a folder.",
        )


def _create(target: Path, text: str) -> bool:
    """Create a file with a text; False if somebody created it meanwhile."""
    target.parent.mkdir(parents=True, exist_ok=True)
    private = target.name.endswith(PRIVATE)
    mode = atomic.PRIVATE_MODE if private else atomic.USUAL_MODE
    return atomic.create(target, text.encode(), mode=mode)


def _take_back(root: Path, written: list[str]) -> None:
    for path in written:
        (root / path).unlink(missing_ok=True)
