"""Whether restricted incidents are for this clone at all.

The setting of their remote is in a file that all share; who may read them has that remote in git.
"""

from __future__ import annotations

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import refs
from incidentctl.record.record import Record
from incidentctl.record.restricted.ids import RestrictedIds
from incidentctl.record.restricted.undecided import Undecided
from incidentctl.record.store import last_tips


def not_for_here(restricted: Record, ids: RestrictedIds, undecided: Undecided) -> str | None:
    """Return the name of their remote if restricted incidents are not for this clone, else None.

    They are not where git has no remote of that name, and nothing shows that this clone ever had
    it or any restricted incident. What cannot be read is no proof.
    """
    name, part = restricted.part.remote, restricted.part
    if name is None:
        return None
    try:
        last = restricted.exchange_status()
        if last is not None and last.was_read:
            return None
        store = part.store
        held = (
            not ids.remembered.is_empty()
            or any(store.named())
            or any(refs.is_torn(part.git, ref) for ref in (store.log_ref, store.mirror))
            or last_tips.read(part.state)
            or ids.known()
            or restricted.unread()
            or undecided.files()
        )
        return None if held or not restricted.remote().is_unknown() else name
    except (EnvironmentFailedError, OSError):
        return None
