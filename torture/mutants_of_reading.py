"""What may be wrong with reading what others wrote, or what another git wrote."""

from __future__ import annotations

import hashlib
from typing import Any

from incidentctl.domain.incident.draft.holders import Holders
from incidentctl.record.store import stored_event
from incidentctl.record.write import batch, verify
from torture.mutants import mutant, replace


@mutant("hostile")
def fold_in_the_square_of_the_events() -> None:
    def searched(self: Holders, role: str, person: str) -> bool:
        spans = [held for held in self.spans if held.role == role and held.until is None]
        return any(held.person == person for held in spans)

    def begin(self: Holders, held: Any) -> None:
        if not searched(self, held.role, held.person):
            self._now.setdefault(held.role, {})[held.person] = len(self.spans)
            self.spans.append(held)

    replace(Holders, "begin", begin)


@mutant("sha256")
def one_hash_for_every_repository() -> None:
    def sha1(data: bytes, _: str) -> str:
        return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()

    for place in (batch, verify):
        replace(place, "blob_id", sha1)


@mutant("hostile")
def an_id_says_nothing_of_the_content() -> None:
    replace(stored_event, "is_sealed", lambda *_: False)
