"""What may be wrong with what this clone lost, or may not have lost."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import presence, refs
from incidentctl.record.write import kept, repair
from torture.mutants import mutant, replace


@mutant("broken")
def absent_on_failure() -> None:
    kinds, is_whole = presence.kinds, presence.is_whole

    def whole(*given: Any, **more: Any) -> bool:
        try:
            return is_whole(*given, **more)
        except EnvironmentFailedError:
            return False

    def absent(git: Any, oids: Iterable[str]) -> dict[str, str | None]:
        wanted = list(oids)
        try:
            return kinds(git, wanted)
        except EnvironmentFailedError:
            return dict.fromkeys(wanted)

    replace(presence, "kinds", absent)
    replace(presence, "is_whole", whole)


@mutant("prune")
def forget_before_a_later_look() -> None:
    def at_once(path: Path, _: Path) -> None:
        path.unlink()

    replace(kept, "keep", at_once)


@mutant("prune", "torn")
def missing_commit_read_as_empty() -> None:
    def empty(self: Any) -> None:
        named = self._store.named()
        if named.log_tip and self._store.absent([named.log_tip]):
            refs.move(self._git, (self._store.log_ref, None, named.log_tip))

    replace(repair.Repair, "quick", empty)
    replace(repair.Repair, "deep", lambda _: False)


@mutant("torn")
def refs_that_name_nothing_are_not_repaired() -> None:
    def left(self: Any, **_: Any) -> None:
        """Leave it as it is."""

    replace(repair.Repair, "_repair_mirror", left)
