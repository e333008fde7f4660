"""One incident on a screen of 80 columns: the most important first."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from incidentctl.cli.hints import send_again
from incidentctl.cli.terminal.console import out
from incidentctl.domain.common.role_names import COMMANDER
from incidentctl.domain.common.text import count, one_line
from incidentctl.domain.common.times import format_duration, offset_at
from incidentctl.domain.incident.head import titled
from incidentctl.domain.incident.state import (
    DONE,
    NOT_NEEDED,
    OPEN,
    RULED_OUT,
    SKIPPED,
    Incident,
    Step,
)
from incidentctl.domain.incident.unsent import unsent
from incidentctl.render.incident.brief import (
    commander,
    ends,
    meeting_places,
    named,
    next_update,
    roles,
)
from incidentctl.render.incident.role_brief import duties
from incidentctl.render.lines import shortened, wrapped

_BOX = {OPEN: "[ ]", DONE: "[x]", SKIPPED: "[-]", NOT_NEEDED: "[/]"}
#: Boxes that are not obvious get a word, too.
_SAID = {SKIPPED: "skipped", NOT_NEEDED: "not needed"}
#: How many of the last timeline entries are shown.
_LAST = 8
#: What sending by itself records: people's own entries matter more.
_ROUTINE = frozenset({"action-started", "action-done"})
#: So many open steps, open tasks and newest entries matter more than the others.
_FEW = 3


class _Kept(IntEnum):
    """What is left out last to first, where a screen is too small for everything."""

    HEAD, WORDS, NEWEST, WORK, WHO, WHAT, TIMES, OLDER, ROUTINE, REST, DUTIES = range(11)


class _Line(NamedTuple):
    text: str
    kept: _Kept
    indent: int = 0
    style: str | None = None
    most: int = 1
    """So many lines it may have on a small screen."""
    age: int | None = None
    """Of an entry: how many of its like are newer."""


_SMALL = 24
#: The last line of a screen is that of the next prompt.
_PROMPT = 1


def print_incident(
    incident: Incident, now: datetime, *, on_call: str | None = None, whole: bool = True
) -> None:
    """Print an incident: head, what is due, checklist, hypotheses, the last entries, problems.

    `on_call` is who is on call for it now. If it need not be `whole`, a terminal gets what fits
    its height: the rest is counted.
    """
    lines = list(_lines(incident, now, on_call))
    if not whole and sys.stdout.isatty():
        size = shutil.get_terminal_size()
        part = incident.id.rpartition("-")[2]
        lines = _fitting(lines, size.columns, max(size.lines, _SMALL) - _PROMPT, part)
    for line in lines:
        out(line.text, line.style, indent=line.indent)


def _fitting(lines: list[_Line], columns: int, height: int, part: str) -> list[_Line]:
    """Return what fits: texts are cut, then what matters least is left out and counted.

    An entry behind some that are left out begins with `…`.
    """
    if sum(len(wrapped(line.text, columns, line.indent)) for line in lines) <= height:
        return lines
    cut: list[_Line] = []
    left = 0
    room = height - 1
    chosen: set[int] = set()
    for number in sorted(range(len(lines)), key=lambda n: (lines[n].kept, lines[n].age or 0, n)):
        line = lines[number]
        shown = shortened(line.text, columns, line.indent, most=line.most)
        if not line.text or len(shown) > room:
            left += bool(line.text)
            continue
        room -= len(shown)
        chosen.add(number)
    gap = False
    for number, line in enumerate(lines):
        entry = line.age is not None
        if number not in chosen:
            gap |= entry
            continue
        text = f"…{line.text[1:]}" if gap and entry else line.text
        gap &= not entry
        shown = shortened(text, columns, line.indent, most=line.most)
        cut += [line._replace(text=each, indent=0) for each in shown]
    more = count(left, "more line") if left else "Some lines are cut"
    rest = f"{more}: `incidentctl show {part} --all`"
    return [*cut, _Line(rest, _Kept.HEAD, style="dim")]


def _lines(incident: Incident, now: datetime, on_call: str | None) -> Iterator[_Line]:
    title = f"{incident.id}  {one_line(titled(incident))}"
    yield _Line(title, _Kept.HEAD, len(incident.id) + 2, "bold", most=2)
    for label, value, kept in _rows(incident, now, on_call):
        if value:
            yield _row(label, value, kept)
    for each in unsent(incident, now):
        yield _Line(one_line(each.text), _Kept.HEAD, 2, "warning", most=2)
        yield _Line(f"  {send_again(each.run)}", _Kept.HEAD, 2)
    yield from _steps(incident)
    tasks = [task for task in incident.tasks if task.done is None]
    if tasks:
        yield _Line("", _Kept.REST)
        yield _Line("Open tasks", _Kept.WORK)
    for place, task in enumerate(tasks):
        whom = task.person or task.role
        line = f"  {task.number:>2} {one_line(task.title)}" + (f" ({whom})" if whom else "")
        yield _Line(line, _Kept.WORK if place < _FEW else _Kept.REST, 5)
    if incident.hypotheses:
        yield _Line("", _Kept.REST)
        yield _Line("Hypotheses", _Kept.WHO)
    for hypothesis in incident.hypotheses:
        line = f"  {hypothesis.number:>2} {hypothesis.state}: {one_line(hypothesis.text)}"
        yield _Line(line, _Kept.REST if hypothesis.state == RULED_OUT else _Kept.WHO, 5)
    yield from _duties(incident)
    yield from _last_entries(incident)
    for problem in incident.problems:
        yield _Line(f"problem: {one_line(problem.message)}", _Kept.WORDS, 9, "warning")


def _row(label: str, value: str, kept: _Kept) -> _Line:
    return _Line(f"{label:<14} {one_line(value)}", kept, 15)


def _rows(
    incident: Incident, now: datetime, on_call: str | None
) -> Iterator[tuple[str, str | None, _Kept]]:
    confirmed = "" if incident.confirmed else " (not confirmed)"
    severity = f"{incident.severity}{confirmed}" if incident.severity else None
    yield "severity", severity, _Kept.HEAD
    yield "status", incident.status, _Kept.HEAD
    by = named(incident, incident.declared_by)
    for moment in ("started", "detected"):
        yield moment, _time(incident, moment), _Kept.TIMES
    yield "declared", f"{incident.time(incident.raised)} by {by}", _Kept.WHO
    for moment in ("acknowledged", "mitigated"):
        yield moment, _time(incident, moment), _Kept.TIMES
    for state, text in ends(incident):
        yield state, text, _Kept.HEAD
    yield "next update", next_update(incident, now), _Kept.HEAD
    yield COMMANDER, commander(incident), _Kept.HEAD
    if incident.offer is not None:
        to = named(incident, incident.offer.person)
        yield "offered to", f"{to}, who takes command with `incidentctl accept`", _Kept.HEAD
    for role, who in roles(incident):
        yield role, who, _Kept.WHO
    yield "on call", on_call, _Kept.WHO
    responding = " and ".join(filter(None, (incident.team, incident.individual)))
    yield "responding", responding, _Kept.WHO
    yield "escalated to", ", ".join(incident.escalated), _Kept.WHO
    yield "owner", incident.owner, _Kept.WHAT
    yield "areas", ", ".join(incident.product_areas), _Kept.WHAT
    yield "category", incident.category, _Kept.WHAT
    yield "services", ", ".join(incident.services), _Kept.HEAD
    yield "process", incident.reason, _Kept.OLDER
    yield "summary", incident.summary, _Kept.WORDS
    yield "impact", incident.impact, _Kept.WORDS
    places = meeting_places(incident)
    for link in incident.links:
        yield link.label, link.url, _Kept.HEAD if link in places else _Kept.TIMES
    yield "duplicate of", incident.duplicate_of, _Kept.WORDS
    for relation in incident.related:
        yield relation.relation, relation.incident, _Kept.TIMES


def _steps(incident: Incident) -> Iterator[_Line]:
    if incident.steps:
        yield _Line("", _Kept.REST)
    opened = [step for step in incident.steps if step.state == OPEN]
    for step in incident.steps:
        yield _Line(step_line(step), _Kept.WORK if step in opened[:_FEW] else _Kept.REST, 9)


def _duties(incident: Incident) -> Iterator[_Line]:
    """Yield what the roles that somebody was given answer for."""
    yield _Line("", _Kept.DUTIES)
    yield _Line("What the roles answer for", _Kept.DUTIES)
    held = [each.role for each in incident.held if each.until is None]
    for role in dict.fromkeys((COMMANDER, *held)):
        if said := duties(incident, role):
            yield _row(role, said, _Kept.DUTIES)


def _time(incident: Incident, moment: str) -> str | None:
    at = getattr(incident, moment)
    return incident.time(at) if at else None


def _last_entries(incident: Incident) -> Iterator[_Line]:
    """Yield the last entries; each with its offset where a change of the clock lies between."""
    yield _Line("", _Kept.REST)
    last, zone = incident.timeline[-_LAST:], incident.zone
    offsets = list(dict.fromkeys(offset_at(entry.at, zone) for entry in last)) or ["UTC"]
    changed = len(offsets) > 1
    called = "UTC" if offsets == ["UTC"] else one_line(incident.timezone)
    heading = f"Last entries, {called}"
    heading += "" if changed or called == "UTC" else f" ({offsets[0]})"
    yield _Line(heading, _Kept.NEWEST)
    for place, entry in enumerate(last):
        routine = entry.kind in _ROUTINE
        age = sum((each.kind in _ROUTINE) == routine for each in last[place + 1 :])
        kept = _Kept.ROUTINE if routine else _Kept.NEWEST if age < _FEW else _Kept.OLDER
        clock = entry.at.astimezone(zone).strftime("%H:%M")
        clock += f" {offset_at(entry.at, zone):<6}" if changed else ""
        struck = " (taken back)" if entry.retracted else ""
        line = f"  #{entry.number:<3} {clock}  {one_line(entry.by)}: {one_line(entry.text)}{struck}"
        yield _Line(line, kept, 9 + len(clock), age=age)


def step_line(step: Step) -> str:
    """Write a step of the checklist on one line."""
    line = f"  {step.number:>2} {_BOX[step.state]} {one_line(step.title)}"
    if step.every:
        line += f" (every {format_duration(step.every)})"
    if step.state in _SAID:
        line += f" ({_SAID[step.state]})"
    if step.mark and step.state in (DONE, SKIPPED):
        line += f"  {step.mark.by}"
        said = step.mark.note or step.mark.link
        if said:
            line += f": {one_line(said)}"
    return line
