"""Declare from an issue on the team's forge, in a workflow that nobody watches."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from incidentctl.app.incident.declare import Request, begin, complete
from incidentctl.app.incident.respond import Recorded
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.connect.forge.github_issue import MEMBERS, YES, Issue, read
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide.notes import as_notes
from incidentctl.domain.incident.ids import derived_id
from incidentctl.domain.incident.issue_form import answers
from incidentctl.errors import RefusedError


class Declared(NamedTuple):
    """The incident of an issue; what was recorded is None if it was declared before."""

    ident: str
    recorded: Recorded | None


def declare_from_issue(
    workspace: Workspace, event: bytes, *, as_: str | None, on_recorded: Callable[[str], None]
) -> Declared:
    """Declare what an issue says; an issue that comes again declares nothing.

    InvalidDataError if the event is none of an issue; RefusedError if neither its author belongs to
    the repository nor somebody who does has said yes.
    """
    issue = read(event)
    if not issue.vouched:
        raise RefusedError(
            f"{issue.author} does not belong to the repository, so the issue declares nothing.",
            hint=f"Somebody who does ({', '.join(MEMBERS).lower()}) sets the label {YES!r}.",
        )
    ident = _ident(workspace, issue)
    if ident is not None and ident in workspace.record.ids():
        return Declared(ident, None)
    who = workspace.actor(as_ or f"github:{issue.author}")
    request = _request(issue)._replace(ident=ident, at=issue.opened if ident else None)
    ident = begin(workspace, request, who, on_recorded=on_recorded)
    return Declared(ident, complete(workspace, ident, request, who))


def _request(issue: Issue) -> Request:
    """Return what the issue says; how bad it is somebody guesses, so that is not confirmed."""
    said = answers(issue.body)
    also = as_notes(said.text) if said.text else []
    if issue.url:
        also.append(facts.Linked("issue", issue.url[:2000]))
    return Request(
        issue.title,
        affects=said.affects,
        reported_by=said.reported_by,
        suggested=said.severity,
        also=also,
    )


def _ident(workspace: Workspace, issue: Issue) -> str | None:
    """Return the id that follows from the issue; None if it does not say when it was opened."""
    if issue.opened is None or issue.opened > workspace.now():
        return None
    digest = hashlib.sha256(f"{issue.url}\0{issue.opened}".encode()).digest()
    return derived_id("incident", issue.opened, int.from_bytes(digest[:10]))
