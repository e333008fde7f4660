"""log.md: one incident as Markdown that people read on a forge, out of its state alone.

No clock, no zone database, no template: equal events give equal bytes on every clone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from incidentctl.domain.incident import Incident
from incidentctl.domain.state import DONE, NOT_NEEDED, RULED_OUT, SKIPPED, Entry, Step
from incidentctl.domain.times import format_duration, offset_text
from incidentctl.render.inert import address, inert


def render_log(incident: Incident) -> str:
    """Return log.md of an incident, with a line feed at its end."""
    lines = [*_head(incident), *_words(incident), *_runbook(incident), *_tasks(incident)]
    lines += [*_hypotheses(incident), *_updates(incident), *_timeline(incident)]
    lines += _problems(incident)
    return "\n".join(lines) + "\n"


class _Clock:
    """Writes moments in UTC and in the organisation's zone, which may be UTC itself."""

    def __init__(self, incident: Incident) -> None:
        self.offset = timedelta(minutes=incident.utc_offset)
        self.name = offset_text(incident.utc_offset)

    def local(self, moment: datetime, *, seconds: bool = False) -> str:
        """Write the local time of day, with the day where it is not that of UTC."""
        try:
            here = moment.replace(tzinfo=None) + self.offset
        except OverflowError:
            return "-"
        text = here.isoformat(" ", "seconds" if seconds else "minutes")
        return text[11:] if here.day == moment.day else text

    def both(self, moment: datetime) -> str:
        """Write `2026-11-24 14:01 UTC (15:01 +01:00)`."""
        text = f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(' ', 'minutes')} UTC"
        return f"{text} ({self.local(moment)} {self.name})" if self.offset else text


def _cells(name: str, value: str | None) -> Iterator[str]:
    if value:
        yield f"| {name} | {value} |"


def _list(values: tuple[str, ...]) -> str:
    return ", ".join(inert(value) for value in values)


def _head(incident: Incident) -> Iterator[str]:
    clock = _Clock(incident)
    yield f"# {inert(incident.id)} {inert(incident.title)}"
    yield ""
    if incident.kind == "drill":
        yield "**This is a drill.**"
        yield ""
    severity = inert(incident.severity) if incident.severity else "not yet said"
    if incident.severity:
        severity += ", critical" if incident.critical else ""
        severity += "" if incident.confirmed else ", unconfirmed"
    yield f"| Severity | {severity} |"
    yield "|---|---|"
    yield f"| Status | **{inert(incident.status)}** |"
    kind = incident.kind if incident.kind in ("drill", "backfill") else None
    yield from _cells("Kind", kind)
    yield from _cells("Organisation", inert(incident.organisation or ""))
    reported = f", reported by {inert(incident.reported_by)}" if incident.reported_by else ""
    for name, moment in (
        ("Started", incident.started),
        ("Detected", incident.detected),
        ("Declared", incident.declared),
        ("Acknowledged", incident.acknowledged),
        ("Mitigated", incident.mitigated),
        ("Resolved", incident.resolved),
        ("Cancelled", incident.cancelled),
        ("Closed", incident.closed),
    ):
        if moment is not None:
            more = f" by {inert(incident.declared_by)}{reported}" if name == "Declared" else ""
            yield f"| {name} | {clock.both(moment)}{more} |"
    yield from _cells("Why", inert(incident.ended_why or ""))
    yield from _cells("Duplicate of", inert(incident.duplicate_of or ""))
    yield from _people(incident, clock)
    yield from _cells("Category", inert(incident.category or ""))
    yield from _cells("Owner", inert(incident.owner or ""))
    yield from _cells("Product areas", _list(incident.product_areas))
    yield from _cells("Services", _list(incident.services))
    tier = f" (tier {inert(incident.tier)})" if incident.tier else ""
    yield from _cells("Process", inert(incident.reason) + tier if incident.reason else None)
    for runbook in incident.runbooks:
        own = "" if runbook.own else ", a fallback"
        yield f"| Runbook | {inert(runbook.title or runbook.name)}{own}: {inert(runbook.reason)} |"
    yield from _cells("Catalog", inert(incident.catalog_commit or ""))
    if incident.cadence:
        yield f"| Updates | every {format_duration(incident.cadence)} |"
    if incident.next_update:
        yield f"| Next update | {clock.both(incident.next_update)} |"
    for link in incident.links:
        yield f"| {inert(link.label)} | {address(link.url)} |"
    for relation in incident.related:
        yield f"| {inert(relation.relation)} | {inert(relation.incident)} |"
    yield from _cells("Retrospective", inert(incident.retrospective_at or ""))
    yield ""


def _people(incident: Incident, clock: _Clock) -> Iterator[str]:
    yield from _cells("Responding team", inert(incident.team or ""))
    yield from _cells("Assigned to", inert(incident.individual or ""))
    roles = dict.fromkeys(["commander", *(held.role for held in incident.held)])
    for role in roles:
        spans = []
        for held in incident.held:
            if held.role == role:
                who = f"{inert(held.name)} ({inert(held.person)})" if held.name else None
                until = f" to {clock.both(held.until)}" if held.until else ""
                span = f"{who or inert(held.person)} from {clock.both(held.since)}{until}"
                spans.append(span)
        yield f"| {inert(role.capitalize())} | {'<br>'.join(spans) or inert(incident.commander)} |"
    if incident.roles_kept:
        yield "| Other roles | the commander keeps them |"


def _words(incident: Incident) -> Iterator[str]:
    for name, text in (("Summary", incident.summary), ("Impact", incident.impact)):
        if text:
            yield f"**{name}:** {inert(text)}"
            yield ""
    pinned = [entry for entry in incident.timeline if entry.pinned and not entry.retracted]
    for entry in pinned:
        yield f"**Pinned:** {inert(entry.text)} ({inert(entry.by)}, entry {entry.number})"
        yield ""


def _runbook(incident: Incident) -> Iterator[str]:
    if incident.steps:
        yield "## Runbook"
        yield ""
        clock = _Clock(incident)
        for step in incident.steps:
            yield _step(step, clock)
        yield ""


def _step(step: Step, clock: _Clock) -> str:
    box = "x" if step.state in (DONE, SKIPPED) else " "
    gone = step.state in (SKIPPED, NOT_NEEDED)
    title = f"~~{inert(step.title)}~~" if gone else inert(step.title)
    every = f", every {format_duration(step.every)}" if step.every and step.every > 0 else ""
    parts = [f"{title} ({inert(step.role)}{every})"]
    if step.state == NOT_NEEDED:
        parts.append("not needed")
    if step.mark:
        parts.append(f"{step.state} by {inert(step.mark.by)}, {clock.both(step.mark.at)}")
        if step.mark.note:
            parts.append(inert(step.mark.note))
        if step.mark.link:
            parts.append(address(step.mark.link))
    return f"- [{box}] {' · '.join(parts)}"


def _tasks(incident: Incident) -> Iterator[str]:
    if incident.tasks:
        yield "## Tasks"
        yield ""
        clock = _Clock(incident)
        for task in incident.tasks:
            whom = task.person or task.role
            parts = [inert(task.title) + (f" ({inert(whom)})" if whom else "")]
            if task.done:
                parts.append(f"done by {inert(task.done.by)}, {clock.both(task.done.at)}")
                parts += [inert(task.done.note)] if task.done.note else []
            yield f"- [{'x' if task.done else ' '}] {task.number}: {' · '.join(parts)}"
        yield ""


def _hypotheses(incident: Incident) -> Iterator[str]:
    if incident.hypotheses:
        yield "## Hypotheses"
        yield ""
        for hypothesis in incident.hypotheses:
            text = inert(hypothesis.text)
            if hypothesis.state == RULED_OUT:
                text = f"~~{text}~~"
            judged = f" by {inert(hypothesis.decided_by)}" if hypothesis.decided_by else ""
            why = f" · {inert(hypothesis.reason)}" if hypothesis.reason else ""
            state = hypothesis.state.replace("-", " ")
            yield f"- {hypothesis.number}: {text} ({inert(hypothesis.by)}) · {state}{judged}{why}"
        yield ""


def _updates(incident: Incident) -> Iterator[str]:
    if incident.updates:
        yield "## Updates"
        yield ""
        clock = _Clock(incident)
        for update in incident.updates:
            audience = "public" if update.public else "internal"
            yield (
                f"- {clock.both(update.at)}, {audience}, {inert(update.by)}: {inert(update.text)}"
            )
        yield ""


def _timeline(incident: Incident) -> Iterator[str]:
    clock = _Clock(incident)
    yield "## Timeline"
    yield ""
    if not clock.offset:
        yield "| # | UTC | Who | What |"
        yield "|---:|---|---|---|"
    else:
        yield f"| # | UTC | {inert(incident.timezone)} ({clock.name}) | Who | What |"
        yield "|---:|---|---|---|---|"
    for entry in incident.timeline:
        utc = entry.at.replace(tzinfo=None).isoformat(" ", "seconds")
        local = f" {clock.local(entry.at, seconds=True)} |" if clock.offset else ""
        yield f"| {entry.number} | {utc} |{local} {inert(entry.by)} | {_what(entry)} |"
    yield ""


def _what(entry: Entry) -> str:
    text = inert(entry.text)
    if entry.retracted:
        return f"~~{text}~~ (retracted)"
    return f"{text} (amended)" if entry.amended else text


def _problems(incident: Incident) -> Iterator[str]:
    problems = [*incident.catalog_problems, *(problem.message for problem in incident.problems)]
    if problems:
        yield "## Problems"
        yield ""
        for problem in problems:
            yield f"- Note: {inert(problem)}"
        yield ""
