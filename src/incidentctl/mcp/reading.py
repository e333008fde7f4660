"""What an assistant may read. It cannot see restricted incidents.

Each method is a tool: its name, its docstring and its annotations are what the assistant sees.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from incidentctl.app.catalog import who as catalog_who
from incidentctl.app.incident.query import Filters, as_json, head_as_json, listed, on_call, shown
from incidentctl.app.incident.shared import find_shared, only_shared
from incidentctl.app.incident.similar import similar_open, similar_past
from incidentctl.app.learn.report import Wanted
from incidentctl.app.learn.report import as_json as report_as_json
from incidentctl.app.learn.report import report as make_report
from incidentctl.app.record.looked import opened
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.render.incident.brief import brief as brief_lines


class Reading:
    """The tools that read; each call opens the repository anew, so it sees what is new."""

    def __init__(self, open_workspace: Callable[[], Workspace]) -> None:
        """Take what opens the team's repository."""
        self._open = open_workspace

    def list_incidents(
        self,
        include_ended: bool = False,
        since: str | None = None,
        service: str | None = None,
        severity: str | None = None,
        text: str | None = None,
    ) -> dict[str, Any]:
        """List open incidents, newest first; with include_ended or since also past ones.

        since is a span such as 7d or a day such as 2026-03-29; text searches the titles.
        """
        workspace = self._open()
        heads = listed(workspace, Filters(include_ended, since, service, severity, None, text))
        left = only_shared(workspace, heads)
        return {"incidents": [head_as_json(head, restricted=False) for head in left]}

    def show_incident(self, incident: str) -> dict[str, Any]:
        """Show one incident: status, roles, steps of the runbook, tasks, updates, timeline.

        incident is its id, or any part of it that is unique.
        """
        workspace = self._open()
        return as_json(shown(workspace, find_shared(workspace, incident)))

    def brief(self, incident: str) -> str:
        """Return the commander's brief of an incident: what a new commander must know."""
        workspace = self._open()
        found = shown(workspace, find_shared(workspace, incident))
        now = workspace.now()
        duty = on_call(workspace, found, now)
        return "\n".join(brief_lines(found, now, on_call=duty))

    def incident_log(self, incident: str) -> str:
        """Return the Markdown log of an incident."""
        workspace = self._open()
        return workspace.log_text(find_shared(workspace, incident))

    def who(self, question: str) -> dict[str, Any]:
        """Say who owns what: takes a question, a service, a product area, or an alert's labels.

        Each match has the team, the person on call now, contacts and runbooks.
        """
        workspace = self._open()
        found = catalog_who.who(workspace.catalog, question.split(), now=workspace.now())
        return {"matches": [catalog_who.as_json(match) for match in found]}

    def on_call(self, team: str | None = None) -> dict[str, Any]:
        """Say who is on call now, for one team or for all."""
        workspace = self._open()
        found = catalog_who.rotas(workspace.catalog, team, at=None, now=workspace.now())
        return {"teams": {name: duty._asdict() if duty else None for name, duty in found}}

    def similar(self, title: str, services: list[str] | None = None) -> dict[str, Any]:
        """Find incidents like one, by title and services: open ones, and how past ones ended."""
        workspace, hit = self._open(), services or []
        opened(workspace)  # or refuse: an empty answer of a record that nobody could read is none
        return {
            "open": [
                head_as_json(head, restricted=False) for head in similar_open(workspace, title, hit)
            ],
            "past": [each.as_json() for each in similar_past(workspace, title, hit)],
        }

    def report(self, since: str | None = None, until: str | None = None) -> dict[str, Any]:
        """Report how the response went: counts, times, updates, load; of 90 days by default."""
        found = make_report(self._open(), Wanted(since, until, None, None, None, None))
        return report_as_json(found)
