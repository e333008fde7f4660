"""Which incidents are restricted, from the restricted part of the record and what it remembers."""

from __future__ import annotations

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import refs
from incidentctl.record.record import Record
from incidentctl.record.store.known_ids import KnownIds


class RestrictedIds:
    """The ids of the restricted part; known also where git cannot be read."""

    def __init__(self, restricted: Record) -> None:
        """Take the restricted part. ValueError where it is the shared one."""
        if restricted.part.known_ids is None:
            raise ValueError("the shared part remembers no ids")
        self._record = restricted
        self.remembered: KnownIds = restricted.part.known_ids

    def recorded(self) -> set[str]:
        """Return the ids of what is recorded in the restricted part, and remember them.

        EnvironmentFailedError if git cannot say: a failure must not read as "not restricted".
        """
        store = self._record.part.store
        git, ref = store.git, store.log_ref
        if store.tips().log_tip is None and (refs.read(git, ref) or refs.is_torn(git, ref)):
            raise EnvironmentFailedError(f"Git cannot read {ref}.")
        index = store.index()
        found = self._record.own_ids().union(index.ids, index.groups)
        self.remembered.add(found)
        return found

    def known(self) -> set[str]:
        """Return every id that was ever recorded or received here, or that a cache knows."""
        return self._record.last_ids() | self.remembered.ids()
