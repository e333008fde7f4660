"""The part of the record that is kept apart, and its memory of what was ever restricted."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import permissions, refs
from incidentctl.record.record import Record
from incidentctl.record.write import outbox


class Apart(Record):
    """The part that is kept apart; it knows its incidents also where git cannot be read."""

    def __init__(self, *arguments: Any, **given: Any) -> None:
        """Take what a `Record` takes."""
        super().__init__(*arguments, **given, restricted=True)
        self.waits_elsewhere: Callable[[], list[Path]] = list
        """The actions that wait elsewhere and are shown with this part."""

    def remembers(self, incident: str) -> bool:
        """Say whether an incident was ever recorded or received here; without git.

        EnvironmentFailedError where the memory is there and cannot be read.
        """
        try:
            (self._known / incident).lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise EnvironmentFailedError(
                f"{self._known} cannot be read: {error.strerror}"
            ) from None
        return True

    def has_memory(self) -> bool:
        """Say whether there is a memory; without one nothing is known of what it would hold."""
        try:
            return self._known.is_dir()
        except PermissionError:  # another account's: nothing is known of it either
            return False

    def recorded_ids(self) -> set[str]:
        """Return the ids of what is recorded here, and remember them.

        EnvironmentFailedError where git does not tell: nothing is taken for an answer that is none.
        """
        git, truth = self._store.git, self._store.truth
        if self._store.tips().truth is None and (refs.read(git, truth) or refs.is_torn(git, truth)):
            raise EnvironmentFailedError(f"git cannot read {truth}")
        found = self._own_ids().union(self._store.index().ids)
        self._mark_stale(found)
        return found

    def known_ids(self) -> set[str]:
        """Return the ids of what was ever recorded or received here, or known to a cache."""
        with contextlib.suppress(OSError):
            return self.last_ids().union(os.listdir(self._known))  # noqa: PTH208 (no paths wanted)
        return self.last_ids()

    def _mark_stale(self, incidents: Iterable[str]) -> None:
        """Remember ids before anything of them is recorded or taken in; no cache has to last."""
        with contextlib.suppress(OSError):
            for incident in incidents:
                path = self._known / incident
                if not path.exists():
                    permissions.make_folder(self._known)
                    permissions.touch(path)

    def take(self, path: Path) -> None:
        """Take an action that waited elsewhere. OSError where it cannot be moved."""
        self._mark_stale([outbox.incident_of(path)])
        outbox.move(path, self._box)

    def _pending(self) -> dict[str, list[Path]]:
        found = super()._pending()
        for path in self.waits_elsewhere():
            found.setdefault(outbox.incident_of(path), []).append(path)
        return found

    @property
    def _known(self) -> Path:
        return self._state / "known"
