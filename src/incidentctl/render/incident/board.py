"""The board of `watch`: lines with weights, cut to the height of a screen."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from incidentctl.domain.common.role_names import COMMANDER
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import offset_at, rough_duration
from incidentctl.domain.incident.active_time import active_time
from incidentctl.domain.incident.due import other_roles
from incidentctl.domain.incident.head import titled
from incidentctl.domain.incident.ids import last_part
from incidentctl.domain.incident.reminders import Reminder
from incidentctl.domain.incident.state import (
    DONE,
    OPEN,
    RULED_OUT,
    SKIPPED,
    Entry,
    Held,
    Incident,
    is_alert,
)
from incidentctl.domain.incident.unsynced import Unsynced
from incidentctl.render.incident.brief import commander, held_without, meeting_places
from incidentctl.render.lines import wrapped

#: The subject of a line; if the screen is too small, the last of these are dropped first.
(
    HEAD, UNSYNCED, REMINDER, CLOCK, COMMAND, PLACES, PROBLEMS, STEPS, STATE, NEXT, NEWEST, ROLES,
    LAST_UPDATE, THEORY, MORE_STEPS, RULED, OLDER, BLANK, DUTIES,
) = range(19)  # fmt: skip

#: The most that are shown, on a screen of any height.
NEXT_STEPS, ENTRIES, HYPOTHESES = 3, 12, 5
#: How many of the newest entries matter more than the roles.
_NEWEST = 3
#: The longest line, in characters, before the screen cuts it.
_MAX_LETTERS = 400


class Line(NamedTuple):
    """One line: inert text, its weight (the smallest is dropped last), and a style by name."""

    text: str
    weight: tuple[int, ...]
    style: str | None = None
    indent: int = 2
    """The indent of its other lines when wrapped."""


def board(
    incidents: Iterable[Incident],
    now: datetime,
    *,
    reminders: Sequence[Reminder] = (),
    loud: Collection[tuple[str, str, int, datetime]] = (),
    unsynced: Unsynced | None = None,
    blind: Sequence[str] = (),
    restricted: Collection[str] = (),
    alerts: str | None = None,
    nothing: str = "No incident is open.",
) -> list[Line]:
    """Return the whole board, the worst incident given first; `loud` are keys of new reminders.

    `alerts` says that alerts wait in the inbox, `blind` why the work of others may be missing;
    `restricted` are the ids of restricted incidents; `nothing` says that none is open.
    """
    lines: list[Line] = []
    for order, incident in enumerate(incidents):
        if order:
            lines.append(Line("", (BLANK,)))
        own = [reminder for reminder in reminders if reminder.incident == incident.id]
        heading = _head(incident, now, restricted=incident.id in restricted)
        section = [*heading, *_reminders(own, loud), *_problems(incident), *_body(incident, now)]
        lines += [line._replace(weight=(*line.weight[:2], order)) for line in section]
    if not lines:
        nothing = "No incident is known here." if blind else nothing
        lines.append(Line(nothing, (HEAD, 0)))
    if alerts:
        lines.append(Line(f"{_text(alerts)}: `incidentctl alert inbox`", (REMINDER, -1), "warning"))
    if unsynced and unsynced.events:
        events = "event is" if unsynced.events == 1 else "events are"
        span = f", for {rough_duration(now - unsynced.since)}" if unsynced.since else ""
        text = f"{unsynced.events} {events} not on the remote yet{span}"
        lines.append(Line(text, (UNSYNCED, 0), "warning"))
    return [*lines, *(Line(_text(text), (UNSYNCED, 0), "warning") for text in blind)]


def reminders_whole(lines: Sequence[Line], columns: int) -> list[Line]:
    """Return the lines with reminders wrapped: what they say to type stands at their end."""
    return [
        line._replace(text=text)
        for line in lines
        for text in (wrapped(line.text, columns, 4) if line.weight[0] == REMINDER else [line.text])
    ]


def fit(lines: Sequence[Line], height: int) -> list[Line]:
    """Return what fits into so many lines (at least one); the least important are dropped.

    The last line counts the incidents that do not get even their first line.
    """
    kept = _lightest(lines, height)
    heads = sum(line.weight[0] == HEAD for line in lines)
    if sum(line.weight[0] == HEAD for line in kept) == heads:
        return kept
    kept = _lightest(lines, height - 1)
    missing = heads - sum(line.weight[0] == HEAD for line in kept)
    more = "incident" if missing == 1 else "incidents"
    return [*kept, Line(f"and {missing} more {more}: incidentctl list", (HEAD, 0))]


def _lightest(lines: Sequence[Line], count: int) -> list[Line]:
    chosen = sorted(range(len(lines)), key=lambda index: (lines[index].weight, index))
    return [lines[index] for index in sorted(chosen[: max(count, 0)])]


def _row(label: str, value: str, *weight: int, style: str | None = None) -> Line:
    return Line(f"{_text(label):<14} {_text(value)}", weight, style, 15)


def _text(text: str) -> str:
    return one_line(text[:_MAX_LETTERS])


def _head(incident: Incident, now: datetime, *, restricted: bool) -> list[Line]:
    text = (
        f"{incident.severity or '-'}  {incident.id}  "
        f"{rough_duration(now - incident.declared)}  {titled(incident, restricted=restricted)}"
    )
    doubt = "" if incident.confirmed else ", severity not confirmed"
    state = f"{incident.status}{doubt}, declared {clock(incident, incident.raised)} by"
    return [
        Line(_text(text), (HEAD, 0), "bold"),
        _row("status", f"{state} {incident.declared_by}", STATE, 0),
    ]


def _reminders(
    reminders: Iterable[Reminder], loud: Collection[tuple[str, str, int, datetime]]
) -> list[Line]:
    """Mark new reminders by a sign, too: not everybody sees colours."""
    return [
        Line(f"{'!!!' if each.key in loud else '!'} {reminder_line(each)}", (REMINDER, -each.stage),
             "error" if each.key in loud else "warning")
        for each in reminders
    ]  # fmt: skip


def _problems(incident: Incident) -> list[Line]:
    if not incident.problems:
        return []
    part = last_part(incident.id)
    text = f"{len(incident.problems)}, see incidentctl show {part}"
    return [_row("problems", text, PROBLEMS, 0, style="warning")]


def _body(incident: Incident, now: datetime) -> list[Line]:
    places = meeting_places(incident)
    return [
        *(_row(link.label, link.url, PLACES, place) for place, link in enumerate(places)),
        *_updates(incident, now),
        *_roles(incident, now),
        *_steps(incident),
        *_hypotheses(incident),
        *_timeline(incident),
        *_duties(incident),
    ]


def clock(incident: Incident, moment: datetime) -> str:
    """Write the time of day with its offset, in the organisation's zone at declaration."""
    return f"{moment.astimezone(incident.zone):%H:%M} {offset_at(moment, incident.zone)}"


def _updates(incident: Incident, now: datetime) -> list[Line]:
    lines = []
    due = incident.next_update
    if due is not None and incident.open:
        left = (due - now).total_seconds()
        when = f"in {rough_duration(left)}" if left > 0 else f"overdue by {rough_duration(-left)}"
        text = f"{when} ({clock(incident, due)})"
        lines.append(_row("next update", text, CLOCK, 0, style=None if left > 0 else "error"))
    if incident.updates:
        last = max(incident.updates, key=lambda update: (update.counted, update.event))
        text = f"{clock(incident, last.at)} {last.by}: {last.text}"
        lines.append(_row("last update", text, LAST_UPDATE, 0))
    return lines


def _roles(incident: Incident, now: datetime) -> list[Line]:
    holding = (held for held in incident.held if held.until is None)
    roles: dict[str, list[Held]] = {role: [] for role in (COMMANDER, *other_roles(incident))}
    for held in holding:
        roles.setdefault(held.role, []).append(held)
    lines, nobody = [], []
    for role, spans in roles.items():
        who = [
            f"{held.name or held.person} for "
            f"{rough_duration(active_time(incident, held.since, now))}"
            for held in spans
        ]
        if who or role == COMMANDER:
            weight = COMMAND if role == COMMANDER else ROLES
            named = ", ".join(who) or commander(incident)
            accept = "; incidentctl accept" if is_alert(incident.commander) and not who else ""
            lines.append(_row(role, f"{named}{accept}", weight, 0))
            if role == COMMANDER and (offer := incident.offer):
                span = rough_duration(now - offer.at)
                text = f"{offer.name or offer.person} for {span}: incidentctl accept"
                lines.append(_row("offered to", text, COMMAND, 1))
        else:
            nobody.append(role)
    if nobody:
        text = f"{', '.join(nobody)}: {held_without(incident)}"
        lines.append(_row("not assigned", text, ROLES, 1))
    return lines


def _duties(incident: Incident) -> list[Line]:
    """Say last what the assigned roles answer for: where the screen has room."""
    roles = dict.fromkeys(held.role for held in incident.held if held.until is None)
    return [
        _row(f"{role}:", duty, DUTIES, place)
        for place, role in enumerate(roles)
        if (duty := ". ".join(incident.answers_for(role)))
    ]


def _steps(incident: Incident) -> list[Line]:
    steps = incident.steps
    opened = [step for step in steps if step.state == OPEN]
    counts = [f"{sum(step.state == DONE for step in steps)} done"]
    if skipped := sum(step.state == SKIPPED for step in steps):
        counts.append(f"{skipped} skipped")
    counts.append(f"{len(opened)} open")
    if tasks := sum(task.done is None for task in incident.tasks):
        counts.append(f"{tasks} {'task' if tasks == 1 else 'tasks'} open")
    lines = [_row("steps", ", ".join(counts), STEPS, 0)] if steps or tasks else []
    for place, step in enumerate(opened[:NEXT_STEPS]):
        text = f"{step.number} [ ] {step.title} ({step.role})"
        lines.append(_row("" if place else "next", text, MORE_STEPS if place else NEXT, place))
    return lines


def _hypotheses(incident: Incident) -> list[Line]:
    lines = []
    for state, weight in ((OPEN, THEORY), (RULED_OUT, RULED)):
        found = [each for each in incident.hypotheses if each.state == state][-HYPOTHESES:]
        label = "hypothesis" if state == OPEN else "ruled out"
        lines += [
            _row(label, f"{each.number} {each.text}", weight, len(found) - place)
            for place, each in enumerate(found)
        ]
    return lines


def newest(incident: Incident, count: int) -> list[Entry]:
    """Return the newest entries without retracted ones, in the order of time."""
    effective = (entry for entry in incident.entries if not entry.retracted)
    return heapq.nlargest(count, effective, key=lambda entry: (entry.at, entry.event))[::-1]


def _timeline(incident: Incident) -> list[Line]:
    entries = newest(incident, ENTRIES)
    lines = []
    for age, entry in zip(range(len(entries) - 1, -1, -1), entries, strict=True):
        weight = (NEWEST if age < _NEWEST else OLDER, age)
        indent = len(clock(incident, entry.at)) + 2
        lines.append(Line(entry_line(incident, entry), weight, indent=indent))
    return lines


#: What to type for what a reminder is about.
_COMMANDS = {
    "update": "incidentctl update",
    "silent": "incidentctl log",
    "commander": "incidentctl accept",
    "roles": "incidentctl assign",
    "command": "incidentctl handover PERSON",
    "offer": "incidentctl accept",
    "severity": "incidentctl severity",
    "action": "incidentctl status",
}


def reminder_line(reminder: Reminder) -> str:
    """Write a reminder on one line, with the command that does what it asks for."""
    return f"{_text(reminder.text)}: `{_COMMANDS[reminder.what]}`"


def entry_line(incident: Incident, entry: Entry) -> str:
    """Write an entry of the timeline on one line."""
    return f"{clock(incident, entry.at)}  {_text(f'{entry.by}: {entry.text}')}"
