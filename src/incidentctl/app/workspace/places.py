"""Which repository a command works on, and where the folders of the user's own state are."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from incidentctl.errors import EnvironmentFailedError, NotFoundError
from incidentctl.files.layout import MARKER, find_root, misnamed_marker
from incidentctl.git.repository import open_repository
from incidentctl.record.local import holds_record

#: The warning outside of every team repository without a default.
NO_TEAM = (
    "No team repository here, only your own local record. Name it with `incidentctl -C DIR`, or "
    "set it once with `incidentctl use DIR`."
)
#: What comes first where somebody declares or responds outside of a team's repository.
KEPT_HERE = "Kept on this machine only: your team does not see it."
_VARIABLE = "INCIDENTCTL_REPO"


class RepositoryChoice(NamedTuple):
    """The team's repository, or None for the built-in catalog, and how it was chosen."""

    root: Path | None
    source: str
    """`-C`, `INCIDENTCTL_REPO`, `here`, `default` or `none`."""
    checked_out: bool = True
    """False if the team's files are not in the folder, as in a bare clone."""


def _xdg(environment: Mapping[str, str], variable: str, default: str) -> Path:
    # The XDG base directory specification: a relative path in the variable is to be ignored.
    stated = environment.get(variable, "")
    base = Path(stated) if stated.startswith("/") else _home() / default
    return base / "incidentctl"


def _home() -> Path:
    """Return the home folder; for a user without one (in containers) an invalid path."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/dev/null")


def state_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder for the local record, and for events that .git could not store."""
    return _xdg(environment, "XDG_STATE_HOME", ".local/state")


def config_file(environment: Mapping[str, str]) -> Path:
    """Return the file in which `use` saves the default repository."""
    return _xdg(environment, "XDG_CONFIG_HOME", ".config") / "config.json"


def trust_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder with what this user lets repositories send."""
    return _xdg(environment, "XDG_CONFIG_HOME", ".config") / "trust"


def trusts_any(environment: Mapping[str, str]) -> bool:
    """Say whether this user trusts any repository: if not, nothing is sent from here."""
    try:
        return any(trust_folder(environment).iterdir())
    except OSError:
        return False


def default_repository(environment: Mapping[str, str]) -> Path | None:
    """Return the repository set by `use`, if it still is one."""
    try:
        stated = json.loads(config_file(environment).read_bytes())["repository"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    root = Path(stated) if isinstance(stated, str) else None
    return root if root and (root / MARKER).is_file() else None


def _find(start: Path, environment: Mapping[str, str], source: str) -> RepositoryChoice | None:
    """Return the team's repository that a folder is in: by the marker file, else by git.

    EnvironmentFailedError if there is no marker file, and git refuses the repository.
    """
    if root := find_root(start):
        return RepositoryChoice(root, source)
    place = open_repository(start, environment, named=source != "here")
    if place and holds_record(place, environment, MARKER):
        return RepositoryChoice(place.work_tree or place.common_dir, source, checked_out=False)
    return None


def is_folder(path: Path) -> bool:
    """Return whether a path is a folder; a path may be too long."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _misnamed(file: Path) -> NotFoundError:
    return NotFoundError(
        f"{file} is not read: the settings of a team are called {MARKER}.",
        hint=f"Rename it: `git mv {file.name} {MARKER}`.",
    )


def choose(
    directory: str | None, environment: Mapping[str, str], here: Path, *, must: bool = True
) -> RepositoryChoice:
    """Choose the repository: `-C`, INCIDENTCTL_REPO, upward from here, the user's default, none.

    A named folder that is not in a team repository is refused; with `must` False (declaring is
    never refused) the result is none.
    """
    for stated, source in ((directory, "-C"), (environment.get(_VARIABLE), _VARIABLE)):
        if not stated:
            continue
        start = here / stated
        try:
            found = _find(start, environment, source) if is_folder(start) else None
        except EnvironmentFailedError:
            if must:
                raise
            found = None
        if found:
            return found
        if must and is_folder(start) and (wrong := misnamed_marker(start)):
            raise _misnamed(wrong)
        if must:
            what = f"has no {MARKER} in it or above it" if is_folder(start) else "is not a folder"
            raise NotFoundError(
                f"{start} {what}, so it is not a team repository.",
                hint=f"Name another with {source}, or create one with `incidentctl init {stated}`.",
            )
        return RepositoryChoice(None, source)
    with contextlib.suppress(EnvironmentFailedError):  # as in any repository that is not a team's
        if found := _find(here, environment, "here"):
            return found
    if must and (wrong := misnamed_marker(here)):
        raise _misnamed(wrong)
    if root := default_repository(environment):
        return RepositoryChoice(root, "default")
    return RepositoryChoice(None, "none")
