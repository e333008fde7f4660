"""One incident on a screen of 80 columns: the most important first."""

from __future__ import annotations

from datetime import datetime

from incidentctl.cli.terminal.console import out
from incidentctl.domain.common.role_names import COMMANDER
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import format_duration, offset_at
from incidentctl.domain.incident.state import DONE, NOT_NEEDED, OPEN, SKIPPED, Incident, Step
from incidentctl.render.incident.brief import ends, named, next_update, roles
from incidentctl.render.incident.role_brief import duties

_BOX = {OPEN: "[ ]", DONE: "[x]", SKIPPED: "[-]", NOT_NEEDED: "[/]"}
#: Boxes that are not obvious get a word, too.
_SAID = {SKIPPED: "skipped", NOT_NEEDED: "not needed"}
#: How many of the last timeline entries are shown.
_LAST = 8


def _row(label: str, value: str | None) -> None:
    if value:
        out(f"{label:<14} {one_line(value)}", indent=15)


def print_incident(incident: Incident, now: datetime, *, on_call: str | None = None) -> None:
    """Print an incident: head, what is due, checklist, hypotheses, the last entries, problems.

    `on_call` is who is on call for it now.
    """
    out(f"{incident.id}  {one_line(incident.title)}", "bold", indent=len(incident.id) + 2)
    confirmed = "" if incident.confirmed else " (not confirmed)"
    _row("severity", f"{incident.severity}{confirmed}" if incident.severity else None)
    _row("status", incident.status)
    by = named(incident, incident.declared_by)
    for moment in ("started", "detected"):
        _row(moment, _time(incident, moment))
    _row("declared", f"{incident.time(incident.declared)} by {by}")
    for moment in ("acknowledged", "mitigated"):
        _row(moment, _time(incident, moment))
    for state, text in ends(incident):
        _row(state, text)
    _row("next update", next_update(incident, now))
    _roles(incident)
    _row("on call", on_call)
    _row("responding", " and ".join(filter(None, (incident.team, incident.individual))))
    _row("escalated to", ", ".join(incident.escalated))
    _row("owner", incident.owner)
    _row("areas", ", ".join(incident.product_areas))
    _row("category", incident.category)
    _row("services", ", ".join(incident.services))
    _row("process", incident.reason)
    _row("summary", incident.summary)
    _row("impact", incident.impact)
    for link in incident.links:
        _row(link.label, link.url)
    _row("duplicate of", incident.duplicate_of)
    for relation in incident.related:
        _row(relation.relation, relation.incident)
    if incident.steps:
        out()
        for step in incident.steps:
            out(step_line(step), indent=9)
    tasks = [task for task in incident.tasks if task.done is None]
    if tasks:
        out()
        out("Open tasks")
        for task in tasks:
            whom = task.person or task.role
            line = f"  {task.number:>2} {one_line(task.title)}" + (f" ({whom})" if whom else "")
            out(line, indent=5)
    if incident.hypotheses:
        out()
        out("Hypotheses")
        for hypothesis in incident.hypotheses:
            line = f"  {hypothesis.number:>2} {hypothesis.state}: {one_line(hypothesis.text)}"
            out(line, indent=5)
    _duties(incident)
    _last_entries(incident)
    for problem in incident.problems:
        out(f"problem: {one_line(problem.message)}", "warning", indent=9)


def _duties(incident: Incident) -> None:
    """Print what the roles that somebody was given answer for."""
    out()
    out("What the roles answer for")
    held = [each.role for each in incident.held if each.until is None]
    for role in dict.fromkeys((COMMANDER, *held)):
        _row(role, duties(incident, role))


def _time(incident: Incident, moment: str) -> str | None:
    at = getattr(incident, moment)
    return incident.time(at) if at else None


def _last_entries(incident: Incident) -> None:
    """Print the last entries; each with its offset where a change of the clock lies between."""
    out()
    last, zone = incident.timeline[-_LAST:], incident.zone
    offsets = list(dict.fromkeys(offset_at(entry.at, zone) for entry in last)) or ["UTC"]
    changed = len(offsets) > 1
    named = "UTC" if offsets == ["UTC"] else one_line(incident.timezone)
    out(f"Last entries, {named}" + ("" if changed or named == "UTC" else f" ({offsets[0]})"))
    for entry in last:
        clock = entry.at.astimezone(zone).strftime("%H:%M")
        clock += f" {offset_at(entry.at, zone):<6}" if changed else ""
        struck = " (taken back)" if entry.retracted else ""
        line = f"  #{entry.number:<3} {clock}  {one_line(entry.by)}: {one_line(entry.text)}{struck}"
        out(line, indent=9 + len(clock))


def _roles(incident: Incident) -> None:
    """Print who holds which role; the commander's other roles are on one line."""
    _row(COMMANDER, named(incident, incident.commander))
    if incident.offer is not None:
        to = named(incident, incident.offer.person)
        _row("offered to", f"{to}, who takes command with `incidentctl accept`")
    for role, who in roles(incident):
        _row(role, who)


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
