"""What is to be announced about an incident, and the text of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from incidentctl.app.actions.trust import announcing_since
from incidentctl.app.catalog.who import on_call_now
from incidentctl.app.page.shown import titles
from incidentctl.app.workspace.own_template import render_own
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.actions import announce_text
from incidentctl.domain.actions.announce import (
    LATE,
    Announced,
    Around,
    NextCall,
    announced,
    is_news,
)
from incidentctl.domain.actions.announce import due as due_of
from incidentctl.domain.actions.run import Target
from incidentctl.domain.catalog.announcement import PUBLIC_EVENTS
from incidentctl.domain.catalog.on_call import ESCALATE_AFTER
from incidentctl.domain.common.text import clean
from incidentctl.domain.common.working_days import limit
from incidentctl.domain.incident.state import RESOLVED, Incident
from incidentctl.domain.learn.retrospective import items
from incidentctl.errors import InvalidDataError
from incidentctl.files.layout import is_there, retrospective_path

#: So many teams of an escalation are called, one after the other.
_MAX_TEAMS = 5
#: What is told of incidents that are over: of so many, for so long.
_AFTER = frozenset({"retrospective-due", "action-overdue"})
_AFTERWARDS, _MAX_OVER = timedelta(days=30), 50


def targets_due(workspace: Workspace, incident: Incident, now: datetime) -> list[Target]:
    """Return the announcements of an incident that go out by themselves now, with what they say.

    Not those of what was recorded before the announcement was trusted for the first time.
    """
    found = due_of(of_incident(workspace, incident, now), now)
    since = announcing_since(workspace) if found else {}
    found = [each for each in found if is_news(each, since.get(each.announcement.name))]
    return [with_text(workspace, incident, each) for each in found]


def of_incident(workspace: Workspace, incident: Incident, now: datetime) -> list[Announced]:
    """Return what is to be announced about an incident by now, sent or not."""
    announcements = workspace.catalog.announcements
    if not announcements:
        return []
    return announced(announcements, incident, now, _around(workspace, incident, now))


def lately_ended(workspace: Workspace, now: datetime) -> list[str]:
    """Return the incidents that are over, and of which something may still be told."""
    wanted = _wanted(workspace)
    if not wanted:
        return []
    since = _AFTERWARDS if wanted & _AFTER else LATE
    over = [head for head in workspace.record.heads() if head.ended and now - head.ended < since]
    over.sort(key=lambda head: (head.ended or now, head.id), reverse=True)
    return [head.id for head in over[:_MAX_OVER]]


def missed_heartbeats(workspace: Workspace) -> list[str]:
    """Return the alert groups of missed heartbeats, if an announcement tells of them."""
    if "heartbeat-missed" not in _wanted(workspace):
        return []
    from incidentctl.domain.alerts.heartbeat import missed

    return [group.id for group in missed(workspace.record.groups(live=True))]


def _wanted(workspace: Workspace) -> set[str]:
    return {event for each in workspace.catalog.announcements.values() for event in each.on}


def _around(workspace: Workspace, incident: Incident, now: datetime) -> Around:
    retrospective = None
    overdue: tuple[tuple[str, str, datetime], ...] = ()
    if not incident.open and _wanted(workspace) & _AFTER:
        retrospective = _late_retrospective(workspace, incident, now)
        overdue = tuple(_overdue_items(workspace, incident))
    return Around(
        tuple(_calls(workspace, incident, now)) if incident.open else (),
        retrospective,
        overdue,
        workspace.record.is_restricted(incident.id),
    )


def _calls(workspace: Workspace, incident: Incident, now: datetime) -> Iterator[NextCall]:
    """Yield who is called after whom: the layers of each team, then the first ones again."""
    catalog = workspace.catalog
    called: list[tuple[str, str, timedelta]] = []
    name = incident.team or incident.owner
    teams: dict[str, None] = {}
    while name and name not in teams and len(teams) < _MAX_TEAMS:
        teams.setdefault(name)
        team = catalog.teams.get(name)
        duty = on_call_now(catalog, team, now) if team else None
        for layer in duty.layers if duty else ():
            if layer.people:
                people = " and ".join(map(str, layer.people))
                called.append((people, name, layer.escalate_after))
        name = team.on_call.escalate_to if team and team.on_call else None
    total = timedelta()
    for (*_, after), (people, team_name, _) in pairwise([*called, *called[:1]]):
        total += after
        yield NextCall(total, people, team_name)
    if not called:
        yield NextCall(ESCALATE_AFTER, "nobody is on call")


def _late_retrospective(workspace: Workspace, incident: Incident, now: datetime) -> datetime | None:
    if incident.status != RESOLVED or incident.ended is None:
        return None
    if incident.retrospective != "required" or workspace.root is None:
        return None
    if not workspace.checked_out or is_there(workspace.root, retrospective_path(incident.id)):
        return None
    until = limit(incident.ended, incident.retrospective_within, incident.zone)
    return until if until is not None and until < now else None


def _overdue_items(workspace: Workspace, incident: Incident) -> Iterable[tuple[str, str, datetime]]:
    if workspace.root is None or not workspace.checked_out:
        return
    from incidentctl.files.learn.retros import read_all

    retrospectives, _ = read_all(workspace.root)
    for item in items(retrospectives):
        action = item.action
        if item.retrospective.front.incident == incident.id and action.overdue(workspace.today()):
            day = datetime.combine(action.due + timedelta(days=1), time(), incident.zone)
            yield action.id, f"{action.title} ({action.owner})", day.astimezone(UTC)


def with_text(workspace: Workspace, incident: Incident, each: Announced) -> Target:
    """Return what is sent, with what it says: by the organisation's template, if it has one."""
    values: dict[str, Any]
    public = None
    if each.happened.event in PUBLIC_EVENTS:
        values = announce_text.public_values(
            incident,
            each.happened,
            organisation=incident.organisation,
            areas=titles(workspace),
        )
        public = announce_text.public_title(values)
    else:
        values = announce_text.values(incident, each.happened)
    occasion = announce_text.occasion(values)
    return each.target._replace(said=_text(workspace, values), public=public, occasion=occasion)


def _text(workspace: Workspace, values: dict[str, Any]) -> str:
    if workspace.root is not None and workspace.checked_out:
        for path in announce_text.templates(values["event"]):
            try:
                own = render_own(workspace.root, path, values, environment=workspace.environment)
            except InvalidDataError as faulty:  # it must not keep people from hearing
                workspace.notes.append(f"{faulty.message} The built-in text is used.")
                break
            if own is not None:
                return clean(own, keep_lines=True).strip()
    return announce_text.built_in(values)
