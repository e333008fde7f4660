"""What the steps of an incident can send, and what came of it: for `action list` and the walk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from incidentctl.app.actions.prepare import targets_of
from incidentctl.app.actions.trust import ensure_trusted
from incidentctl.app.incident.find import load
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.actions.reach import reach
from incidentctl.domain.actions.run import Target, runs_of, state_of
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import iso
from incidentctl.domain.incident.state import DONE, FAILED, STARTED, UNKNOWN, ActionRun, Incident
from incidentctl.errors import IncidentctlError

_WORDS = {
    None: "not run",
    STARTED: "being sent",
    DONE: "sent",
    FAILED: "NOT SENT",
    UNKNOWN: "PERHAPS SENT, look before you try again",
}


class ListedAction(NamedTuple):
    """A step's action."""

    number: int
    step: str
    uses: str
    to: str
    automatic: bool
    state: str | None
    line: str
    """All of it for people."""
    failed: bool
    run: ActionRun | None


class Listed(NamedTuple):
    """The actions of an incident's steps."""

    incident: str
    actions: tuple[ListedAction, ...]
    problems: tuple[str, ...]
    """What cannot be read of the incident, and why nothing would be sent now."""


def listed(workspace: Workspace, ident: str) -> Listed:
    """Return the actions of an incident's steps, and why they would not be sent."""
    incident = load(workspace, ident)
    actions = tuple(_listed(workspace, incident))
    why = why_not_sent(workspace) if actions else None
    gaps = (f"problem: {one_line(each.message)}" for each in incident.problems)
    return Listed(ident, actions, (*gaps, *((why,) if why else ())))


def why_not_sent(workspace: Workspace) -> str | None:
    """Say why nothing would be sent now; None if it would be."""
    try:
        ensure_trusted(workspace)
    except IncidentctlError as refusal:
        return f"{refusal.message} {refusal.hint or ''}".strip()
    return None


def _listed(workspace: Workspace, incident: Incident) -> Iterator[ListedAction]:
    targets = targets_of(workspace.catalog, incident)
    now = workspace.now()
    for step in incident.steps:
        target = targets.get(step.id)
        if target is None:
            continue
        state = state_of(incident, target, now)
        place = reach(target.action.with_)
        to = one_line(place.host or place.program or "?")
        how = f"{target.action.uses} to {to}" + (", automatic" if target.action.automatic else "")
        said = in_words(incident, target, now) or _WORDS[None]
        yield ListedAction(
            step.number,
            step.id,
            target.action.uses,
            to,
            target.action.automatic,
            state,
            f"  {step.number:>2} {one_line(step.title)} ({step.id})  {how}: {said}",
            state in (FAILED, UNKNOWN),
            next(iter(runs_of(incident, target)[-1:]), None),
        )


def in_words(incident: Incident, target: Target, now: datetime) -> str | None:
    """Say what came of an action; None if it was not run."""
    state = state_of(incident, target, now)
    if state is None:
        return None
    run = runs_of(incident, target)[-1]
    words = f"{_WORDS[state]} at {incident.time(run.at)} by {one_line(run.by)}"
    if run.reason and state != DONE:
        words += f": {one_line(run.reason)}"
    if run.retry_at and run.retry_at > now:
        words += f"; tried again at {incident.time(run.retry_at)}"
    return words


def listed_as_json(found: Listed) -> dict[str, Any]:
    """Return a list of actions as plain values."""
    return {
        "incident": found.incident,
        "actions": [
            {
                "step": each.step,
                "number": each.number,
                "uses": each.uses,
                "to": each.to,
                "automatic": each.automatic,
                "state": each.state or "not-run",
                "key": each.run.key if each.run else None,
                "at": iso(each.run.at) if each.run else None,
                "reason": each.run.reason if each.run else None,
                "link": each.run.link if each.run else None,
            }
            for each in found.actions
        ],
        "problems": list(found.problems),
    }
