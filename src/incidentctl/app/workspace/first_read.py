"""Read the team's files before an event is acknowledged: bounded, and it never fails."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from incidentctl.errors import Problem
from incidentctl.files.catalog.basics import Basics, load_basics
from incidentctl.files.layout import MARKER


class FirstRead(NamedTuple):
    """The basics, and a note if they do not come from the folder."""

    basics: Basics
    note: str | None = None
    unread: str | None = None
    """Why the settings in the folder cannot be used; a note, too."""


def first_read(
    root: Path, cache: Path | None, environment: Mapping[str, str], *, checked_out: bool
) -> FirstRead:
    """Return the basics of a repository, from its files, else from the last commit."""
    if not checked_out:
        from incidentctl.app.workspace.last_commit import basics_at_head

        return FirstRead(*basics_at_head(root, environment))
    try:
        basics = load_basics(root, cache)
    except Exception as error:  # noqa: BLE001 (a bug of ours must not lose an event)
        fault = Problem("IC007", "error", f"{type(error).__name__}: a bug in incidentctl.", MARKER)
        basics = Basics(problems=(fault,), unread=fault)
    if basics.unread is None:
        return FirstRead(basics)
    from incidentctl.app.workspace.last_commit import in_place_of

    basics, note = in_place_of(basics, basics.unread, root, environment)
    return FirstRead(basics, note, note)
