"""What may be wrong with keeping restricted incidents apart."""

from __future__ import annotations

from typing import Any

from incidentctl.errors import EnvironmentFailedError
from incidentctl.record.restricted.restricted import RecordWithRestricted
from incidentctl.record.sync import restricted_remote
from torture.mutants import mutant, replace


@mutant("restricted", "broken", "cache", "lost")
def restricted_fails_open() -> None:
    def told(self: Any, incident: str) -> bool:
        try:
            return incident in self._named or incident in self._apart.recorded_ids()
        except EnvironmentFailedError:
            return False

    replace(RecordWithRestricted, "_belongs_apart", told)


@mutant("restricted", "network")
def apart_when_unknown() -> None:
    unproven = restricted_remote.unproven

    def trusting(*given: Any, **more: Any) -> Any:
        answer = unproven(*given, **more)
        return None if answer and answer.state != answer.OK else answer

    replace(restricted_remote, "unproven", trusting)


@mutant("restricted")
def restricted_in_the_branch_for_people() -> None:
    acknowledge = RecordWithRestricted.acknowledge

    def both(self: Any, action: Any) -> Any:
        done = acknowledge(self, action)
        if self._last_apart:
            super(RecordWithRestricted, self).acknowledge(action)
        return done

    replace(RecordWithRestricted, "acknowledge", both)
