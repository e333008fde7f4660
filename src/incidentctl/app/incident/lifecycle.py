"""The lifecycle of an incident: status, moments, resolve, reopen, cancel.

Closing checks the retrospective: app/learn/close.py.
"""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.app.incident.find import ensure_nameable, find_incident, load
from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.domain.incident.decide import lifecycle as decide
from incidentctl.domain.incident.state import Incident


class Cancelled(NamedTuple):
    """What was recorded, and the incident afterwards."""

    recorded: Recorded
    incident: Incident


class Resolved(NamedTuple):
    """What was recorded, and the incident afterwards, with what is still open."""

    recorded: Recorded
    incident: Incident
    needs_retrospective: bool


def set_status(response: Response, status: str) -> Recorded:
    """Set the status of the response."""
    return response.record(decide.set_status(response.incident, status), f"status {status}")


def mark(response: Response, moment: str) -> Recorded:
    """Record when it started, was detected, acknowledged or mitigated."""
    when = response.at or response.workspace.now()
    return response.record(decide.mark(response.incident, moment, at=when), moment)


def resolve(response: Response, text: str | None = None) -> Resolved:
    """Resolve an incident; a drill as `drill stop` does."""
    recorded = _resolve(response, text)
    after = response.incident
    return Resolved(recorded, after, decide.needs_retrospective(after))


def _resolve(response: Response, text: str | None) -> Recorded:
    incident = response.incident
    if incident.drill is None or incident.drill.ended:
        return response.record(decide.resolve(incident, text), "resolved")
    from incidentctl.app.incident.injects import plan_of, unmeasured
    from incidentctl.domain.drill.play import end

    workspace = response.workspace
    to_do = unmeasured(workspace, incident)
    # The targets in the plan of a drill are no secret any more.
    recorded = response.record(end(incident, plan_of(workspace, incident), text=text), "resolved")
    return recorded._replace(notes=(*recorded.notes, to_do)) if to_do else recorded


def reopen(response: Response, reason: str) -> Recorded:
    """Reopen a resolved incident."""
    return response.record(decide.reopen(response.incident, reason), "reopened")


def cancel(
    response: Response, reason: str | None = None, *, duplicate_of: str | None = None
) -> Cancelled:
    """Cancel a false alarm or a duplicate of another incident: any part of its id."""
    other = None
    if duplicate_of:
        ident = find_incident(response.workspace, duplicate_of)
        ensure_nameable(response.workspace, response.ident, ident)
        other = load(response.workspace, ident)
    recorded = response.record(
        decide.cancel(response.incident, reason, duplicate_of=other), "cancelled"
    )
    return Cancelled(recorded, response.incident)
