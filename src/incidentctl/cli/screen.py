"""One incident on a screen of 80 columns: what a person needs first, first."""

from __future__ import annotations

from datetime import datetime

from incidentctl.cli.console import out
from incidentctl.domain.state import DONE, NOT_NEEDED, OPEN, SKIPPED, Incident, Step
from incidentctl.domain.text import one_line
from incidentctl.domain.times import format_duration, rough_duration

_BOX = {OPEN: "[ ]", DONE: "[x]", SKIPPED: "[-]", NOT_NEEDED: "[/]"}
#: So many of the last timeline entries are shown.
_LAST = 8


def _row(label: str, value: str | None) -> None:
    if value:
        out(f"{label:<14} {one_line(value)}")


def print_incident(incident: Incident, now: datetime) -> None:
    """Print an incident: head, what is due, checklist, hypotheses, the last entries, problems."""
    out(f"{incident.id}  {one_line(incident.title)}", "bold")
    confirmed = "" if incident.confirmed else " (not confirmed)"
    _row("severity", f"{incident.severity}{confirmed}" if incident.severity else None)
    _row("status", incident.status)
    _row("declared", f"{incident.time(incident.declared)} by {incident.declared_by}")
    _row("next update", next_update(incident, now))
    for role in ("commander", "mitigator", "planning", "communication"):
        _row(role, ", ".join(incident.holders(role)))
    _row("responding", " and ".join(filter(None, (incident.team, incident.individual))))
    _row("owner", incident.owner)
    _row("areas", ", ".join(incident.product_areas))
    _row("services", ", ".join(incident.services))
    _row("process", incident.reason)
    _row("summary", incident.summary)
    _row("impact", incident.impact)
    for link in incident.links:
        _row(link.label, link.url)
    for relation in incident.related:
        _row(relation.relation, relation.incident)
    if incident.steps:
        out()
        for step in incident.steps:
            out(step_line(step))
    tasks = [task for task in incident.tasks if task.done is None]
    if tasks:
        out("\nOpen tasks")
        for task in tasks:
            whom = task.person or task.role
            out(f"  {task.number:>2} {one_line(task.title)}" + (f" ({whom})" if whom else ""))
    if incident.hypotheses:
        out("\nHypotheses")
        for hypothesis in incident.hypotheses:
            out(f"  {hypothesis.number:>2} {hypothesis.state}: {one_line(hypothesis.text)}")
    out("\nLast entries")
    for entry in incident.timeline[-_LAST:]:
        clock = entry.at.astimezone(incident.zone).strftime("%H:%M")
        struck = " (taken back)" if entry.retracted else ""
        out(f"  #{entry.number:<3} {clock}  {one_line(entry.by)}: {one_line(entry.text)}{struck}")
    for problem in incident.problems:
        out(f"problem: {one_line(problem.message)}", "warning")


def step_line(step: Step) -> str:
    """Write a step of the checklist on one line."""
    line = f"  {step.number:>2} {_BOX[step.state]} {one_line(step.title)}"
    if step.every:
        line += f" (every {format_duration(step.every)})"
    if step.mark and step.state in (DONE, SKIPPED):
        line += f"  {step.mark.by}"
        said = step.mark.note or step.mark.link
        if said:
            line += f": {one_line(said)}"
    return line


def next_update(incident: Incident, now: datetime) -> str | None:
    """Say when the next update is due, or how long it is overdue; None when none is."""
    if not incident.open or incident.next_update is None:
        return None
    left = (incident.next_update - now).total_seconds()
    when = incident.time(incident.next_update)
    if left < 0:
        return f"overdue by {rough_duration(-left)} ({when})"
    return f"in {rough_duration(left)} ({when})"
