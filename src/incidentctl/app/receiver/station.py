"""One receiver a clone: its lock, and the signs of life that others in this clone read."""

from __future__ import annotations

import contextlib
import json

from incidentctl.app.workspace.receiver_signs import STATE, Signs, folder_of, read
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.times import iso
from incidentctl.errors import EnvironmentFailedError, RefusedError
from incidentctl.git import atomic, permissions
from incidentctl.record import health
from incidentctl.record.write.lock import Lock

_LOCK = "receiver.lock"


class Station:
    """The lock and the state file of the receiver of one clone."""

    def __init__(self, workspace: Workspace) -> None:
        """Take the workspace of the team's repository."""
        self._folder = folder_of(workspace)
        self._lock = Lock(self._folder / _LOCK)

    def take(self) -> None:
        """Become the receiver of this clone; RefusedError, with who it is, if there is one."""
        try:
            permissions.make_folder(self._folder)
            taken = self._lock.take()
        except OSError as error:
            where = error.filename or self._folder
            raise EnvironmentFailedError(f"{where} cannot be written: {error.strerror}.") from None
        if taken:
            return
        found, holder = read(self._folder), health.holder(self._folder / _LOCK)
        pid = holder.pid if holder else found.pid if found else None
        process = f"process {pid}" if pid else "another process"
        listens = f", which listens on {found.listens}" if found and found.pid == pid else ""
        raise RefusedError(
            f"This clone has a receiver already: {process}{listens}.",
            hint="Stop it first, or serve from a clone of your own.",
        )

    def say(self, signs: Signs) -> None:
        """Leave signs of life for others; what cannot be written is left out."""
        entry = signs._asdict() | {
            "at": iso(signs.at),
            "sources": {name: iso(at) for name, at in signs.sources.items()},
            "heartbeats": {name: iso(at) for name, at in signs.heartbeats.items()},
        }
        with contextlib.suppress(OSError):
            atomic.replace(self._folder / STATE, json.dumps(entry).encode(), durable=False)

    def leave(self) -> None:
        """Let another process be the receiver."""
        self._lock.release()
