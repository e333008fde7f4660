"""The numbers of the inbox as it was last shown: new alerts do not shift them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence

from incidentctl.app.workspace.receiver_signs import folder_of
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import atomic, permissions

_FILE = "inbox.json"


def remember(workspace: Workspace, ids: Sequence[str]) -> None:
    """Keep what each number names; where that cannot be kept, they name what waits then."""
    with contextlib.suppress(OSError, EnvironmentFailedError):
        file = folder_of(workspace) / _FILE
        permissions.make_folder(file.parent)
        atomic.replace(file, json.dumps(list(ids)).encode(), durable=False)


def shown_last(workspace: Workspace) -> list[str] | None:
    """Return the ids by number, as they were shown last in this clone; None if they never were."""
    try:
        found = json.loads((folder_of(workspace) / _FILE).read_bytes())
    except (OSError, ValueError, EnvironmentFailedError):
        return None
    return [str(each) for each in found] if isinstance(found, list) else None
