"""`/inbox`: the alerts that wait for somebody: declare, attach, dismiss."""

from __future__ import annotations

from typing import NamedTuple

from starlette.routing import Route

from incidentctl.app.alerts import inbox
from incidentctl.app.alerts.inbox import Row
from incidentctl.app.incident.declare import Request
from incidentctl.app.incident.shared import find_shared, only_shared
from incidentctl.domain.common.text import count
from incidentctl.serve.room import moments
from incidentctl.serve.room.frame import Frame, values
from incidentctl.serve.room.moments import Moment
from incidentctl.serve.room.visit import Page, Visit


class Waiting(NamedTuple):
    """What the page says of an alert; its texts come from outside."""

    id: str
    title: str
    state: str
    source: str
    severity: str | None
    affects: str
    since: Moment
    heard: str
    text: str | None
    labels: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]
    because: tuple[str, ...]


def routes(frame: Frame) -> list[Route]:
    """Return the routes of the inbox."""
    one = "/inbox/{alert}"
    return [
        frame.page("/inbox", show),
        frame.deed(f"{one}/declare", declare, show, for_all=True),
        frame.deed(f"{one}/attach", attach, show),
        frame.deed(f"{one}/dismiss", dismiss, show),
    ]


def show(visit: Visit) -> Page:
    """Show what waits, the oldest first."""
    workspace = visit.workspace
    return Page(
        "inbox.html.j2",
        values(
            alerts=[_waiting(row, visit) for row in inbox.shared(workspace)],
            opened=only_shared(workspace, workspace.record.open_heads()),
            severities=[each.name for each in workspace.catalog.scale.severities],
        ),
    )


def declare(visit: Visit) -> str:
    """Declare an incident for an alert; who does commands it."""
    row = _row(visit)
    request = Request(visit.text("title"), severity=visit.text("severity") or None)
    done = inbox.declare(visit.workspace, row, request, visit.who, on_recorded=visit.on_recorded)
    visit.say(*(note for note in done.notes if "--duplicate-of" not in note))
    return f"/declare/{done.incident}"


def attach(visit: Visit) -> str:
    """Attach an alert to an open incident."""
    row = _row(visit)
    ident = find_shared(visit.workspace, visit.text("incident"))
    done = inbox.attach(visit.workspace, row, ident, visit.who, on_recorded=visit.on_recorded)
    visit.say(*done.notes)
    return f"/incidents/{ident}"


def dismiss(visit: Visit) -> str:
    """Say why an alert needs no incident."""
    row = _row(visit)
    visit.about = "reason"
    done = inbox.dismiss(
        visit.workspace, row, visit.text("reason"), visit.who, on_recorded=visit.on_recorded
    )
    visit.say(*done.notes)
    return "/inbox"


def _row(visit: Visit) -> Row:
    return inbox.find_shared(visit.workspace, visit.named("alert"))


def _waiting(row: Row, visit: Visit) -> Waiting:
    group = row.group
    runbook = (("runbook", group.runbook),) if group.runbook else ()
    return Waiting(
        group.id,
        group.title,
        group.state,
        group.source,
        row.severity,
        ", ".join(row.affects),
        moments.since(group.started, visit.now),
        count(group.times, "time"),
        group.text,
        tuple(group.labels.items()),
        (*group.links.items(), *runbook),
        row.means.reasons,
    )
