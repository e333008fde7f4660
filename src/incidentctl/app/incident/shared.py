"""What everybody in the team may read: not even the ids of restricted incidents."""

from __future__ import annotations

from collections.abc import Iterable

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident.head import Head
from incidentctl.errors import NotFoundError, UsageError


def find_shared(workspace: Workspace, part: str) -> str:
    """Return the id of an incident by a part of it, as if there were no restricted ones."""
    record, folded = workspace.record, part.strip().casefold()
    found = [ident for ident in record.find(folded) if folded and not record.is_restricted(ident)]
    if folded in found:
        return folded
    if len(found) > 1:
        raise UsageError(
            f"{one_line(part)!r} matches {len(found)} incidents: {', '.join(found[:20])}."
        )
    if not found:
        raise NotFoundError(f"No incident has {one_line(part)!r} in its id.")
    return found[0]


def only_shared(workspace: Workspace, heads: Iterable[Head]) -> list[Head]:
    """Return those of some incidents that are not restricted."""
    hidden = workspace.record.restricted_ids()
    return [head for head in heads if head.id not in hidden]
