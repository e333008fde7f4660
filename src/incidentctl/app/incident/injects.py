"""The injects of a running drill, delivered to the responders in the walk."""

from __future__ import annotations

from incidentctl.app.incident.respond import Response
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.drill import play as playing
from incidentctl.domain.drill.plan import Drill, drill_of
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.state import Incident


def plan_of(workspace: Workspace, incident: Incident) -> Drill | None:
    """Return the plan that an incident plays, with the halves in this clone."""
    return drill_of(workspace.catalog, incident.drill.drill) if incident.drill else None


def injects_of(workspace: Workspace, incident: Incident) -> tuple[playing.ScheduledInject, ...]:
    """Return the injects of the drill, as they are in the files now."""
    return playing.scheduled_injects(plan_of(workspace, incident))


def deliver_due(response: Response) -> list[facts.InjectPlayed]:
    """Record the injects that are due now, and return them."""
    workspace, incident = response.workspace, response.incident
    found = playing.due(incident, injects_of(workspace, incident), workspace.now())
    for inject in found:
        response.record([inject], f"inject {inject.number}")
    return found


def wait(response: Response) -> float | None:
    """Return the seconds until the next inject is due; None if none will come automatically."""
    injects = injects_of(response.workspace, response.incident)
    moment = playing.next_at(response.incident, injects)
    return max((moment - response.workspace.now()).total_seconds(), 0) if moment else None


def unmeasured(workspace: Workspace, incident: Incident) -> str | None:
    """Return what is left to do when a drill ends; None with its plan here, or without a plan."""
    plan = plan_of(workspace, incident)
    if incident.drill is None or incident.drill.ended or (plan and plan.plan):
        return None
    return (
        "The drill's targets are neither in this clone nor in the record. Somebody who has its "
        f"plan can add them with `incidentctl drill stop -i {incident.id}`."
    )
