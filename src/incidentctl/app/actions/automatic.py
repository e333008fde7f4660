"""The steps that run without being asked: which are due, and running them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from incidentctl.app.actions.announced import lately_ended, missed_heartbeats, targets_due
from incidentctl.app.actions.prepare import targets_of
from incidentctl.app.actions.run import NotNowError, Ran, run
from incidentctl.app.actions.trust import ensure_trusted
from incidentctl.app.incident.find import load
from incidentctl.app.incident.respond import acknowledge
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.actions.run import Target, ensure_may_run, is_due, key_of
from incidentctl.domain.actions.trust import senders
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.state import Incident, is_alert
from incidentctl.errors import EnvironmentFailedError, IncidentctlError, RefusedError


class Due(NamedTuple):
    """An automatic action that is to run now."""

    incident: str
    target: Target


class Refused(NamedTuple):
    """An action that could not be tried, and why."""

    due: Due
    why: IncidentctlError


def due(workspace: Workspace, now: datetime) -> list[Due]:
    """Return the automatic steps and the announcements that are to run now.

    RefusedError if the repository is not trusted, or has changed since. Where it sends nothing,
    nothing has to be trusted.
    """
    if not any(True for _ in senders(workspace.catalog)):
        return []
    found = [head.id for head in workspace.record.open_heads()] + lately_ended(workspace, now)
    found += missed_heartbeats(workspace)
    if not found:
        return []
    ensure_trusted(workspace)
    return [each for ident in found for each in due_of(workspace, load(workspace, ident), now)]


def due_of(workspace: Workspace, incident: Incident, now: datetime) -> list[Due]:
    """Return the automatic steps and the announcements of one incident that are to run now.

    What an alert declares is complete once the alert is attached: before that it has no process,
    and what is sent for it has no name that another receiver knows.
    """
    if is_alert(incident.declared_by) and not incident.alerts:
        return []
    targets = targets_of(workspace.catalog, incident)
    restricted = workspace.record.is_restricted(incident.id)
    steps = [
        Due(incident.id, target)
        for step in incident.steps
        if (target := targets.get(step.id)) is not None
        and is_due(incident, step, target, now)
        and _may_run(incident, target, restricted=restricted)
    ]
    told = [Due(incident.id, target) for target in targets_due(workspace, incident, now)]
    return [*steps, *told]


def run_due(
    workspace: Workspace,
    found: Iterable[Due],
    who: Actor,
    *,
    on_recorded: Callable[[str], None] = lambda _: None,
) -> list[Ran | Refused]:
    """Make one attempt of each; what could not even be tried is in the record, once."""
    ended: list[Ran | Refused] = []
    for each in found:
        try:
            ended.append(
                run(
                    workspace, each.incident, each.target, who=who, on_recorded=on_recorded,
                    again=True, unasked=True,
                )
            )  # fmt: skip
        except IncidentctlError as refusal:
            ended.append(Refused(each, refusal))
            if not isinstance(refusal, EnvironmentFailedError | NotNowError):
                _record_refusal(workspace, each, refusal, who)
    return ended


def _may_run(incident: Incident, target: Target, *, restricted: bool) -> bool:
    try:
        ensure_may_run(incident, target, restricted=restricted)
    except RefusedError:
        return False  # a drill or a restricted incident, whose people do it by hand
    return True


def _record_refusal(workspace: Workspace, each: Due, refusal: IncidentctlError, who: Actor) -> None:
    """Record why an action was not tried, so that people do it by hand; it is not due again."""
    incident = load(workspace, each.incident)
    if each not in due_of(workspace, incident, workspace.now()):
        return  # somebody else has run it
    failed = facts.ActionFailed(
        key_of(incident, each.target), refusal.reason, each.target.step, each.target.announcement
    )
    acknowledge(workspace, incident.id, [failed], who)
    workspace.flush()
