"""Files that are not read because of their names, and the names that were probably meant."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from incidentctl.files.layout import KINDS, MARKER, SUFFIXES, search

#: Not read, so that a catalog is the same for every program and file system.
CAPITALS = (".YAML", ".YML", ".Yaml", ".Yml")
_FOLDERS = tuple(name for name in KINDS if not name.endswith(SUFFIXES))


def misnamed(root: Path) -> list[tuple[str, str]]:
    """Return what is not read because its name is nearly right, each with the right name.

    Folders and files of the root; folders only with YAML files, since a repository may hold
    anything beside the catalog.
    """
    found = []
    with contextlib.suppress(OSError), os.scandir(root) as entries:
        for entry in entries:
            if entry.name in KINDS or entry.name[0] == ".":
                continue
            if entry.is_dir(follow_symlinks=False):
                meant = next(
                    (name for name in _FOLDERS if _nearly(entry.name.casefold(), name)), None
                )
                names = os.listdir(entry.path) if meant else []  # noqa: PTH208 (names are wanted, and three times as fast)
                if meant and any(name.endswith(SUFFIXES) and name[0] != "." for name in names):
                    found.append((entry.name, meant))
            elif meant := _meant(entry.name):
                found.append((entry.name, meant))
    return sorted(found)


def in_capitals(root: Path) -> list[tuple[str, str]]:
    """Return the files of the catalog's folders that are not read for that, with the right name."""
    found: list[str] = []
    for name in KINDS:
        if not name.endswith(SUFFIXES):
            search(f"{root}/{name}", name, found, ends=CAPITALS)
    return sorted((path, f"{path.rpartition('.')[0]}.yaml") for path in found)


def _meant(file: str) -> str | None:
    """Return the file of the root that a file's name is nearly; None for another name."""
    stem, _, suffix = file.casefold().rpartition(".")
    if suffix not in ("yaml", "yml"):
        return None
    if stem == "severity" or _nearly(stem, "severities"):
        return "severities.yaml"
    if stem in ("role", "roles"):
        return "roles.yaml"
    if stem in ("alert", "alerts", "alerting"):
        return "alerts.yaml"
    if stem in ("announcement", "announcements", "anounce", "announces"):
        return "announce.yaml"
    return MARKER if _nearly(stem, "incidentctl") else None


#: The templates that documents are made of.
TEMPLATES = (
    "retrospective.md.j2", "drill-planned.md.j2", "drill-public.md.j2", "drill-private.md.j2",
    "drill-note.md.j2",
)  # fmt: skip


def not_read(root: Path) -> list[str]:
    """Return the files and folders that look like ours and that nothing reads, by their paths."""
    found: list[str] = []
    with contextlib.suppress(OSError):
        names = os.listdir(f"{root}/templates")  # noqa: PTH208 (names are wanted, and three times as fast)
        known = (*TEMPLATES, "update.md.j2", "announce.md.j2")
        found += [
            f"templates/{name}"
            for name in names
            if name.endswith(".j2")
            and name not in known
            and not name.startswith(("update.", "announce."))
        ]
    return sorted(found)


def _nearly(name: str, other: str) -> bool:
    """Say whether at most one letter is missing, added, wrong, or swapped with its neighbour."""
    pairs = enumerate(zip(name, other, strict=False))
    at = next((place for place, (one, two) in pairs if one != two), min(len(name), len(other)))
    rest, wanted = name[at:], other[at:]
    return (
        rest[1:] in (wanted, wanted[1:])
        or rest == wanted[1:]
        or (rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:])
    )
