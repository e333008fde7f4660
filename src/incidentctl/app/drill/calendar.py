"""Use case `drill calendar`: the drills as iCalendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.catalog.entries import sources
from incidentctl.domain.drill.calendar import Series, entries
from incidentctl.errors import Hint, UsageError


def calendar(
    workspace: Workspace,
    *,
    until: str | None,
    series: Series | None,
    worded: Callable[[str | Hint], str],
) -> bytes:
    """Return the calendar of the drills until a day, with the series given or configured.

    `worded` returns a hint in words. UsageError where `until` is not a day;
    EnvironmentFailedError without icalendar.
    """
    from incidentctl.render.calendar import render_calendar

    try:
        last = date.fromisoformat(until) if until else None
    except ValueError:
        raise UsageError("That is not a day. Write it as 2026-12-31.", echo=until) from None
    catalog = workspace.catalog
    settings = catalog.settings
    found = entries(
        catalog,
        until=last,
        series=series or settings.drills,
        today=workspace.today(),
        changed=_changed(workspace),
    )
    return render_calendar(found, name="Drills", organisation=settings.organisation, worded=worded)


def _changed(workspace: Workspace) -> dict[str, datetime]:
    """Return when each drill's public file was changed, by the drill's name; none without files."""
    from incidentctl.git.worktree import changed_at

    if workspace.root is None or not workspace.checked_out:
        return {}
    paths = {name: entry.source.path for name, entry in sources(workspace.catalog, "drill").items()}
    found = changed_at(workspace.root, workspace.environment, "drills", paths.values())
    return {name: found[path] for name, path in paths.items()}
