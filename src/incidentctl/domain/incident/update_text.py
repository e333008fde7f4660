"""The text of an update from a template, by phase and audience."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from incidentctl.domain.common.text import sentences
from incidentctl.domain.incident.state import Incident

INTERNAL, PUBLIC = "internal", "public"

#: What is said of a phase to those inside, and to customers.
_BEGINS = {
    "triage": ("We are finding out what is affected.", "We are looking into a problem."),
    "investigating": ("We are looking for the cause.", "We are looking into a problem."),
    "identified": ("The cause is known, and we are mitigating it.", "We are fixing a problem."),
    "monitoring": ("It is mitigated, and we are watching it.", "It works again; we are watching."),
    "resolved": ("It is resolved.", "The problem is solved."),
}


def values(
    incident: Incident, text: str, *, audience: str, next_at: datetime | None
) -> dict[str, Any]:
    """Return what a template may use, as plain values; times are texts, unknown ones are none."""
    return {
        "text": text,
        "audience": audience,
        "phase": incident.status,
        "title": incident.title,
        "severity": incident.severity,
        "summary": incident.summary,
        "impact": incident.impact,
        "services": list(incident.services),
        "product_areas": list(incident.product_areas),
        "commander": incident.commander,
        "declared": incident.time(incident.declared),
        "next_update": incident.time(next_at) if next_at else None,
    }


def names(phase: str, audience: str) -> tuple[str, ...]:
    """Return the organisation's templates that may be used, the most specific first."""
    parts = (f".{phase}.{audience}", f".{phase}", f".{audience}", "")
    return tuple(f"templates/update{part}.md.j2" for part in parts)


def built_in(values: dict[str, Any]) -> str:
    """Return the text where the organisation has no template of its own."""
    inside, public = _BEGINS.get(values["phase"], ("", ""))
    severity, title = values["severity"], values["title"]
    head = f"{severity}: {title}" if severity else title
    begin = (public,) if values["audience"] == PUBLIC else (head, inside)
    following = f"Next update at {values['next_update']}" if values["next_update"] else None
    return sentences(*begin, values["impact"], values["text"], following)
