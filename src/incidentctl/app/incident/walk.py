"""Walk the runbook with a person: each answer is recorded at once, and anyone can continue."""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.app.incident.injects import deliver_due, wait
from incidentctl.app.incident.respond import Response, load
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide.steps import find
from incidentctl.domain.incident.handover_advice import URGED, handover_advice
from incidentctl.domain.incident.state import Incident
from incidentctl.domain.incident.walk.machine import Screen, choose, screen
from incidentctl.errors import Hint, IncidentctlError


class View(NamedTuple):
    """What to show now."""

    incident: Incident
    screen: Screen
    restricted: bool
    injects: tuple[facts.InjectPlayed, ...] = ()
    """Injects of a drill that have just become due."""
    wake: float | None = None
    """The seconds until the next inject is due; None if no inject will come by itself."""
    command: str | None = None
    """That command is offered or should be handed over; None if that was shown before."""


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


class Walk:
    """One person's walk: `look`, show it, `answer`; repeat until the answer has `left`."""

    def __init__(self, response: Response, at: str | None = None) -> None:
        """Start at a place of the machine; None is the default start."""
        self._response = response
        self._at = at
        self._restricted = response.workspace.record.is_restricted(response.ident)
        self._command: str | None = None
        self._shown: Screen | None = None

    def go_to(self, step: str) -> None:
        """Continue at the step with an id or a number; NotFoundError for an unknown one."""
        self._at = find(self._response.incident, step).id

    def look(self) -> View:
        """Read the incident again, because others may have changed it, and return what to show."""
        response = self._response
        response.incident = load(response.workspace, response.ident)
        injects: tuple[facts.InjectPlayed, ...] = ()
        wake = None
        if response.incident.kind == "drill" and response.incident.drill is not None:
            injects, wake = tuple(deliver_due(response)), wait(response)
        before, self._command = self._command, _of_command(response.incident, response.workspace)
        self._shown = screen(response.incident, self._at)
        return View(
            response.incident,
            self._shown,
            self._restricted,
            injects,
            wake,
            self._command if self._command != before else None,
        )

    def answer(self, key: str, text: str | None) -> Answered:
        """Do and record what a key means on the last screen.

        `text` is None if nobody was asked for one.
        """
        response = self._response
        outcome = choose(
            response.incident,
            self._shown or self.look().screen,
            key,
            text,
            people=response.people,
            teams=response.teams,
            by=response.who.handle,
        )
        if outcome.needs is not None:
            return Answered(outcome.needs)
        notes: tuple[str, ...] = ()
        if outcome.facts:
            try:
                notes = response.record(outcome.facts, outcome.summary).notes
            except IncidentctlError as refusal:
                return Answered(failed=refusal)
        self._at = outcome.next
        return Answered(
            message=outcome.message,
            hint=outcome.hint,
            refused=outcome.refused,
            notes=notes,
            left=outcome.left,
        )


def _of_command(incident: Incident, workspace: Workspace) -> str | None:
    """Return a note that command is offered, or should be handed over."""
    if incident.offer is not None:
        return f"Command is offered to {incident.offer.person}: incidentctl accept"
    advice = handover_advice(incident, workspace.now(), known=len(workspace.basics.people))
    if advice is None:
        return None
    word = "must" if advice.level == URGED else "should"
    return f"{incident.commander} {word} hand command over: incidentctl handover PERSON"
