"""`use`: save the user's default repository in the XDG configuration."""

from __future__ import annotations

import json
from pathlib import Path

from incidentctl.app.workspace.places import is_folder
from incidentctl.errors import EnvironmentFailedError, NotFoundError
from incidentctl.files.layout import MARKER, find_root
from incidentctl.git import atomic


def use(directory: Path, config_file: Path) -> Path:
    """Make the repository at or above a folder the default one; return its root.

    Refuses a folder that is not in a team repository.
    """
    root = find_root(directory) if is_folder(directory) else None
    if root is None:
        raise NotFoundError(
            f"{directory} is not in a team repository: there is no {MARKER} in it or above it.",
            hint=f"Create one with `incidentctl init {directory}`.",
        )
    data = json.dumps({"repository": str(root)}) + "\n"
    try:
        config_file.parent.mkdir(parents=True, exist_ok=True)
        atomic.replace(config_file, data.encode(), mode=atomic.USUAL_MODE)
    except OSError as error:
        raise EnvironmentFailedError(
            f"Could not write {config_file}: {error.strerror}.",
            hint="Set INCIDENTCTL_REPO instead.",
        ) from error
    return root
