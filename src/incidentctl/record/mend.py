"""What the holder of the lock puts right before it commits: a truth that a power cut tore."""

from __future__ import annotations

import time
from pathlib import Path

from incidentctl.record import refs
from incidentctl.record.store import Store


def mend_truth(store: Store, state: Path) -> str | None:
    """Move a ref of the record that names no commit aside into `state`; say so.

    Then the record goes on from the branches that still hold it. Only for the holder of the lock.
    OSError when the file cannot be moved.
    """
    loose = store.git.git_dir / store.truth
    if not loose.is_file() or refs.is_there(store.git, refs.read(store.git, store.truth)):
        return None
    aside = state / f"damaged-log-ref-{time.time_ns()}"
    loose.replace(aside)
    below = refs.read(store.git, store.truth)  # an older one, from `git pack-refs`
    if below and not refs.is_there(store.git, below):
        store.git.run("update-ref", "-d", store.truth)
    elif below and (newer := _newer(store, below)):
        store.git.run("update-ref", store.truth, newer, below)
    return (
        f"the record's ref {store.truth} was damaged, as by a power cut: it is now {aside}, "
        "and the record goes on from what the branches and this clone still hold"
    )


def _newer(store: Store, below: str) -> str | None:
    """Return the mirror's commit if it follows a commit of the truth."""
    mirror = refs.read(store.git, store.mirror) if store.mirror else None
    if mirror is None or mirror == below:
        return None
    return mirror if refs.follows(store.git, below, mirror) else None
