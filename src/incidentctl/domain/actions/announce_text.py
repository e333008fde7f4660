"""What an announcement says: for those inside, and for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from incidentctl.domain.actions.announce import Happened
from incidentctl.domain.actions.run import commander_of
from incidentctl.domain.common.incident_kinds import DRILL
from incidentctl.domain.common.text import sentences
from incidentctl.domain.incident.state import CANCELLED, Incident
from incidentctl.domain.page.fold import phase_of, states_of
from incidentctl.domain.page.public import RESOLVED

_OCCASIONS = {
    "severity": "Severity changed",
    "update": "Update",
    "handover": "New commander",
    "overdue": "Update overdue",
    "unanswered": "Nobody has answered",
    "retrospective-due": "Retrospective overdue",
    "action-overdue": "Action item overdue",
}
_NO_NEXT = "No time is set for the next update."


def templates(event: str) -> tuple[str, ...]:
    """Return the organisation's templates that may be used, the most specific first."""
    return (f"templates/announce.{event}.md.j2", "templates/announce.md.j2")


def values(incident: Incident, happened: Happened) -> dict[str, Any]:
    """Return what is said to those inside; times are texts, unknown values are none."""
    return {
        "event": happened.event,
        "text": happened.text,
        "drill": incident.kind == DRILL,
        "id": incident.id,
        "title": incident.title,
        "severity": incident.severity,
        "status": incident.status,
        "summary": incident.summary,
        "impact": incident.impact,
        "services": list(incident.services),
        "product_areas": list(incident.product_areas),
        "owner": incident.owner,
        "commander": commander_of(incident),
        "declared": incident.time(incident.raised),
        "at": incident.time(happened.at),
        "call": happened.call.whom if happened.call else None,
        "cancelled": incident.status == CANCELLED,
        "next_update": _time(incident, incident.next_update),
    }


def public_values(
    incident: Incident,
    happened: Happened,
    *,
    organisation: str | None,
    areas: Mapping[str, str],
) -> dict[str, Any]:
    """Return what everybody may read: the words of the public update, and what it is about.

    `areas` says what customers call each product area.
    """
    update = next((each for each in incident.updates if each.event == happened.of), None)
    states = states_of(update.states) if update else ()
    return {
        "event": happened.event,
        "text": happened.text,
        "status": phase_of(update.phase) if update else None,
        "headline": update.headline if update else None,
        "states": [f"{areas.get(area, area)}: {state.words}" for area, state in states],
        "organisation": organisation,
        "product_areas": [areas.get(name, name) for name in incident.product_areas],
        "at": incident.time(happened.at),
        "next_update": _time(incident, update.next_at if update else None),
    }


def public_title(values: Mapping[str, Any]) -> str:
    """Return the title of what everybody may read."""
    about = ", ".join(values["product_areas"])
    called = values["headline"] or (f"{about} status" if about else "Status")
    return ": ".join(filter(None, (values["organisation"], called)))


def occasion(values: Mapping[str, Any]) -> str:
    """Return what the head of a message says before the title; empty where that says it."""
    event = values["event"]
    if event in ("resolved", "public-update"):
        over = event == "resolved" or values["status"] == RESOLVED
        return "Cancelled" if values.get("cancelled") else "Resolved" if over else ""
    return _OCCASIONS.get(event, "")


def built_in(values: Mapping[str, Any]) -> str:
    """Return the text where the organisation has no template of its own."""
    if "id" not in values:
        over = values["status"] == RESOLVED
        return sentences(values["text"], *values["states"], None if over else _next(values))
    drill = "DRILL: " if values["drill"] else ""
    named = f"{values['title']} ({values['id']})"
    head = f"{drill}{values['severity']}: {named}." if values["severity"] else f"{drill}{named}."
    services = ", ".join(values["services"])
    about = [
        f"Affected: {services}." if services else "",
        f"Impact: {values['impact']}" if values["impact"] else "",
        f"Commander: {values['commander']}.",
    ]
    event = values["event"]
    if event == "declared":
        return sentences(head, f"Declared at {values['declared']}.", *about, _next(values))
    if event == "severity":
        return sentences(f"{drill}Now {values['severity']}: {named}.", *about, _next(values))
    if event in ("update", "public-update"):
        return sentences(head, f"Status: {values['status']}.", values["text"], _next(values))
    if event == "handover":
        new = f"{values['commander']} commands since {values['at']}."
        return sentences(head, new, _next(values))
    if event == "resolved":
        word = "Cancelled" if values["cancelled"] else "Resolved"
        ended = f"{drill}{word} at {values['at']}: {named}."
        return sentences(ended, values["text"], "No further updates follow.")
    if event == "overdue":
        since = f"An update was due at {values['next_update']}, and nobody has posted it."
        return sentences(head, since, f"Commander: {values['commander']}.")
    if event == "unanswered":
        nobody = f"Nobody has answered since {values['declared']}."
        return sentences(head, nobody, f"Called now: {values['call']}.", *about, _next(values))
    if event == "heartbeat-missed":
        since = f"It should have come by {values['declared']}."
        return sentences(named, since, "What it watches may be down: silence is no all-clear.")
    if event == "retrospective-due":
        late = f"Its retrospective was due at {values['at']}, and nobody has written it."
        return sentences(head, late)
    return sentences(head, f"This action item is overdue: {values['text']}")


def _next(values: Mapping[str, Any]) -> str:
    when = values["next_update"]
    if when is None:
        return _NO_NEXT
    return "" if when in (values["text"] or "") else f"Next update at {when}."


def _time(incident: Incident, moment: datetime | None) -> str | None:
    return incident.time(moment) if moment else None
