"""The files beside the catalog that decide what actions send: announcements, rules, templates."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from incidentctl.errors import InvalidDataError
from incidentctl.git import safe_read

#: The rules for alerts.
RULES = ("alerts.yaml", "alerts.yml")
_FILES = (*RULES, "announce.yaml", "announce.yml")
_TEMPLATES = "templates"
#: A template of more bytes, and more of them, are no templates.
_MAX_BYTES, _MAX_FILES = 1 << 20, 500


def pinned_files(root: Path) -> dict[str, bytes]:
    """Return the bytes of these files by their paths from the root; InvalidDataError if unread.

    What cannot be read could be another thing at the next look, so nothing is trusted with it.
    """
    real = os.path.realpath(root)
    names = [name for name in _FILES if os.path.lexists(root / name)]
    for folder, folders, files in os.walk(root / _TEMPLATES, followlinks=False):
        folders.sort()
        inside = Path(folder).relative_to(root).as_posix()
        names += [f"{inside}/{name}" for name in sorted(files) if name.endswith(".j2")]
    if len(names) > _MAX_FILES:
        raise InvalidDataError(f"There are more than {_MAX_FILES} templates.")
    found = {}
    for name in names:
        try:
            found[name] = safe_read.read(str(root / name), inside=real, limit=_MAX_BYTES)
        except OSError as error:
            raise InvalidDataError(f"{name} cannot be read: {error.strerror}.") from None
    return found


def may_restrict(files: Mapping[str, bytes]) -> bool:
    """Say whether rules for alerts may keep some for few; also where nobody can read the rules."""
    return any(b"restricted" in files.get(name, b"") for name in RULES)
