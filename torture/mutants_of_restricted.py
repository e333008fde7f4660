"""What may be wrong with keeping restricted incidents to themselves."""

from __future__ import annotations

from typing import Any

from incidentctl.errors import EnvironmentFailedError
from incidentctl.record.restricted.pair import RecordPair
from incidentctl.record.restricted.placement import Placement
from incidentctl.record.sync import restricted_remote
from incidentctl.record.sync.answer import OK
from torture.mutants import mutant, replace


@mutant("restricted", "broken", "cache", "lost")
def restricted_fails_open() -> None:
    def told(self: Any, incident: str) -> bool:
        try:
            return incident in self._stated or incident in self._ids.recorded()
        except EnvironmentFailedError:
            return False

    replace(Placement, "is_restricted", told)


@mutant("restricted", "network")
def unproven_remote_taken_for_another() -> None:
    unproven = restricted_remote.unproven

    def trusting(*given: Any, **more: Any) -> Any:
        answer = unproven(*given, **more)
        return None if answer and answer.state != OK else answer

    replace(restricted_remote, "unproven", trusting)


@mutant("restricted")
def restricted_in_the_branch_for_people() -> None:
    acknowledge = RecordPair.acknowledge

    def both(self: Any, action: Any) -> Any:
        done = acknowledge(self, action)
        if self._last_is_restricted:
            self.shared.acknowledge(action)
        return done

    replace(RecordPair, "acknowledge", both)
