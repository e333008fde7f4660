"""The repository in which `demo` plays: the packaged example, committed, apart from the user's."""

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
    # In an installed package the example lies within; in a checkout two folders above.
    for folder in (package / "examples", package.parents[1] / "examples"):
        if (folder / _EXAMPLE).is_dir():
            return folder / _EXAMPLE
    raise EnvironmentFailedError(f"The example {_EXAMPLE} is not in this installation.")


def prepare(folder: Path, *, state: Path) -> Path:
    """Copy the example to a new folder and commit it; `state` gets what would go to the user's.

    Returns the folder's absolute path. UsageError when there is something already.
    """
    if folder.exists():
        raise UsageError(f"{folder} exists already.", hint="Name a folder that does not exist.")
    environment = isolated_environment(state, **_PLAYER)
    shutil.copytree(_example(), folder)
    create_repository(folder, environment)
    commit_all(folder, environment, "The catalog of the demo shop")
    return folder.absolute()


def incident_ids(root: Path) -> list[str]:
    """Return the ids of the incidents that were played."""
    return open_workspace(str(root)).record.ids()


def log_of_branch(root: Path) -> str:
    """Return the commits of the record, the newest first, a line each."""
    workspace = open_workspace(str(root))
    return "\n".join(subjects(root, workspace.environment, workspace.basics.branch))
