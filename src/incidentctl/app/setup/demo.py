"""The repository of `demo`: the packaged example, committed, separate from the user's files."""

from __future__ import annotations

import shutil
from pathlib import Path

import incidentctl
from incidentctl.app.workspace.workspace import isolated_environment, open_workspace
from incidentctl.errors import EnvironmentFailedError, UsageError
from incidentctl.git.create import commit_all, create_repository, subjects

_EXAMPLE = "otel-demo"
_PLAYER = {"name": "Joelle Marchand", "email": "joelle@astronomy-shop.example"}


def _example() -> Path:
    package = Path(incidentctl.__file__).parent
    # An installed package contains the example; in a checkout it is two folders up.
    for folder in (package / "examples", package.parents[1] / "examples"):
        if (folder / _EXAMPLE).is_dir():
            return folder / _EXAMPLE
    raise EnvironmentFailedError(f"The example {_EXAMPLE} is not in this installation.")


def prepare(folder: Path, *, state: Path) -> Path:
    """Copy the example to a new folder and commit it; `state` replaces the user's own folders.

    Return the folder's absolute path. UsageError if it exists.
    """
    if folder.exists():
        raise UsageError(f"{folder} already exists.", hint="Name a folder that does not exist.")
    environment = isolated_environment(state, **_PLAYER)
    shutil.copytree(_example(), folder)
    create_repository(folder, environment)
    commit_all(folder, environment, "The catalog of the demo shop")
    return folder.absolute()


def incident_ids(root: Path) -> list[str]:
    """Return the ids of the played incidents."""
    return open_workspace(str(root)).record.ids()


def log_of_branch(root: Path) -> str:
    """Return the commits of the record, the newest first, a line each."""
    workspace = open_workspace(str(root))
    return "\n".join(subjects(root, workspace.environment, workspace.basics.branch))
