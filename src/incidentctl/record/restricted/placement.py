"""In which part of the record an incident belongs: the shared one or the restricted one."""

from __future__ import annotations

import contextlib
from pathlib import Path

from incidentctl.domain.incident.ids import is_group_id
from incidentctl.errors import EnvironmentFailedError
from incidentctl.record.record import Record
from incidentctl.record.restricted.ids import RestrictedIds
from incidentctl.record.restricted.undecided import Undecided
from incidentctl.record.write import outbox


class Placement:
    """Decides it by what this process was told, by what is remembered, and by what git holds."""

    def __init__(
        self, shared: Record, restricted: Record, ids: RestrictedIds, undecided: Undecided
    ) -> None:
        """Take both parts, the ids of the restricted one, and what waits for a decision."""
        self._shared = shared
        self._restricted = restricted
        self._ids = ids
        self._undecided = undecided
        self._stated: set[str] = set()
        """The incidents that the caller of this process has restricted."""
        self._declared: set[str] = set()
        """The incidents that this process declared."""

    def restrict(self, incident: str) -> None:
        """Restrict an incident that is about to be declared."""
        self._stated.add(incident)

    def declare(self, incident: str) -> None:
        """Note that this process declares an incident: it is new, so nobody has restricted it."""
        self._declared.add(incident)

    def is_restricted(self, incident: str) -> bool | None:
        """Say whether an incident is restricted; None if that cannot be known now.

        An incident stays restricted for ever, so the remembered ids are read first, then git.
        """
        try:
            if incident in self._stated or self._ids.remembered.has(incident):
                return True
            return incident not in self._declared and incident in self._ids.recorded()
        except EnvironmentFailedError:
            if incident in self._ids.known():
                return True
            if incident in self._declared:
                return False
            shared = self._shared.own_ids()
            if self._ids.remembered.exists():
                shared |= self._shared.last_ids()
            return False if incident in shared else None

    def restricted_ids(self) -> frozenset[str]:
        """Return the incidents known to be restricted: every one that ever was."""
        found = self._ids.known() | self._stated
        with contextlib.suppress(EnvironmentFailedError):
            found |= self._ids.recorded()
        return frozenset(found)

    # --- what waits for a decision ---------------------------------------------------------------

    def is_undecided(self, incident: str) -> bool:
        """Say whether events of an incident wait for a decision, and the record has no others."""
        waits = incident in self._undecided.incidents()
        return waits and not (self.is_restricted(incident) or incident in self._shared_ids())

    def undecided_files(self, *, shared: bool) -> list[Path]:
        """Return what waits for a decision, to show with the shared part or with the other."""
        return [
            path
            for path in self._undecided.files()
            if (self.is_restricted(outbox.incident_of(path)) is False) is shared
        ]

    def decide(self) -> int:
        """Move each waiting action to the part where it belongs; return how many still wait.

        An action goes to the shared part only if that has the incident. That the restricted part
        lacks it proves nothing: it may have been lost there.
        """
        for path in self._undecided.files():
            incident = outbox.incident_of(path)
            restricted = self.is_restricted(incident)
            with contextlib.suppress(OSError, EnvironmentFailedError):
                if restricted:
                    self._restricted.part.announce([incident])
                    outbox.move(path, self._restricted.part.box)
                elif restricted is False and self._shared_has(incident):
                    outbox.move(path, self._shared.part.box)
        return len(self._undecided.files())

    def _shared_ids(self) -> set[str]:
        """Return the ids of the shared part, without those that only wait for a decision."""
        return self._shared.own_ids().union(self._shared.part.store.index().ids)

    def _shared_has(self, incident: str) -> bool:
        """Say whether the shared part has an incident or a group, beside what waits."""
        if incident in self._shared_ids():
            return True
        return is_group_id(incident) and incident in self._shared.part.store.groups()
