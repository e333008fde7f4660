"""Which files belong to the team's catalog, and their bytes: for the loader and its caches.

Imports neither yaml nor pydantic: with a warm cache, a command only reads and hashes the bytes.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from incidentctl.domain.common.text import one_line
from incidentctl.errors import Problem
from incidentctl.git import safe_read

if TYPE_CHECKING:
    from incidentctl.domain.catalog.settings import Settings

MARKER = "incidentctl.yaml"
"""The file that marks the root of a repository and holds its settings."""

KINDS = {
    MARKER: "settings",
    "teams": "team",
    "services": "service",
    "product_areas": "product_area",
    "severities.yaml": "severities",
    "severities.yml": "severities",
    "roles.yaml": "roles",
    "roles.yml": "roles",
    "runbooks": "runbook",
    "announce.yaml": "announcements",
    "announce.yml": "announcements",
    "alerts.yaml": "alerts",
    "alerts.yml": "alerts",
    "drills": "drill",
    "maintenance": "maintenance",
}
"""The kind of entries in each file and folder of the root."""

MAX_BYTES = 1 << 20
"""The largest file that is read, in bytes. A catalog of ten thousand services stays far below."""
#: Where `schema write` puts the schemas that editors read.
SCHEMAS = ".incidentctl/schemas"

SUFFIXES = (".yaml", ".yml")


class Bounds(NamedTuple):
    """How many files are read at most, and how many bytes in total."""

    files: int
    data: int


WHOLE = Bounds(20_000, 16 << 20)
"""For a catalog: twice what the largest organisations have."""
EARLY = Bounds(2_000, 1 << 20)
"""For what is read before an event is acknowledged: only settings and people, for speed."""


class Content(NamedTuple):
    """One file: its path from the root with forward slashes, its kind, and its bytes.

    `data` is None if it could not be read; `problem` says why.
    """

    path: str
    kind: str
    data: bytes | None
    problem: Problem | None = None


PRIVATE = (".private.yaml", ".private.yml")
"""The end of the file name of a drill's private half."""

PRIVATE_HALF = "private_half"
"""The kind of such a file."""


def find_root(start: Path) -> Path | None:
    """Return the nearest folder, from `start` upward, with the marker, or None."""
    here = start.resolve()  # `..` would make the folder itself one of its parents
    return next((folder for folder in (here, *here.parents) if (folder / MARKER).is_file()), None)


_NEARLY_MARKER = (MARKER, "incidentctl.yml")


def misnamed_marker(start: Path) -> Path | None:
    """Return the nearest file, from `start` upward, whose name is nearly that of the marker."""
    here = start.resolve()
    for folder in (here, *here.parents):
        with contextlib.suppress(OSError):
            for name in sorted(os.listdir(folder)):  # noqa: PTH208 (names are wanted, and three times as fast)
                if name.casefold() in _NEARLY_MARKER and name != MARKER:
                    return folder / name
    return None


def kind_of(path: str) -> str | None:
    """Return the kind of entries in a file, by its path from the root; None for other files."""
    if "/" not in path:
        return KINDS.get(path) if path.endswith(SUFFIXES) else None
    hidden = path.startswith(".") or "/." in path
    return _kind_in(path) if path.endswith(SUFFIXES) and not hidden else None


def is_excluded(path: str, settings: Settings) -> bool:
    """Say whether the settings exclude a file; never themselves, nor a private half of a drill."""
    return _kind_in(path) not in ("settings", PRIVATE_HALF) and settings.leaves_out(path)


def _kind_in(path: str) -> str | None:
    """Return the kind of a file of the catalog."""
    kind = KINDS.get(path.partition("/")[0])
    return PRIVATE_HALF if kind == "drill" and path.endswith(PRIVATE) else kind


def yaml_files(root: Path, *, only: Container[str] | None = None) -> list[str]:
    """Return the paths of the catalog's files, from the root, in a stable order.

    `only` limits them to some kinds. Folders are searched to any depth, except names that begin
    with a dot. A link to a folder is listed as a file, and reading it reports that links to folders
    are not followed.
    """
    base = str(root)
    found: list[str] = []
    for name, kind in KINDS.items():
        if only is not None and kind not in only:
            continue
        full = os.path.join(base, name)  # noqa: PTH118 (pathlib costs 4 times as much, per file)
        if name.endswith(SUFFIXES):
            if os.path.lexists(full):
                found.append(name)
        elif os.path.islink(full):  # noqa: PTH114 (the same)
            found.append(name)
        else:
            search(full, name, found)
    return sorted(found)


def search(top: str, name: str, found: list[str], *, ends: tuple[str, ...] = SUFFIXES) -> None:
    """Add the files in a folder, at any depth, whose names end so; `name` is its path."""
    folders = [(top, name)]  # no recursion: folders may nest deeper than Python calls
    while folders:
        folder, prefix = folders.pop()
        try:
            entries = list(os.scandir(folder))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            if ends is SUFFIXES:
                found.append(prefix)  # reading it reports what is wrong
            continue
        for entry in entries:
            path = f"{prefix}/{entry.name}"
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append((entry.path, path))
            elif entry.name.endswith(ends) or (
                ends is SUFFIXES and entry.is_symlink() and entry.is_dir()
            ):
                found.append(path)


def read_all(
    root: Path, *, only: Container[str] | None = None, bounds: Bounds = WHOLE
) -> list[Content]:
    """Read the catalog's files; one that cannot be read has a problem.

    If the catalog exceeds the bounds, the files of the root come first, then teams, services and so
    on; the first file that is not read has a problem that says so.
    """
    base = str(root)
    real = os.path.realpath(base)
    paths = yaml_files(root, only=only)
    if len(paths) > bounds.files or only is None:
        paths.sort(key=_rank)
    found: list[Content] = []
    left = bounds.data
    for path in paths:
        if len(found) == bounds.files or left < 0:
            found.append(Content(path, _kind_in(path) or "", None, beyond(path, bounds)))
            break
        found.append(_read(f"{base}/{path}", path, _kind_in(path) or "", real, walked=True))
        left -= len(found[-1].data or b"")
    return sorted(found)


_ORDER = {name: number for number, name in enumerate(KINDS)}


def _rank(path: str) -> tuple[int, str]:
    folder, slash, _ = path.partition("/")
    return (_ORDER[folder] if slash else -1), path


def beyond(path: str, bounds: Bounds) -> Problem:
    """Return the problem of the first file that is not read because there are too many."""
    size = f"{bounds.files} files, or {bounds.data >> 20} MiB"
    message = f"{one_line(path)} and the files after it were not read: there are more than {size}."
    return Problem("IC006", "error", message, path, hint="Remove what nobody needs.")


def read_one(root: Path, path: str) -> Content:
    """Read one file by its path from the root."""
    return _read(f"{root}/{path}", path, _kind_in(path) or "", os.path.realpath(root))


def folder_problem(root: Path, path: str) -> Problem | None:
    """Return what is wrong with a folder whose files are read one by one, if it is a link.

    A link to another folder of the repository is fine.
    """
    real = os.path.realpath(root)
    if os.path.realpath(f"{root}/{path}").startswith(real + os.sep):
        return None
    what, hint = "is a link that leaves the repository", _HINTS[safe_read.LeavesError]
    return _refuse(path, "", "IC007", what, hint).problem


def retrospective_path(name: str) -> str:
    """Return the path, from the root, of the retrospective of an incident."""
    return f"retros/{name}.md"


def is_there(root: Path, path: str) -> bool:
    """Say whether there is a regular file of the repository at a path from the root."""
    return safe_read.is_file(f"{root}/{path}", inside=os.path.realpath(root))


def read_half(root: Path, path: str) -> Content:
    """Read a half of a drill, sealed or not; no bytes and no problem if it does not exist."""
    full = f"{root}/{path}"
    if not os.path.lexists(full):
        return Content(path, PRIVATE_HALF, None)
    # Sealing makes a file a third larger.
    return _read(full, path, PRIVATE_HALF, os.path.realpath(root), limit=2 * MAX_BYTES)


def _read(
    full: str, path: str, kind: str, real: str, *, walked: bool = False, limit: int = MAX_BYTES
) -> Content:
    try:
        data = safe_read.read(full, inside=real, limit=limit, walked=walked)
    except safe_read.TooLargeError:
        return _refuse(
            path, kind, "IC006", f"is larger than {limit >> 20} MiB", "Split it into several files."
        )
    except OSError as error:
        said = error.strerror or type(error).__name__
        if not isinstance(error, safe_read.NotReadError):
            return _refuse(path, kind, "IC007", f"cannot be read: {said}", "Check its permissions.")
        return _refuse(path, kind, "IC007", said, _HINTS.get(type(error)))
    return Content(path, kind, data)


_HINTS: dict[type[OSError], str] = {
    safe_read.LeavesError: "Copy the file into the repository: a clone has only what is in it.",
    safe_read.FolderLinkError: "Move the folder here: links to folders are not followed.",
}


def _refuse(path: str, kind: str, code: str, what: str, hint: str | None) -> Content:
    problem = Problem(code, "error", f"{one_line(path)} {what}.", path, None, None, hint)
    return Content(path, kind, None, problem)
