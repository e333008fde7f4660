"""What an organisation's own template of a retrospective is given: plain values, texts inert.

docs/retrospectives.md describes each key; what is documented there stays.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Any

from incidentctl.domain.common.times import format_duration, rough_duration
from incidentctl.domain.learn.retro_facts import RetroFacts
from incidentctl.domain.learn.retrospective import BEGIN, END, QUESTIONS, Meeting
from incidentctl.render.clock import shown
from incidentctl.render.inert import address, inert
from incidentctl.render.learn.retrospective import facts_text, meeting_text, questions_text


def template_data(facts: RetroFacts, meeting: Meeting, local: tzinfo) -> dict[str, Any]:
    """Return the data of a template; moments are written in the zone `local`."""
    incident, took = facts.incident, facts.took

    def when(moment: datetime | None) -> str | None:
        return None if moment is None else shown(moment, local)

    return {
        "begin": BEGIN,
        "end": END,
        "facts": facts_text(facts).rstrip("\n"),
        "questions": list(QUESTIONS),
        "questions_text": questions_text().rstrip("\n"),
        "meeting": when(meeting.at),
        "meeting_text": meeting_text(facts, meeting, local),
        "participants": [inert(person) for person in facts.participants],
        "incident": {
            "id": inert(incident.id),
            "kind": inert(incident.kind),
            "title": inert(incident.title),
            "status": inert(incident.status),
            "severity": _text(incident.severity),
            "critical": incident.critical,
            "category": _text(incident.category),
            "reported_by": _text(incident.reported_by),
            "summary": _text(incident.summary),
            "impact": _text(incident.impact),
            "owner": _text(incident.owner),
            "services": [inert(name) for name in incident.services],
            "product_areas": [inert(name) for name in incident.product_areas],
            "process": _text(incident.reason),
            "catalog_commit": _text(incident.catalog_commit),
            "declared": when(incident.raised),
            "started": when(incident.started),
            "detected": when(incident.detected),
            "acknowledged": when(incident.acknowledged),
            "mitigated": when(incident.mitigated),
            "resolved": when(incident.resolved),
        },
        "took": {name: _span(span) for name, span in took._asdict().items()},
        "roles": [
            {
                "role": inert(held.role),
                "person": inert(held.person),
                "name": _text(held.name),
                "since": when(held.since),
                "until": when(held.until),
            }
            for held in facts.roles
        ],
        "steps": [
            {
                "title": inert(step.title),
                "role": inert(step.role),
                "state": step.state,
                "by": _text(step.mark.by) if step.mark else None,
                "at": when(step.mark.at) if step.mark else None,
                "note": _text(step.mark.note) if step.mark else None,
            }
            for step in facts.steps
        ],
        "cadence": format_duration(incident.cadence) if incident.cadence else None,
        "updates": [
            {
                "at": when(posted.update.at),
                "by": inert(posted.update.by),
                "public": posted.update.public,
                "text": inert(posted.update.text),
                "late_by": _span(posted.late_by),
            }
            for posted in facts.updates
        ],
        "late_updates": facts.late_updates,
        "timeline": [
            {
                "number": entry.number,
                "at": when(entry.at),
                "by": inert(entry.by),
                "kind": inert(entry.kind),
                "text": inert(entry.text),
                "pinned": entry.pinned,
            }
            for entry in facts.timeline
        ],
        "links": [
            {"label": inert(link.label), "url": address(link.url)} for link in incident.links
        ],
    }


def _text(text: str | None) -> str | None:
    return inert(text) if text else None


def _span(span: timedelta | None) -> str | None:
    return None if span is None else rough_duration(span)
