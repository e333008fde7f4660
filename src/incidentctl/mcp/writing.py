"""What an assistant may record, in its own name on behalf of the person who runs it.

It never posts to the public, runs an action, or ends an incident. Each method is a tool.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from incidentctl.app.incident import hypotheses, notes, steps, updates
from incidentctl.app.incident.declare import Request, begin, complete
from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.app.incident.shared import find_shared
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.text import clean
from incidentctl.domain.incident import facts

#: The longest name of an assistant in the record, in characters.
_NAME = 60


class Writing:
    """The tools that record."""

    def __init__(self, open_workspace: Callable[[], Workspace], assistant: str) -> None:
        """Take what opens the team's repository, and the assistant's name."""
        self._open = open_workspace
        self._assistant = clean(" ".join(assistant.split()))[:_NAME] or "an assistant"

    def declare(
        self, title: str, severity: str | None = None, affects: list[str] | None = None
    ) -> dict[str, Any]:
        """Declare an incident. The person who runs you becomes its commander: ask them first.

        affects are services or product areas.
        """
        workspace = self._open()
        person = workspace.actor(None)
        said = f"Declared by {self._assistant} on behalf of {person.name or person.handle}."
        request = Request(title, severity=severity, affects=affects or (), also=[facts.Noted(said)])
        ident = begin(workspace, request, person, on_recorded=_quiet)
        return _recorded(complete(workspace, ident, request, person))

    def log(self, incident: str, text: str) -> dict[str, Any]:
        """Write a note into an incident's log."""
        return _recorded(notes.log(self._response(incident), text))

    def post_internal_update(self, incident: str, text: str) -> dict[str, Any]:
        """Post a status update for colleagues; it restarts the clock of updates. Never public."""
        return _recorded(updates.post(self._response(incident), text).recorded)

    def propose_hypothesis(self, incident: str, text: str) -> dict[str, Any]:
        """Add a possible cause to an incident."""
        return _recorded(hypotheses.propose(self._response(incident), text))

    def mark_step(
        self, incident: str, step: str, state: Literal["done", "skipped"], note: str | None = None
    ) -> dict[str, Any]:
        """Mark a step of the runbook, by its number or id, as done or skipped.

        Only when the person you work for says that it was done: it is not done by marking it.
        """
        response = self._response(incident)
        if state == "skipped":
            return _recorded(steps.skip(response, step, reason=note))
        return _recorded(steps.done(response, step, note=note))

    def _response(self, incident: str) -> Response:
        workspace = self._open()
        ident = find_shared(workspace, incident)
        return Response(workspace, ident, self._author(workspace), on_recorded=_quiet)

    def _author(self, workspace: Workspace) -> Actor:
        person = workspace.actor(None)
        name = f"{self._assistant} on behalf of {person.name or person.handle}"
        return person._replace(handle=f"{self._assistant} for {person.handle}", name=name)


def _quiet(_: str) -> None:
    """Say nothing: stdout belongs to the protocol, and the result says that it is recorded."""


def _recorded(recorded: Recorded) -> dict[str, Any]:
    return {
        "incident": recorded.incident,
        "events": list(recorded.events),
        "commit": recorded.commit,
        "notes": list(recorded.notes),
    }
