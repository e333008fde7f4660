"""Actions that wait in a folder of their own, as long as nobody can know whether to restrict them.

Git could not be read when they were recorded, so it was not known whether their incident is
restricted.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from incidentctl.record.write import outbox
from incidentctl.record.write.acknowledge import Acknowledged, acknowledge, acknowledge_all
from incidentctl.record.write.fallback import RESTRICTED, UNSURE, Fallback
from incidentctl.record.write.outbox import Action

REASON = "git cannot say now whether its incident is restricted, so it waits until git can"


class Undecided:
    """The outboxes of one clone for actions that wait for this decision."""

    def __init__(self, state: Path, fallback: Path, git_dir: Path) -> None:
        """Take the record's folder in the git directory, and that in the user's own state."""
        below = Path(RESTRICTED, UNSURE)
        self._box = state / below
        self._fallback = Fallback(fallback / below, git_dir)

    @property
    def boxes(self) -> tuple[Path, ...]:
        """Return the folders that exist now."""
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

    def acknowledge_all(self, actions: Sequence[Action]) -> None:
        """Put actions on disk together; as `Record.acknowledge_all`."""
        acknowledge_all(self._box, self._fallback, actions)
