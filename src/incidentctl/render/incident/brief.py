"""The commander's brief: all that a new commander must know, as lines of plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from incidentctl.domain.common.role_names import COMMANDER
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import rough_duration
from incidentctl.domain.incident.active_time import active_time
from incidentctl.domain.incident.decide.updates import NO_CHANGE
from incidentctl.domain.incident.due import other_roles
from incidentctl.domain.incident.handover_advice import commands_since
from incidentctl.domain.incident.head import titled
from incidentctl.domain.incident.state import (
    CANCELLED,
    CLOSED,
    CONFIRMED,
    DONE,
    OPEN,
    RESOLVED,
    RULED_OUT,
    Incident,
    Link,
    is_alert,
    page_words,
)
from incidentctl.render.lines import shortened, wrapped

#: The width of lines, the indent of their text, and how many lines there should be.
WIDTH, INDENT, HEIGHT = 80, 15, 24
#: How many of each kind are shown, and in how many lines each: the first that is short enough.
_MAX_SHOWN = ((5, 5), (3, 3), (3, 2), (3, 1), (2, 1), (1, 1))
_NOTES, _UPDATES, _DONE = 3, 2, 3
#: The links that say where the response meets; the others may be counted.
_PLACES = ("bridge", "channel")


class _Row(NamedTuple):
    label: str
    text: str
    more: str = ""
    """A suffix that stays even if the text is cut; clean and short."""
    whole: bool = False


def brief(
    incident: Incident, now: datetime, *, on_call: str | None = None, columns: int = WIDTH
) -> list[str]:
    """Return the brief of an incident: cleaned lines of so many characters, about 24 of them.

    `on_call` is who is on call for it now.

    Only a longer word, such as an address, makes a longer line: it must be whole to be copied. If
    there is a lot, texts are cut, and the rest of each kind is counted.
    """
    lines: list[str] = []
    for most, height in _MAX_SHOWN:
        title = f"{incident.id}  {one_line(titled(incident))}"
        lines = shortened(title, columns, len(incident.id) + 2, most=height)
        for row in _rows(incident, now, most, on_call):
            label = f"{one_line(row.label)[: INDENT - 1]:<{INDENT - 1}} "
            lines += _lines(row, label, columns, height)
        if len(lines) <= HEIGHT:
            break
    return lines


def _lines(row: _Row, label: str, columns: int, height: int) -> list[str]:
    text = f"{label}{one_line(row.text)}"
    if row.whole:
        return wrapped(f"{text}{row.more}", columns, INDENT)
    return shortened(text, columns, INDENT, most=height, more=row.more)


def _few(rows: Iterable[_Row], most: int, *, newest: bool = False) -> Iterator[_Row]:
    """Yield the first rows of a kind, or the newest; the last row counts the rest."""
    found = list(rows)
    shown = found[-most:] if newest else found[:most]
    yield from shown[:-1]
    if shown:
        last, left = shown[-1], len(found) - len(shown)
        comma = "" if last.whole else ","
        yield last._replace(more=f"{comma} and {left} more" if left else "")


def _rows(incident: Incident, now: datetime, most: int, on_call: str | None) -> Iterator[_Row]:
    yield from (_Row(label, text) for label, text in _head(incident, now, on_call))
    said = [entry for entry in incident.timeline if not entry.retracted]
    pinned = (_Row("pinned", f"{entry.text} ({entry.by})") for entry in said if entry.pinned)
    yield from _few(pinned, most, newest=True)
    for state, label in ((OPEN, "hypothesis"), (CONFIRMED, "confirmed"), (RULED_OUT, "ruled out")):
        judged = (
            _Row(label, f"{each.number} {each.text}" + (f" ({each.reason})" if each.reason else ""))
            for each in incident.hypotheses
            if each.state == state
        )
        yield from _few(judged, most, newest=True)
    yield from _done(incident, now, min(most, _DONE))
    opened = (step for step in incident.steps if step.state == OPEN)
    steps = (_Row("open step", f"{step.number} {step.title} ({step.role})") for step in opened)
    yield from _few(steps, most)
    tasks = (
        _Row("open task", f"{task.number} {task.title} ({task.person or task.role or 'nobody'})")
        for task in incident.tasks
        if task.done is None
    )
    yield from _few(tasks, most)
    yield from _updates(incident, now, most)
    plain = [e for e in said if e.kind == "noted" and not e.pinned and not e.redacted]
    for entry in plain[-min(most, _NOTES) :]:
        yield _Row("note", f"{rough_duration(now - entry.at)} ago by {entry.by}: {entry.text}")
    places = meeting_places(incident)
    yield from (_Row(link.label, link.url, whole=True) for link in places)
    others = (link for link in incident.links if link not in places)
    yield from _few((_Row(link.label, link.url, whole=True) for link in others), most)
    yield from _few((_Row("problem", problem.message) for problem in incident.problems), most)


def _done(incident: Incident, now: datetime, most: int) -> Iterator[_Row]:
    """Yield the last steps and tasks that were done: a new commander must not order them again."""
    steps = [(each.mark, each.title) for each in incident.steps if each.state == DONE]
    tasks = [(each.done, each.title) for each in incident.tasks]
    marked = [(mark, title) for mark, title in (*steps, *tasks) if mark is not None]
    marked.sort(key=lambda each: (each[0].at, each[0].event))
    for mark, title in marked[-most:]:
        said = mark.note or mark.link
        note = f": {said}" if said else ""
        yield _Row("done", f"{title}, {rough_duration(now - mark.at)} ago by {mark.by}{note}")


def _head(incident: Incident, now: datetime, on_call: str | None) -> Iterator[tuple[str, str]]:
    confirmed = "" if incident.confirmed else " (not confirmed)"
    yield "severity", f"{incident.severity or 'not yet said'}{confirmed}"
    yield "status", incident.status
    age = rough_duration(now - incident.raised)
    by = named(incident, incident.declared_by)
    yield "declared", f"{incident.time(incident.raised)} by {by}, {age} ago"
    yield from ends(incident)
    since = commands_since(incident)
    held = f"{incident.time(since)}, for {rough_duration(active_time(incident, since, now))}"
    since_when = "" if is_alert(incident.commander) else f" since {held}"
    yield "commander", f"{commander(incident)}{since_when}"
    if incident.offer:
        to = named(incident, incident.offer.person)
        yield "offered to", f"{to}, not yet accepted (since {incident.time(incident.offer.at)})"
    yield from roles(incident)
    yield from _some("on call", filter(None, (on_call,)))
    yield from _some("responding", filter(None, (incident.team, incident.individual)))
    yield from _some("escalated to", incident.escalated)
    yield from _some("services", incident.services)
    for label, text in (("summary", incident.summary), ("impact", incident.impact)):
        if text:
            yield label, text


def ends(incident: Incident) -> Iterator[tuple[str, str]]:
    """Yield how it ended, as label and text: when, by whom, and the reason if given."""
    why = incident.ended_why
    for state in (RESOLVED, CANCELLED, CLOSED):
        moment = getattr(incident, state)
        if incident.open or moment is None:
            continue
        by = next(
            (e.by for e in incident.entries
             if e.kind == state and e.at == moment and not e.retracted), None,
        )  # fmt: skip
        who = f" by {named(incident, by)}" if by else ""
        yield state, f"{incident.time(moment)}{who}" + (f": {why}" if why else "")
        why = None


def _some(label: str, words: Iterable[str]) -> Iterator[tuple[str, str]]:
    if text := ", ".join(words):
        yield label, text


def roles(incident: Incident) -> Iterator[tuple[str, str]]:
    """Yield who holds which role besides the commander; unassigned roles are the commander's."""
    holders: dict[str, list[str]] = {role: [] for role in (COMMANDER, *other_roles(incident))}
    for held in incident.held:
        now = [held.person] if held.until is None else []
        holders.setdefault(held.role, []).extend(now)
    del holders[COMMANDER]
    known = names(incident)
    for role, people in holders.items():
        if people:
            yield role, ", ".join(name_of(known, person) for person in people)
    rest = [role for role, people in holders.items() if not people]
    if rest:
        yield "other roles", f"{held_without(incident)}: {', '.join(rest)}"


def meeting_places(incident: Incident) -> list[Link]:
    """Return the newest address of the bridge and of the channel: where the response meets."""
    newest = {link.label.casefold(): link for link in incident.links}
    return [newest[label] for label in _PLACES if label in newest]


def _updates(incident: Incident, now: datetime, most: int) -> Iterator[_Row]:
    """Yield the last updates with news, whether there was none since, and the next one."""
    updates = sorted(
        incident.updates, key=lambda update: (update.counted, update.event), reverse=True
    )
    last = next(iter(updates), None)
    news = [update for update in updates if update.text != NO_CHANGE] or updates
    if last is None:
        yield _Row("last update", "none yet")
    for update in news[: min(most, _UPDATES)]:
        label = "last update" if update is news[0] else "update before"
        since = f" (no change since, said {rough_duration(now - last.counted)} ago)" if last else ""
        on_page = page_words(update.headline, update.states)
        public = f"public{on_page and f' ({on_page})'}, " if update.public else ""
        yield _Row(
            label,
            f"{public}{rough_duration(now - update.counted)} ago by {update.by}: {update.text}",
            since if update is news[0] is not last else "",
        )
    if due := next_update(incident, now):
        yield _Row("next update", due)


def held_without(incident: Incident) -> str:
    """Say who has the roles that are assigned to nobody: the commander, where there is one."""
    return "nobody holds them" if is_alert(incident.commander) else "held by the commander"


def commander(incident: Incident) -> str:
    """Return who commands; an alert declares, and commands nothing."""
    if is_alert(incident.commander):
        return "nobody yet: an alert declared it"
    return named(incident, incident.commander)


def named(incident: Incident, person: str) -> str:
    """Return the name of a participant, with their handle."""
    return name_of(names(incident), person)


def names(incident: Incident) -> dict[str, str]:
    """Return the names of the participants, by handle: the first recorded for each."""
    pairs = [(held.person, held.name) for held in incident.held]
    pairs += [(entry.by, entry.name) for entry in incident.entries]
    if incident.offer:
        pairs.append((incident.offer.person, incident.offer.name))
    return {person: name for person, name in reversed(pairs) if name}


def name_of(known: Mapping[str, str], person: str) -> str:
    """Return somebody's name with their handle, by what `names` returned."""
    name = known.get(person)
    return f"{one_line(name)} ({person})" if name and name != person else person


def next_update(incident: Incident, now: datetime) -> str | None:
    """Return when the next update is due, or how long it is overdue; None if none is due."""
    if not incident.open or incident.next_update is None:
        return None
    left = (incident.next_update - now).total_seconds()
    when = incident.time(incident.next_update)
    if left < 0:
        return f"overdue by {rough_duration(-left)} ({when})"
    return f"in {rough_duration(left)} ({when})"
