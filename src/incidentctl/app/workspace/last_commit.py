"""What the last commit has of the team's files, where those in the folder do not serve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from incidentctl.domain.common.text import one_line
from incidentctl.errors import IncidentctlError, InvalidDataError, Problem
from incidentctl.files.catalog.basics import Basics, basics_of, committed_catalog, unread
from incidentctl.files.layout import EARLY, MARKER
from incidentctl.git.worktree import committed

_BUILT_IN = "The team's files are not checked out here: the built-in ones serve."


def catalog_at_head(root: Path) -> tuple[Any, list[Problem], str | None]:
    """Return the Catalog of HEAD, its problems, and what to tell where there is none."""
    from incidentctl.domain.catalog.model import Catalog

    try:
        catalog, problems, _ = catalog_at(root, "HEAD")
    except IncidentctlError:
        return Catalog(), [], _BUILT_IN
    return catalog, problems, None


def basics_at_head(root: Path, environment: Mapping[str, str]) -> tuple[Basics, str | None]:
    """Return the basics of HEAD, and what to tell where there are none."""
    catalog = settings_at_head(root, environment)
    return (Basics(), _BUILT_IN) if catalog is None else (basics_of(catalog, ()), None)


def settings_at_head(root: Path, environment: Mapping[str, str]) -> Any | None:
    """Return the Catalog of the settings and teams at HEAD; None without readable settings."""
    try:
        files, data = EARLY
        found = committed(root, environment, MARKER, "teams", files=files, data=data)
        return committed_catalog(found)
    except Exception:  # noqa: BLE001 (nothing that is read here may lose what somebody says)
        return None


def in_place_of(
    basics: Basics, fault: Problem, root: Path, environment: Mapping[str, str]
) -> tuple[Basics, str]:
    """Return the basics that serve where the settings cannot be read, and what to tell of it."""
    place = f"{fault.path}:{fault.line}" if fault.line else MARKER
    what = f"{place} cannot be read ({one_line(fault.message).rstrip('.')})"
    earlier = settings_at_head(root, environment)
    if earlier is None:
        return basics, f"{what}, nor the last commit's: nothing is shared until it is put right"
    return basics_of(earlier, basics.problems), f"{what}; the version of the last commit is used"


def with_settings(
    catalog: Any, problems: list[Problem], root: Path, environment: Mapping[str, str]
) -> tuple[Any, list[Problem]]:
    """Give a Catalog whose settings cannot be read those of HEAD, if it has any."""
    if unread(catalog, problems) and (earlier := settings_at_head(root, environment)):
        catalog = replace(catalog, settings=earlier.settings)
    return catalog, problems


def catalog_at(root: Path, revision: str) -> tuple[Any, list[Problem], str]:
    """Return the Catalog as it was at a revision, its problems, and the commit's id."""
    import tempfile

    from incidentctl.files.catalog.loader import load
    from incidentctl.files.history.export import export

    with tempfile.TemporaryDirectory(prefix="incidentctl-") as folder:
        commit = export(root, revision, into=Path(folder))
        if not (Path(folder) / MARKER).is_file():
            raise InvalidDataError(
                f"There was no {MARKER} at {revision} ({commit[:12]}), so no process to show.",
                hint="Give a later commit.",
            )
        catalog, problems = load(Path(folder))
    return catalog, problems, commit
