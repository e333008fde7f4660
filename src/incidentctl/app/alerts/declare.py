"""A person declares from alerts, which answer the questions of a declaration."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from incidentctl.app.incident.declare import Request, declaration_of
from incidentctl.app.incident.find import load
from incidentctl.app.incident.respond import acknowledge
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.alerts.classify import Classified, classify
from incidentctl.domain.alerts.decision import Decision
from incidentctl.domain.alerts.declaration import alert_facts, heading, started
from incidentctl.domain.alerts.rules import decide
from incidentctl.domain.incident import facts
from incidentctl.errors import EnvironmentFailedError, InvalidDataError


def with_alerts(request: Request, alerts: Sequence[Alert]) -> Request:
    """Return the request with what the alerts say: the title, if it has none, and a note of each.

    It does not read the catalog: the declaration comes first.
    """
    first = heading(alerts)
    return request._replace(
        title=request.title.strip() or (first.title if first else ""),
        reported_by=request.reported_by or "alert",
        also=(*request.also, *alert_facts(alerts)),
    )


def from_alerts(workspace: Workspace, request: Request, alerts: Sequence[Alert]) -> Request:
    """Return what `with_alerts` does, restricted if a rule or a source restricts an alert."""
    with contextlib.suppress(InvalidDataError, EnvironmentFailedError):  # `answered` tells of it
        if any(decide(workspace.catalog, alert).restricted for alert in alerts):
            request = request._replace(restricted=True)
    return with_alerts(request, alerts)


def answered(
    workspace: Workspace, ident: str, request: Request, alerts: Sequence[Alert], who: Actor
) -> Request:
    """Mark when it started, and return the request with what the first alert means here.

    What the person stated stands. The severity is one that nobody has confirmed.
    """
    first = heading(alerts)
    if first is None:
        return request
    if began := started(first, request.at or workspace.now()):
        group = declaration_of(load(workspace, ident))
        mark = facts.MomentMarked("started")
        _, warnings = acknowledge(workspace, ident, [mark], who, at=began, group=group)
        workspace.notes.extend(warnings)
    means = _means(workspace, first)
    affects = request.affects or ((means.affects,) if means.affects else ())
    return request._replace(affects=affects, suggested=means.severity)


def _means(workspace: Workspace, alert: Alert) -> Decision | Classified:
    """Return what the rules make of an alert; without them what the catalog tells.

    The incident is declared: a rule that cannot be read is told, and keeps nobody from going on.
    """
    try:
        return decide(workspace.catalog, alert)
    except (InvalidDataError, EnvironmentFailedError) as error:
        workspace.notes.append(f"The rules of alerts.yaml were not asked. {error.message}")
        return classify(workspace.catalog, alert)
