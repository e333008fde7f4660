"""`use`: keep the user's default repository in the XDG configuration."""

from __future__ import annotations

import json
from pathlib import Path

from incidentctl.app.workspace.places import is_folder
from incidentctl.errors import EnvironmentFailedError, NotFoundError
from incidentctl.files.layout import MARKER, find_root


def use(directory: Path, config_file: Path) -> Path:
    """Make the repository at a folder, or above it, the default one; return its root.

    Refuses a folder that is in no team's repository.
    """
    root = find_root(directory) if is_folder(directory) else None
    if root is None:
        raise NotFoundError(
            f"{directory} is in no team's repository: there is no {MARKER} in it or above it.",
            hint=f"Make one with `incidentctl init {directory}`.",
        )
    # Replaced whole, so that a crash leaves the old file or the new one.
    beside = config_file.with_name(config_file.name + ".new")
    try:
        config_file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps({"repository": str(root)}) + "\n", encoding="utf-8")
        beside.replace(config_file)
    except OSError as error:
        raise EnvironmentFailedError(
            f"Could not write {config_file}: {error.strerror}.",
            hint="Set INCIDENTCTL_REPO instead.",
        ) from error
    return root
