"""`show --html`: one incident as a self-contained page."""

from __future__ import annotations

from incidentctl.app.incident.injects import plan_of
from incidentctl.app.incident.query import looked_at, on_call, shown
from incidentctl.app.workspace.html_page import Page
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.learn.retro_facts import facts_of


def incident_page(workspace: Workspace, ident: str, *, at: str | None = None) -> Page:
    """Return the page of an incident, as of a moment or now.

    A page is passed around: which restricted incidents name it stands only in that of another one.
    """
    from incidentctl.render.incident.page import BEGINS
    from incidentctl.render.incident.page import incident_page as rendered

    restricted = workspace.record.is_restricted(ident)
    now = looked_at(workspace, at)
    incident = shown(workspace, ident, at=at, restricted=restricted)
    # What a drill is measured by may be private until it is over.
    over = not incident.open and workspace.root is not None
    plan = plan_of(workspace, incident) if over else None
    text = rendered(
        facts_of(incident, plan),
        now,
        written=workspace.now(),
        on_call=None if at else on_call(workspace, incident, now),
        restricted=restricted,
    )
    return Page(text, BEGINS, private=restricted)
