"""Announcements of an incident: which are due, what they say, and sending them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from incidentctl.app.actions.prepare import prepare
from incidentctl.app.actions.run import Ran, run_patiently
from incidentctl.app.actions.trust import announcing_since
from incidentctl.app.catalog.who import on_call_now
from incidentctl.app.incident.find import load
from incidentctl.app.page.shown import titles
from incidentctl.app.workspace.own_template import render_own
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.actions import announce_text
from incidentctl.domain.actions.announce import (
    LATE,
    Announced,
    Around,
    NextCall,
    announced,
    is_news,
    would_tell,
)
from incidentctl.domain.actions.announce import due as due_of
from incidentctl.domain.actions.reach import reach
from incidentctl.domain.actions.run import AlreadySentError, Target
from incidentctl.domain.catalog.announcement import PUBLIC_EVENTS
from incidentctl.domain.catalog.on_call import ESCALATE_AFTER
from incidentctl.domain.common.lookup import nearest
from incidentctl.domain.common.text import clean, one_line
from incidentctl.domain.common.times import iso
from incidentctl.domain.common.working_days import limit
from incidentctl.domain.incident.state import FAILED, RESOLVED, UNKNOWN, ActionRun, Incident
from incidentctl.domain.incident.unsent import state_now
from incidentctl.domain.learn.retrospective import items
from incidentctl.errors import IncidentctlError, InvalidDataError, NotFoundError, RefusedError
from incidentctl.files.layout import is_there, retrospective_path

#: The event of a public update, by its name in announce.yaml.
PUBLIC = "public-update"
#: So many teams of an escalation are called, one after the other.
_MOST_TEAMS = 5
#: What is told of incidents that are over: of so many, for so long.
_AFTER = frozenset({"retrospective-due", "action-overdue"})
_AFTERWARDS, _MOST_OVER = timedelta(days=30), 50


class NotSent(NamedTuple):
    """An announcement that could not even be tried, and why."""

    target: Target
    why: IncidentctlError


class Row(NamedTuple):
    """An announcement of an incident: what it is about, where it goes, what came of it."""

    announcement: str
    event: str
    uses: str
    to: str
    said: str
    due: bool
    run: ActionRun | None
    request: str | None
    """The exact request, with secrets masked; None where it is not due, or not trusted."""
    problem: str | None
    """Why it would not be sent."""


def targets_due(workspace: Workspace, incident: Incident, now: datetime) -> list[Target]:
    """Return the announcements of an incident that go out by themselves now, with what they say.

    Not those of what was recorded before the announcement was trusted for the first time.
    """
    found = due_of(of_incident(workspace, incident, now), now)
    since = announcing_since(workspace) if found else {}
    found = [each for each in found if is_news(each, since.get(each.announcement.name))]
    return [with_text(workspace, incident, each) for each in found]


def of_incident(workspace: Workspace, incident: Incident, now: datetime) -> list[Announced]:
    """Return what is to be told of an incident by now, sent or not."""
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
    return [head.id for head in over[:_MOST_OVER]]


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
    while name and name not in teams and len(teams) < _MOST_TEAMS:
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
    told: dict[str, Any]
    public = None
    if each.happened.event in PUBLIC_EVENTS:
        told = announce_text.public_values(
            incident,
            each.happened,
            organisation=incident.organisation,
            areas=titles(workspace),
        )
        public = announce_text.public_title(told)
    else:
        told = announce_text.values(incident, each.happened)
    return each.target._replace(said=_text(workspace, told), public=public)


def _text(workspace: Workspace, told: dict[str, Any]) -> str:
    if workspace.root is not None and workspace.checked_out:
        for path in announce_text.templates(told["event"]):
            try:
                own = render_own(workspace.root, path, told, environment=workspace.environment)
            except InvalidDataError as faulty:  # it must not keep people from hearing
                workspace.notes.append(f"{faulty.message} The built-in text is used.")
                break
            if own is not None:
                return clean(own, keep_lines=True).strip()
    return announce_text.built_in(told)


def send(
    workspace: Workspace,
    ident: str,
    *,
    who: Actor,
    events: frozenset[str] | None = None,
    on_recorded: Callable[[str], None] = lambda _: None,
) -> list[Ran | NotSent]:
    """Send what is due for an incident, only about some events; each outcome is recorded."""
    incident, now = load(workspace, ident), workspace.now()
    found = [
        each
        for each in due_of(of_incident(workspace, incident, now), now)
        if events is None or each.happened.event in events
    ]
    return _sent(workspace, incident, found, who, on_recorded)


def retry(
    workspace: Workspace,
    ident: str,
    name: str | None = None,
    *,
    who: Actor,
    on_recorded: Callable[[str], None] = lambda _: None,
) -> list[Ran | NotSent]:
    """Send again what failed or perhaps arrived, with the same key; only one announcement by name.

    NotFoundError for a name that no announcement of the incident has; RefusedError where nothing
    of what can be told now has failed.
    """
    incident, now = load(workspace, ident), workspace.now()
    every = of_incident(workspace, incident, now)
    if name is not None:
        named = [each for each in every if each.announcement.name == name]
        if not named:
            raise _no_such(every, name)
        every = named
    found = [each for each in every if each.run and state_now(each.run, now) in (FAILED, UNKNOWN)]
    if not found:
        raise RefusedError(
            f"Nothing of announcement {one_line(name)!r} has failed."
            if name
            else f"No announcement of {incident.id} has failed.",
            hint="`incidentctl announce list` shows what came of each.",
        )
    return _sent(workspace, incident, found, who, on_recorded)


def _no_such(every: Sequence[Announced], name: str) -> NotFoundError:
    names = {each.announcement.name for each in every}
    return NotFoundError(
        f"No announcement {one_line(name)!r} applies to this incident now.",
        hint=nearest(name, names, otherwise="`incidentctl announce list` shows which do."),
    )


def _sent(
    workspace: Workspace,
    incident: Incident,
    found: Iterable[Announced],
    who: Actor,
    on_recorded: Callable[[str], None],
) -> list[Ran | NotSent]:
    ended: list[Ran | NotSent] = []
    for each in found:
        try:
            target = with_text(workspace, incident, each)
            ended.append(
                run_patiently(
                    workspace, incident.id, target, who=who, on_recorded=on_recorded, again=True
                )
            )
        except IncidentctlError as refusal:
            ended.append(NotSent(each.target, refusal))
    return ended


def goes_to(workspace: Workspace, incident: Incident) -> list[str]:
    """Return where a public update would go now: `customers, by http to example.com`."""
    restricted = workspace.record.is_restricted(incident.id)
    found = would_tell(workspace.catalog.announcements, incident, PUBLIC, restricted=restricted)
    return [f"{name}, by {action.uses} to {_place(action.with_)}" for name, action in found]


def rows(workspace: Workspace, ident: str) -> list[Row]:
    """Return the announcements of an incident, due or sent; nothing is sent."""
    incident, now = load(workspace, ident), workspace.now()
    every = of_incident(workspace, incident, now)
    to_send = {each.target.key for each in due_of(every, now)}
    return [_row(workspace, incident, each, due=each.target.key in to_send) for each in every]


def _row(workspace: Workspace, incident: Incident, each: Announced, *, due: bool) -> Row:
    request = problem = None
    said = ""
    try:
        target = with_text(workspace, incident, each)
        said = target.said or ""
        if due:
            request = prepare(workspace, incident, target, again=True).shown
    except IncidentctlError as refusal:
        problem = f"{refusal.message} {refusal.hint or ''}".strip()
    return Row(
        each.announcement.name,
        each.happened.event,
        each.action.uses,
        _place(each.action.with_),
        said,
        due,
        each.run,
        request,
        problem,
    )


def _place(settings: Any) -> str:
    place = reach(settings)
    return one_line(place.host or place.program or "?")


def row_as_json(row: Row) -> dict[str, Any]:
    """Return an announcement as plain values."""
    run = row.run
    return {
        "announcement": row.announcement,
        "event": row.event,
        "uses": row.uses,
        "to": row.to,
        "text": row.said,
        "state": run.state if run else "not-sent",
        "due": row.due,
        "at": iso(run.at) if run else None,
        "link": run.link if run else None,
        "reason": run.reason if run else None,
        "request": row.request,
        "problem": row.problem,
    }


def came_of_it(done: Iterable[Ran | NotSent]) -> Iterator[tuple[str, str]]:
    """Yield what came of each announcement, as a sentence and its style."""
    for each in done:
        name = each.target.name
        if isinstance(each, NotSent) and isinstance(each.why, AlreadySentError):
            yield f"Not sent again: {each.why.message}", "ok"
        elif isinstance(each, NotSent):
            hint = each.why.hint if isinstance(each.why.hint, str) else ""
            yield f"NOT SENT: {name}: {each.why.message} {hint}".strip(), "error"
        elif each.done:
            link = f": {each.outcome.link}" if each.outcome.link else ""
            yield f"Sent: {name} to {each.prepared.to}{link}", "ok"
        else:
            word = "PERHAPS SENT" if each.outcome.state == "unknown" else "NOT SENT"
            yield f"{word}: {name} to {each.prepared.to}: {each.outcome.reason}", "error"
