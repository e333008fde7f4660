"""Carry out an answer of the walk: record what its key states, and report."""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.app.actions.prepare import Prepared
from incidentctl.app.incident import lifecycle
from incidentctl.app.incident.classify import reclassify
from incidentctl.app.incident.escalate import escalate, how_to_reach
from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.domain.common.role_names import COMMANDER
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.state import Incident, is_alert
from incidentctl.domain.incident.walk.machine import MoveResult
from incidentctl.errors import Hint, IncidentctlError


class Effect(NamedTuple):
    """The incident after something was recorded, and what has to be said of that."""

    incident: Incident
    commands: bool
    """Whether who walks has taken command, and needs the brief."""
    first: bool
    """Whether nobody had it before, because an alert declared the incident."""
    updated: bool
    resolved: bool
    needs_retrospective: bool


class Answered(NamedTuple):
    """The result of an answer."""

    needs: str | None = None
    """What to ask for: nothing was done yet; answer again with a text."""
    message: str | None = None
    hint: str | Hint | None = None
    refused: bool = False
    """Whether the input was ignored."""
    failed: IncidentctlError | None = None
    """Why it could not be recorded; the walk has not moved."""
    notes: tuple[str, ...] = ()
    left: bool = False
    effect: Effect | None = None
    """What was recorded, where something was."""
    sending: Prepared | None = None
    """What would be sent: nothing is, until `send` is called."""
    stranger: str | None = None
    """Who would be given something to do and is known to nobody: nothing was done yet; answer
    again, and be sure."""
    publishing: str | None = None
    """The public update that was typed: nothing is recorded, until `publish` is called."""


def record(response: Response, outcome: MoveResult) -> tuple[Recorded, Effect, str | None]:
    """Record what a key states; also return how to reach a team that was called.

    A drill ends with its plan; from severity and services the process follows.
    """
    nobody = is_alert(response.incident.commander)
    recorded, needed, called = _record(response, outcome)
    commands = any(_gives_command(fact, response.who.handle) for fact in outcome.facts)
    effect = Effect(
        response.incident,
        commands=commands,
        first=commands and nobody,
        updated=any(isinstance(fact, facts.UpdatePosted) for fact in outcome.facts),
        resolved=any(isinstance(fact, facts.Resolved) for fact in outcome.facts),
        needs_retrospective=needed,
    )
    return recorded, effect, called


def _record(response: Response, outcome: MoveResult) -> tuple[Recorded, bool, str | None]:
    if outcome.severity or outcome.affects:
        severity, affects = outcome.severity, outcome.affects or None
        changed = reclassify(response, severity=severity, affects=affects)
        gone = tuple(f"no longer needed: {title}" for title in changed.dropped)
        return changed.recorded._replace(notes=(*changed.recorded.notes, *gone)), False, None
    if outcome.escalates is not None:
        brought = escalate(response, outcome.escalates or None)
        ways = how_to_reach(brought.called, response.workspace.environment)
        called = "\n".join(f"{label}: {value}" for label, value in ways)
        return brought.recorded, False, called
    first = outcome.facts[0]
    if isinstance(first, facts.Resolved):
        done = lifecycle.resolve(response, first.text)
        return done.recorded, done.needs_retrospective, None
    return response.record(outcome.facts, outcome.summary), False, None


def _gives_command(fact: object, person: str) -> bool:
    given = fact if isinstance(fact, facts.RoleAssigned) else None
    return given is not None and (given.role, given.person) == (COMMANDER, person)
