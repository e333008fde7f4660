"""Close an incident: its severity may require a retrospective first."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.app.learn import retro
from incidentctl.domain.incident.decide import lifecycle as decide


class Closed(NamedTuple):
    """What was recorded; or None, and the retrospective that was written in its place."""

    recorded: Recorded | None
    written: retro.Written | None = None


def close(
    response: Response,
    reason: str | None = None,
    *,
    may_write: Callable[[str], bool] | None = None,
) -> Closed:
    """Close an incident, for a reason where no retrospective is needed.

    Where one is required and missing, `may_write` is asked, with why, whether to write it now: the
    incident is closed once people have answered its questions. Else NoRetrospectiveError.
    """
    workspace, incident = response.workspace, response.incident
    there = retro.existing(workspace, incident.id)
    answered = True
    if there is not None and reason is None and decide.needs_retrospective(incident):
        answered = retro.answered(workspace, there)
    try:
        stated = decide.close(
            incident,
            reason,
            retrospective=there,
            answered=answered,
            restricted=workspace.record.is_restricted(incident.id),
        )
    except decide.NoRetrospectiveError as refusal:
        if may_write is None or not retro.can_write(workspace, incident.id):
            raise
        if not may_write(refusal.message):
            raise
        return Closed(None, retro.write(workspace, incident.id))
    return Closed(response.record(stated, "closed"))
