"""What the walk says of the action of the step that it shows, and whether it can be run."""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.app.actions.listing import in_words
from incidentctl.app.actions.prepare import Prepared, prepare, targets_of
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.actions.run import ensure_not_sent
from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident.state import DONE, OPEN, SKIPPED, Incident, Step
from incidentctl.errors import IncidentctlError, RefusedError


class ActionOffer(NamedTuple):
    """A step's action."""

    notice: str
    """What it would send, or did, or why it does not."""
    prepared: Prepared | None = None
    """What would be sent, where it can be."""
    again: bool = False
    """Whether it may have been sent before: whoever sends it has looked."""

    @property
    def label(self) -> str:
        """What a menu calls it."""
        prepared = self.prepared
        if prepared is None:
            return ""
        whom = f" for {prepared.whom}" if prepared.whom else ""
        verb = "try again" if self.again else "run"
        return f"{verb}: {prepared.target.action.uses} to {prepared.to}{whom}"


def action_offer(workspace: Workspace, incident: Incident, step: Step) -> ActionOffer | None:
    """Return what a step's action would send; None for a step without one."""
    if step.action is None and workspace.root is None:
        return None
    target = targets_of(workspace.catalog, incident).get(step.id)
    if target is None:
        missing = "NOT SENT: the runbooks here have no action for this step. Do it by hand."
        return ActionOffer(missing) if step.action and step.state == OPEN else None
    now = workspace.now()
    known = in_words(incident, target, now)
    if step.state in (DONE, SKIPPED):
        return ActionOffer(f"Its action: {known or 'NOT SENT'}")
    again = False
    try:
        ensure_not_sent(incident, target, now)
    except RefusedError:
        again = True
    try:
        prepared = prepare(workspace, incident, target, again=again)
    except IncidentctlError as refusal:
        hint = f" {refusal.hint}" if isinstance(refusal.hint, str) else ""
        return ActionOffer(known or one_line(f"NOT SENT: {refusal.message}{hint}"))
    whom = f" for {prepared.whom}" if prepared.whom else ""
    sends = f"NOT SENT so far. r sends it: {target.action.uses} to {prepared.to}{whom}"
    return ActionOffer(one_line(known or sends), prepared, again)
