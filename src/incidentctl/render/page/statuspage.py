"""The page as JSON in the format of Statuspage's public API v2, for clients of that API.

Ids are those of areas, incidents and updates. The impact of an incident follows from the worst
state that was said in it, the status of the page from the states of all areas.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from incidentctl.domain.common.text import ascii_json, lines, one_line
from incidentctl.domain.common.times import iso
from incidentctl.domain.page.announced import told_at
from incidentctl.domain.page.paths import INDEX, incident_path, link
from incidentctl.domain.page.public import (
    MONITORING,
    RESOLVED,
    Area,
    Maintenance,
    Page,
    PublicIncident,
    PublicUpdate,
    State,
    state_of,
    worst,
)

#: A list has at most so many incidents or maintenances, the newest; open ones are all there.
MAX_INCIDENTS = 50

_IMPACT = {State.DEGRADED: "minor", State.PARTIAL: "major", State.MAJOR: "critical"}

_Json = dict[str, Any]


def documents(page: Page) -> dict[str, bytes]:
    """Return the documents by their paths."""
    about = {"page": _page(page)}
    status = {"status": _status(page)}
    components = [_component(page, area, at) for at, area in enumerate(page.areas, 1)]
    by_id = {component["id"]: component for component in components}
    opened = [_incident(page, incident, by_id) for incident in page.open]
    recent = page.incidents[:MAX_INCIDENTS]
    unresolved = [incident for incident in page.open if incident not in recent]
    every = [_incident(page, incident, by_id) for incident in (*recent, *unresolved)]
    planned = [_maintenance(page, work, by_id) for work in reversed(page.maintenance)]
    upcoming = [work for work in planned if work["status"] == "scheduled"]
    active = [work for work in planned if work["status"] == "in_progress"]
    completed = [work for work in planned if work["status"] == "completed"]
    works = [*upcoming, *active, *completed][: max(MAX_INCIDENTS, len(upcoming) + len(active))]
    made: dict[str, _Json] = {
        "summary": {
            "components": components,
            "incidents": opened,
            "scheduled_maintenances": [*upcoming, *active],
            **status,
        },
        "status": status,
        "components": {"components": components},
        "incidents": {"incidents": every},
        "incidents/unresolved": {"incidents": opened},
        "scheduled-maintenances": {"scheduled_maintenances": works},
        "scheduled-maintenances/upcoming": {"scheduled_maintenances": upcoming},
        "scheduled-maintenances/active": {"scheduled_maintenances": active},
    }
    return {
        f"api/v2/{name}.json": (ascii_json({**about, **entry}, indent=1) + "\n").encode()
        for name, entry in made.items()
    }


def _page(page: Page) -> _Json:
    """`updated_at` is when the page was built: who reads it later sees that it is old."""
    return {
        "id": _page_id(page),
        "name": one_line(page.organisation),
        "url": (page.address or "").rstrip("/"),
        "time_zone": "Etc/UTC" if page.zone == "UTC" else page.zone,
        "updated_at": iso(page.at),
    }


def _page_id(page: Page) -> str:
    return hashlib.sha256(page.organisation.encode(errors="replace")).hexdigest()[:12]


def _status(page: Page) -> _Json:
    states = [state_of(page, area.name) for area in page.areas]
    whole = len(set(states)) == 1
    indicator, description = {
        State.MAJOR: ("critical", "Major System Outage")
        if whole
        else ("major", "Partial System Outage"),
        State.PARTIAL: ("minor", "Minor Service Outage"),
        State.DEGRADED: (
            "minor",
            "Degraded System Service" if whole else "Partially Degraded Service",
        ),
        State.MAINTENANCE: ("none", "Service Under Maintenance"),
        State.OPERATIONAL: ("none", "All Systems Operational"),
    }[worst(states)]
    # Of an incident that named no area nobody knows what still works.
    if indicator == "none" and any(not incident.said for incident in page.open):
        indicator, description = "minor", "Unresolved Incident"
    return {"indicator": indicator, "description": description}


def _component(page: Page, area: Area, position: int) -> _Json:
    first = _first(page) or page.at
    return {
        "id": area.name,
        "name": one_line(area.title),
        "status": state_of(page, area.name).value,
        "created_at": iso(first),
        "updated_at": iso(max(_changes(page, area.name), default=first)),
        "position": position,
        "description": None,
        "showcase": True,
        "start_date": None,
        "group_id": None,
        "page_id": _page_id(page),
        "group": False,
        "only_show_if_degraded": False,
    }


def _first(page: Page) -> datetime | None:
    """Return when customers were first told of anything: a moment that no build changes."""
    return min((incident.began for incident in page.incidents), default=None)


def _changes(page: Page, area: str) -> Iterator[datetime]:
    """Yield when the state of an area was told, or was told to be over."""
    for incident in page.incidents:
        if area in incident.areas:
            yield from (said.at for said in incident.said if said.area == area)
            if incident.ended is not None:
                yield incident.ended


def _incident(page: Page, incident: PublicIncident, components: dict[str, _Json]) -> _Json:
    last = max([*(each.at for each in incident.updates), incident.ended or incident.began])
    watched = [each.at for each in incident.updates if each.phase == MONITORING]
    return {
        "id": incident.id,
        "name": one_line(incident.title),
        "status": incident.phase if incident.ended is None else RESOLVED,
        "created_at": iso(incident.began),
        "updated_at": iso(last),
        "monitoring_at": iso(watched[-1]) if watched else None,
        "resolved_at": iso(incident.ended) if incident.ended else None,
        "impact": _IMPACT.get(incident.worst(), "none"),
        "shortlink": link(page, incident_path(incident.id)) if page.address else "",
        "started_at": iso(incident.began),
        "page_id": _page_id(page),
        "incident_updates": list(_updates(page, incident)),
        "components": [components[area] for area in incident.areas if area in components],
    }


def _updates(page: Page, incident: PublicIncident) -> Iterator[_Json]:
    """Yield the updates of an incident, the newest first, with what each said of areas."""
    for update in reversed(incident.updates):
        before = incident.before(update.at)
        affected = [
            _affected(page, area, before.get(area, State.OPERATIONAL), state)
            for area, state in incident.said_by(update).items()
        ]
        yield _update(incident.id, update, affected, update.phase)


def _affected(page: Page, area: str, old: State, new: State) -> _Json:
    name = one_line(page.title_of(area))
    return {"code": area, "name": name, "old_status": old.value, "new_status": new.value}


def _update(of: str, update: PublicUpdate, affected: list[_Json], status: str) -> _Json:
    at = iso(update.at)
    return {
        "id": update.id,
        "status": status,
        "body": lines(update.text),
        "incident_id": of,
        "created_at": at,
        "updated_at": at,
        "display_at": at,
        "affected_components": affected,
        "deliver_notifications": False,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _maintenance(page: Page, work: Maintenance, components: dict[str, _Json]) -> _Json:
    told = told_at(work)
    if told > page.at:  # no moment that the next build would change: clients take it for news
        told = _first(page) or told
    begun, over = work.begins <= page.at, work.ends <= page.at
    status = "completed" if over else "in_progress" if begun else "scheduled"
    works = State.OPERATIONAL
    affected = [_affected(page, area, works, works) for area in work.areas]
    # All that can be said of it: its text. What came of it, no file tells.
    update = PublicUpdate(work.id, told, "", work.text or work.title)
    return {
        "id": work.id,
        "name": one_line(work.title),
        "status": status,
        "created_at": iso(told),
        "updated_at": iso(_changed(told, work, page.at)),
        "monitoring_at": None,
        "resolved_at": iso(work.ends) if over else None,
        "impact": "maintenance",
        "shortlink": link(page, INDEX) if page.address else "",
        "started_at": iso(work.begins) if begun else None,
        "page_id": _page_id(page),
        "incident_updates": [_update(work.id, update, affected, "scheduled")],
        "components": [components[area] for area in work.areas if area in components],
        "scheduled_for": iso(work.begins),
        "scheduled_until": iso(work.ends),
    }


def _changed(told: datetime, work: Maintenance, at: datetime) -> datetime:
    """Return when the status of a maintenance changed last."""
    return max((moment for moment in (told, work.begins, work.ends) if moment <= at), default=told)
