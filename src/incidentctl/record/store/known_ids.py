"""The ids of every incident that was ever restricted in a clone, as empty files.

A cache may be lost, these must not: an incident stays restricted for ever, also while git cannot
be read.
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
        """Take the folder; the first id creates it."""
        self._folder = folder

    def exists(self) -> bool:
        """Say whether the folder exists; without it nothing is known about restricted ids."""
        try:
            return self._folder.is_dir()
        except PermissionError:  # another account's: nothing is known about it either
            return False

    def has(self, incident: str) -> bool:
        """Say whether an id was ever added. EnvironmentFailedError if that cannot be read."""
        try:
            (self._folder / incident).lstat()
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return False  # the last for what is no id: it names no file
        except OSError as error:
            raise EnvironmentFailedError(
                f"{self._folder} cannot be read: {error.strerror}."
            ) from None
        return True

    def is_empty(self) -> bool:
        """Say whether no id was ever added; False if that cannot be read."""
        try:
            return not any(self._folder.iterdir())
        except FileNotFoundError:
            return True
        except OSError:
            return False

    def ids(self) -> set[str]:
        """Return all ids; an empty set if they cannot be read."""
        with contextlib.suppress(OSError):
            return set(os.listdir(self._folder))  # noqa: PTH208 (names are wanted, and three times as fast)
        return set()

    def add(self, incidents: Iterable[str]) -> None:
        """Add ids, and ignore those that cannot be written."""
        with contextlib.suppress(OSError):
            for incident in incidents:
                path = self._folder / incident
                if not path.exists():
                    permissions.make_folder(self._folder)
                    permissions.touch(path)
