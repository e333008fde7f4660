"""The team's files of the last commit, for when those in the folder cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from incidentctl.domain.common.text import one_line
from incidentctl.errors import IncidentctlError, InvalidDataError, Problem
from incidentctl.files.catalog.basics import Basics, basics_of, committed_catalog, unread
from incidentctl.files.layout import EARLY, MARKER
from incidentctl.git.worktree import committed

_BUILT_IN = "The team's files are not checked out here, so the built-in ones are used."


def catalog_at_head(root: Path) -> tuple[Any, list[Problem], str | None]:
    """Return the Catalog of HEAD, its problems, and a note if there is none."""
    from incidentctl.domain.catalog.model import Catalog

    try:
        catalog, problems, _ = catalog_at(root, "HEAD")
    except IncidentctlError:
        return Catalog(), [], _BUILT_IN
    return catalog, problems, None


def basics_at_head(root: Path, environment: Mapping[str, str]) -> tuple[Basics, str | None]:
    """Return the basics of HEAD, and a note if there are none."""
    catalog = settings_at_head(root, environment)
    return (Basics(), _BUILT_IN) if catalog is None else (basics_of(catalog, ()), None)


def settings_at_head(root: Path, environment: Mapping[str, str]) -> Any | None:
    """Return the Catalog of the settings and teams at HEAD; None without readable settings."""
    try:
        files, data = EARLY
        found = committed(
            root, environment, MARKER, "severities.yaml", "teams", files=files, data=data
        )
        return committed_catalog(found)
    except Exception:  # noqa: BLE001 (a fault in reading must not lose an event)
        return None


def in_place_of(
    basics: Basics, fault: Problem, root: Path, environment: Mapping[str, str]
) -> tuple[Basics, str]:
    """Return the basics to use if the settings cannot be read, and a note about it."""
    place = f"{fault.path}:{fault.line}" if fault.line else MARKER
    what = f"{place} cannot be read ({one_line(fault.message).rstrip('.')})"
    earlier = settings_at_head(root, environment)
    if earlier is None:
        return basics, f"{what}, nor the last commit's: nothing is shared until this is fixed"
    return basics_of(earlier, basics.problems), f"{what}; the version of the last commit is used"


def with_earlier(
    catalog: Any, problems: list[Problem], root: Path, environment: Mapping[str, str]
) -> tuple[Any, list[str]]:
    """Return a Catalog with HEAD's settings and teams where those in the folder are unreadable.

    And the files of teams that HEAD's versions stand in for. Rules do not see those teams.
    """
    from dataclasses import replace

    faulty = unread(catalog, problems)
    files = {each.path for each in catalog.unread if each.kind == "team"}
    if not (faulty or files) or (earlier := settings_at_head(root, environment)) is None:
        return catalog, []
    if faulty:
        catalog = replace(catalog, settings=earlier.settings)
    found = [
        entry
        for entry in earlier.of_kind("team")
        if entry.source.path in files and entry.name not in catalog.teams
    ]
    teams = {**catalog.teams, **{entry.name: entry.value for entry in found}}
    return replace(catalog, teams=teams), sorted({entry.source.path for entry in found})


def with_earlier_people(basics: Basics, root: Path, environment: Mapping[str, str]) -> Basics:
    """Return the basics with HEAD's people, too, if a file of a team has faults."""
    if not any((problem.path or "").startswith("teams/") for problem in basics.problems):
        return basics
    earlier = settings_at_head(root, environment)
    if earlier is None:
        return basics
    known = basics.by_handle
    people = (each for each in basics_of(earlier, ()).people if each.handle not in known)
    return basics._replace(people=(*basics.people, *people))


def catalog_at(root: Path, revision: str) -> tuple[Any, list[Problem], str]:
    """Return the Catalog of a revision, its problems, and the commit's id."""
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
