"""The status page as it is now, for a preview: each file is made when it is requested."""

from __future__ import annotations

import time
from collections.abc import Callable

from incidentctl.app.page.build import known, parts
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.files.site import Part

#: Seconds for which a page is taken for the present one: a browser asks for several files at once.
_FRESH = 1.0


class LivePage:
    """The files of the page: each is made when it is asked for."""

    def __init__(self, workspace: Callable[[], Workspace]) -> None:
        """Take what opens the workspace: the team's files may have changed since the last time."""
        self._open = workspace
        self._parts: dict[str, Part] = {}
        self._read: float | None = None

    def file(self, path: str) -> bytes | None:
        """Return a file of the page by its path; None if it has none such."""
        now = time.monotonic()
        if self._read is None or now - self._read > _FRESH:
            workspace = self._open()
            self._parts = parts(workspace, known(workspace, workspace.now()))
            self._read = time.monotonic()
        part = self._parts.get(path)
        return part.make() if part else None
