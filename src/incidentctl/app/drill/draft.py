"""The answers to `drill new` that somebody broke off: kept in this clone, never in its files."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from incidentctl.app.workspace.places import state_folder
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.git import atomic, permissions


def _place(workspace: Workspace) -> Path:
    place = workspace.repository()
    home = place.common_dir if place else state_folder(workspace.environment)
    return home / "incidentctl" / "drafts" / "drill.json"


def keep(workspace: Workspace, answers: Mapping[str, Any]) -> bool:
    """Keep the answers, readable for this user alone; say whether there was something to keep."""
    given = {key: value for key, value in answers.items() if value not in (None, (), "")}
    if not given.keys() - {"mode"}:
        return False
    path = _place(workspace)
    try:
        permissions.make_folder(path.parent)
        atomic.replace(path, json.dumps(given).encode(), mode=0o600, durable=False)
    except OSError:
        return False
    return True


def recall(workspace: Workspace) -> dict[str, Any] | None:
    """Return the answers that were kept, or None."""
    try:
        found = json.loads(_place(workspace).read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict):
        return None
    return {key: tuple(value) if isinstance(value, list) else value for key, value in found.items()}


def drop(workspace: Workspace) -> None:
    """Forget what was kept."""
    with contextlib.suppress(OSError):
        _place(workspace).unlink()
