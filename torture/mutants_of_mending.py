"""What may be wrong with what this clone lost, or may not have lost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from incidentctl.errors import EnvironmentFailedError
from incidentctl.record import presence
from torture.mutants import mutant, replace


@mutant("broken")
def absent_on_failure() -> None:
    kinds = presence.kinds

    def absent(git: Any, oids: Iterable[str]) -> dict[str, str | None]:
        wanted = list(oids)
        try:
            return kinds(git, wanted)
        except EnvironmentFailedError:
            return dict.fromkeys(wanted)

    replace(presence, "kinds", absent)
