"""Close an incident: its severity may require a retrospective first."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.app.learn import retro
from incidentctl.domain.incident.decide import lifecycle as decide


class Closed(NamedTuple):
    """What was recorded; or None, and the retrospective that was written instead."""

    recorded: Recorded | None
    written: retro.Written | None = None


def close(
    response: Response,
    reason: str | None = None,
    *,
    may_write: Callable[[str], bool] | None = None,
) -> Closed:
    """Close an incident, with a reason if no retrospective is needed.

    If a required one is missing, `may_write` gets the reason and returns whether to write it now;
    the incident can be closed once its questions are answered. Else NoRetrospectiveError.
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
