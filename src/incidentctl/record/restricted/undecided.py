"""What was said while nobody could tell whether its incident is restricted: it waits apart."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from incidentctl.errors import EnvironmentFailedError
from incidentctl.record.write import outbox
from incidentctl.record.write.acknowledge import Acknowledged, acknowledge
from incidentctl.record.write.fallback import RESTRICTED, UNSURE, Fallback
from incidentctl.record.write.outbox import Action

REASON = "nobody can tell now whether its incident is restricted, so it waits apart"


class Unsure:
    """The outboxes of what waits for a place, of one clone."""

    def __init__(self, state: Path, fallback: Path, git_dir: Path) -> None:
        """Take the record's folder in the git directory, and that in the user's own state."""
        below = Path(RESTRICTED, UNSURE)
        self._box = state / below
        self._fallback = Fallback(fallback / below, git_dir)

    @property
    def boxes(self) -> tuple[Path, ...]:
        """Return the folders that are there now."""
        return (self._box, *self._fallback.folders())

    def files(self) -> list[Path]:
        """Return what waits."""
        return outbox.paths(self.boxes)

    def incidents(self) -> set[str]:
        """Return the ids of what waits."""
        return set(map(outbox.incident_of, self.files()))

    def acknowledge(self, action: Action) -> Acknowledged:
        """Put an action on disk; as `Record.acknowledge`."""
        return acknowledge(self._box, self._fallback, action)

    def place(
        self,
        belongs_apart: Callable[[str], bool | None],
        shared_ids: Callable[[], set[str]],
        *,
        take_apart: Callable[[Path], None],
        box: Path,
    ) -> list[Path]:
        """Put each where its incident belongs; return what still waits.

        Into the shared `box` only where the shared record has the incident: that the restricted
        part does not have it may be because that was lost.
        """
        for path in self.files():
            incident = outbox.incident_of(path)
            apart = belongs_apart(incident)
            with contextlib.suppress(OSError, EnvironmentFailedError):
                if apart:
                    take_apart(path)
                elif apart is False and incident in shared_ids():
                    outbox.move(path, box)
        return self.files()
