"""The retrospective's document: facts from the record, then the four questions for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta, tzinfo

from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import format_duration, rough_duration, span_in_words
from incidentctl.domain.incident.state import DONE, OPEN, SKIPPED, Entry, Step
from incidentctl.domain.learn.retro_facts import RetroFacts, TimedUpdate
from incidentctl.domain.learn.retrospective import (
    ABOUT_ACTIONS,
    ACTION_WITHIN,
    BEGIN,
    END,
    QUESTIONS,
    Meeting,
    item_id,
)
from incidentctl.render.clock import Clock, shown
from incidentctl.render.inert import address, heading, inert

_EXAMPLE = (
    "  # - {{id: {id}, title: What will be different, owner: {owner}, due: {due}, done: false}}"
)
#: So much of the log is in the document, which people read, and edit by hand.
_MAX_ENTRIES, _MAX_LETTERS = 1000, 300


def example_item(facts: RetroFacts | None, meeting: Meeting) -> str:
    """Return a comment of YAML that shows how an action item is written."""
    owner = facts.incident.commander if facts else "somebody"
    due = (meeting.at + ACTION_WITHIN).date()
    ident = item_id(facts.incident.id if facts else None, 1)
    # What YAML reads as one plain word in a comment, whatever the record says.
    owner = owner if owner.replace("-", "").replace(".", "").isalnum() else "somebody"
    return _EXAMPLE.format(id=ident, owner=owner, due=due.isoformat()) + "\n"


def proposed_items(facts: RetroFacts | None, meeting: Meeting) -> str:
    """Return comments of YAML: the open tasks as action items, to be taken or left."""
    tasks = facts.follow_up if facts else ()
    if facts is None or not tasks:
        return ""
    due = (meeting.at + ACTION_WITHIN).date().isoformat()
    planning = (h.person for h in facts.roles if h.role == "planning" and h.until is None)
    usual = next(planning, facts.incident.commander)
    lines = ["  # Tasks left open; remove the # of those that you take:"]
    for number, task in enumerate(tasks, start=2):
        texts = (task.title, task.person or usual)
        title, owner = (json.dumps(one_line(text), ensure_ascii=False) for text in texts)
        named = f"id: {item_id(facts.incident.id, number)}, title: {title}, owner: {owner}"
        lines.append(f"  # - {{{named}, due: {due}, done: false}}")
    return "\n".join(lines) + "\n"


def standard_body(facts: RetroFacts, meeting: Meeting, local: tzinfo) -> str:
    """Return the document below its front matter."""
    incident = facts.incident
    what = "a drill" if incident.kind == "drill" else "an incident"
    lines = [f"# Retrospective: {heading(incident.title)}", ""]
    lines += [
        f"Retrospective of {what}, {inert(incident.id)}. {meeting_text(facts, meeting, local)}",
        "",
    ]
    lines += [BEGIN, facts_text(facts).rstrip("\n"), END, "", questions_text()]
    return "\n".join(lines)


def blank_body() -> str:
    """Return the document without an incident, below its front matter."""
    return "# Retrospective\n\n" + questions_text()


def questions_text() -> str:
    """Return the four questions as headings, with room for answers."""
    asked = "\n\n".join(f"## {question}\n\n-" for question in QUESTIONS)
    return f"{asked}\n\n{ABOUT_ACTIONS}\n"


def meeting_text(facts: RetroFacts, meeting: Meeting, local: tzinfo) -> str:
    """Return when and with whom to meet, and the deadline."""
    text = f"Proposed: {shown(meeting.at, local)}, about an hour, with everybody concerned."
    if meeting.until is not None:
        within = inert(span_in_words(facts.incident.retrospective_within or ""))
        severity = inert(facts.incident.severity or "the severity")
        text += f" {severity} asks for it within {within}, by {shown(meeting.until, local)}"
        text += ": this is later." if meeting.late else "."
    return text


# --- the facts -----------------------------------------------------------------------------------


def facts_text(facts: RetroFacts) -> str:
    """Return the facts as Markdown; no line begins with user text."""
    lines = [*_head(facts), *_score(facts), *_roles(facts), *_steps(facts)]
    lines += [*_updates(facts), *_timeline(facts)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _head(facts: RetroFacts) -> Iterator[str]:
    incident, took = facts.incident, facts.took
    clock = Clock(incident)
    critical = ", critical" if incident.critical else ""
    yield "## Facts"
    yield ""
    yield f"| Severity | {inert(incident.severity or 'never said')}{critical} |"
    yield "|---|---|"
    for name, when in clock.moments():
        if name != "Closed":  # a retrospective is written before
            yield f"| {name} | {when} |"
    for name, span in (
        ("Time to detect", took.detect),
        ("Time to acknowledge", took.acknowledge),
        ("Time to mitigate", took.mitigate),
        ("Time to resolve", took.resolve),
    ):
        yield f"| {name} | {_span(span)} |"
    for name, text in (
        ("Reported by", incident.reported_by),
        ("Summary", incident.summary),
        ("Impact", incident.impact),
        ("Owner", incident.owner),
        ("Product areas", ", ".join(incident.product_areas)),
        ("Services", ", ".join(incident.services)),
        ("Process", incident.reason),
        ("Catalog", incident.catalog_commit),
        ("Took part", ", ".join(facts.participants)),
    ):
        if text:
            yield f"| {name} | {inert(text)} |"
    for link in incident.links:
        yield f"| {inert(link.label)} | {address(link.url)} |"
    yield ""


def _span(span: timedelta | None) -> str:
    return "not known" if span is None else rough_duration(span)


_MEASURES = {"declare": "Declared", "commander": "Commander", "first_update": "First update"}


def _score(facts: RetroFacts) -> Iterator[str]:
    if facts.score is None:
        return
    yield "### Score"
    yield ""
    yield "| | Took | Target | |"
    yield "|---|---|---|---|"
    for each in facts.score.measures:
        took = "not known" if each.took is None else rough_duration(each.took)
        target = "-" if each.target is None else rough_duration(each.target)
        met = {True: "met", False: "missed", None: ""}[each.met]
        yield f"| {_MEASURES[each.name]} | {took} | {target} | {met} |"
    yield ""


def _roles(facts: RetroFacts) -> Iterator[str]:
    clock = Clock(facts.incident)
    yield "### Roles"
    yield ""
    yield "| Role | Who | From | Until |"
    yield "|---|---|---|---|"
    for held in facts.roles:
        who = f"{inert(held.name)} ({inert(held.person)})" if held.name else inert(held.person)
        until = clock.both(held.until) if held.until else "the end"
        yield f"| {inert(held.role)} | {who} | {clock.both(held.since)} | {until} |"
    yield ""


def _steps(facts: RetroFacts) -> Iterator[str]:
    yield "### Runbook"
    yield ""
    if not facts.steps:
        yield "No runbook was attached."
        yield ""
        return
    counts = [(len(facts.in_state(state)), state) for state in (DONE, SKIPPED, OPEN)]
    yield ", ".join(f"{count} {word}" for count, word in counts) + "."
    yield ""
    clock = Clock(facts.incident)
    for step in facts.steps:
        yield _step(step, clock)
    yield ""


def _step(step: Step, clock: Clock) -> str:
    parts = [f"{inert(step.title)} ({inert(step.role)})"]
    if step.mark is None:
        parts.append("never done")
    else:
        parts.append(f"{step.state} by {inert(step.mark.by)}, {clock.both(step.mark.at)}")
        if step.mark.note:
            parts.append(inert(step.mark.note))
        elif step.state == SKIPPED:
            parts.append("no reason given")
    return f"- [{'x' if step.state == DONE else ' '}] {' · '.join(parts)}"


def _updates(facts: RetroFacts) -> Iterator[str]:
    cadence = facts.incident.cadence
    every = f"every {format_duration(cadence)}" if cadence else "no cadence"
    yield "### Updates"
    yield ""
    yield f"Asked for: {every}. Posted: {len(facts.updates)}, late: {facts.late_updates}."
    if facts.silent_at_end:
        yield f"At the end an update was overdue by {rough_duration(facts.silent_at_end)}."
    yield ""
    if facts.updates:
        yield "| When | By | To | Late by | What |"
        yield "|---|---|---|---|---|"
        clock = Clock(facts.incident)
        for posted in facts.updates:
            yield _update(posted, clock)
        yield ""


def _update(posted: TimedUpdate, clock: Clock) -> str:
    update = posted.update
    late = "" if posted.late_by is None else rough_duration(posted.late_by)
    cells = [
        clock.both(update.at),
        inert(update.by),
        "customers" if update.public else "internal",
        late,
        inert(update.text),
    ]
    return f"| {' | '.join(cells)} |"


def _timeline(facts: RetroFacts) -> Iterator[str]:
    yield "### Timeline"
    yield ""
    yield "| # | When | Who | What |"
    yield "|---:|---|---|---|"
    clock = Clock(facts.incident)
    for entry in facts.timeline[:_MAX_ENTRIES]:
        yield f"| {entry.number} | {clock.both(entry.at)} | {inert(entry.by)} | {_what(entry)} |"
    if (more := len(facts.timeline) - _MAX_ENTRIES) > 0:
        yield ""
        yield f"And {more} more entries, which are in the log."


def _what(entry: Entry) -> str:
    """Return the first line of an entry, or the start of it: log.md has all of it."""
    first, _, rest = entry.text.strip().partition("\n")
    more = f" and {rest.count(chr(10)) + 1} more lines" if rest.strip() else ""
    cut = len(first) > _MAX_LETTERS
    text = inert(first[:_MAX_LETTERS])
    if cut or more:
        text += f" …{more} in the log" if more else " … more in the log"
    return f"{text} *(pinned)*" if entry.pinned else text
