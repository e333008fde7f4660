"""The ids of every incident that was ever restricted in a clone: files without content.

No cache has to last: what was restricted once is so for ever, also where git cannot be read.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import permissions


class KnownIds:
    """A folder with an empty file for each id."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made with the first id."""
        self._folder = folder

    def exists(self) -> bool:
        """Say whether there is a folder; without one nothing is known of what it would hold."""
        try:
            return self._folder.is_dir()
        except PermissionError:  # another account's: nothing is known of it either
            return False

    def has(self, incident: str) -> bool:
        """Say whether an id was ever added. EnvironmentFailedError where that cannot be read."""
        try:
            (self._folder / incident).lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise EnvironmentFailedError(
                f"{self._folder} cannot be read: {error.strerror}."
            ) from None
        return True

    def ids(self) -> set[str]:
        """Return all ids; none where they cannot be read."""
        with contextlib.suppress(OSError):
            return set(os.listdir(self._folder))  # noqa: PTH208 (no paths wanted)
        return set()

    def add(self, incidents: Iterable[str]) -> None:
        """Add ids, as far as they can be written."""
        with contextlib.suppress(OSError):
            for incident in incidents:
                path = self._folder / incident
                if not path.exists():
                    permissions.make_folder(self._folder)
                    permissions.touch(path)
