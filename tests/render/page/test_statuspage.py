"""The JSON against shapes written from Statuspage's documented fields."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tests.render.page.pages import (
    AREAS,
    OPEN,
    OVER,
    WHOLE,
    WORK,
    hostile,
    incident,
    page,
    update,
)

from incidentctl.domain.page.public import Page, State
from incidentctl.render.page.statuspage import MAX_INCIDENTS, documents


class Or:
    """One of several shapes."""

    def __init__(self, *shapes: Any) -> None:
        self.shapes = shapes


class Words(tuple):
    """One of these words."""


MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
STATES = Words(
    ("operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance")
)
PAGE = {"id": str, "name": str, "url": str, "time_zone": str, "updated_at": MOMENT}
COMPONENT = {
    "id": str,
    "name": str,
    "status": STATES,
    "created_at": MOMENT,
    "updated_at": MOMENT,
    "position": int,
    "description": Or(str, None),
    "showcase": bool,
    "start_date": Or(str, None),
    "group_id": Or(str, None),
    "page_id": str,
    "group": bool,
    "only_show_if_degraded": bool,
}
AFFECTED = {"code": str, "name": str, "old_status": STATES, "new_status": STATES}


def update_shape(*statuses: str) -> dict[str, Any]:
    return {
        "id": str,
        "status": Words(statuses),
        "body": str,
        "incident_id": str,
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "display_at": MOMENT,
        "affected_components": [AFFECTED],
        "deliver_notifications": bool,
        "custom_tweet": Or(str, None),
        "tweet_id": Or(str, None),
    }


STATUSES = ("investigating", "identified", "monitoring", "resolved")
INCIDENT = {
    "id": str,
    "name": str,
    "status": Words(STATUSES),
    "created_at": MOMENT,
    "updated_at": MOMENT,
    "monitoring_at": Or(MOMENT, None),
    "resolved_at": Or(MOMENT, None),
    "impact": Words(("none", "minor", "major", "critical")),
    "shortlink": str,
    "started_at": MOMENT,
    "page_id": str,
    "incident_updates": [update_shape(*STATUSES)],
    "components": [COMPONENT],
}
MAINTENANCE = INCIDENT | {
    "status": Words(("scheduled", "in_progress", "verifying", "completed")),
    "impact": Words(("maintenance",)),
    "started_at": Or(MOMENT, None),
    "incident_updates": [update_shape("scheduled")],
    "scheduled_for": MOMENT,
    "scheduled_until": MOMENT,
}
STATUS = {"indicator": Words(("none", "minor", "major", "critical")), "description": str}
WORKS = {"page": PAGE, "scheduled_maintenances": [MAINTENANCE]}
SHAPES = {
    "api/v2/summary.json": {
        "page": PAGE,
        "components": [COMPONENT],
        "incidents": [INCIDENT],
        "scheduled_maintenances": [MAINTENANCE],
        "status": STATUS,
    },
    "api/v2/status.json": {"page": PAGE, "status": STATUS},
    "api/v2/components.json": {"page": PAGE, "components": [COMPONENT]},
    "api/v2/incidents.json": {"page": PAGE, "incidents": [INCIDENT]},
    "api/v2/incidents/unresolved.json": {"page": PAGE, "incidents": [INCIDENT]},
    "api/v2/scheduled-maintenances.json": WORKS,
    "api/v2/scheduled-maintenances/upcoming.json": WORKS,
    "api/v2/scheduled-maintenances/active.json": WORKS,
}


def check(value: Any, shape: Any, where: str) -> None:
    """Fail where a value has not the shape."""
    if isinstance(shape, Or):
        inner = next(each for each in shape.shapes if (each is None) is (value is None))
        check(value, inner, where)
    elif isinstance(shape, dict):
        assert set(value) == set(shape), where
        for key, part in shape.items():
            check(value[key], part, f"{where}.{key}")
    elif isinstance(shape, list):
        assert isinstance(value, list), where
        for number, item in enumerate(value):
            check(item, shape[0], f"{where}[{number}]")
    elif isinstance(shape, Words):
        assert value in shape, where
    elif isinstance(shape, re.Pattern):
        assert shape.fullmatch(value), where
    elif shape is None:
        assert value is None, where
    else:
        assert type(value) is shape, where


def read(told: Page) -> dict[str, Any]:
    """Return the documents of a page, each of the documented shape, without `api/v2/`."""
    made = documents(told)
    assert set(made) == set(SHAPES)
    found = {}
    for path, data in made.items():
        found[path.removeprefix("api/v2/").removesuffix(".json")] = json.loads(data)
        check(json.loads(data), SHAPES[path], path)
    return found


def test_all_documents_have_the_documented_shape() -> None:
    found = read(WHOLE)
    assert found["status"]["status"] == {
        "indicator": "minor",
        "description": "Partially Degraded Service",
    }
    assert found["summary"]["page"] == {
        "id": found["status"]["page"]["id"],
        "name": "Bank & Sons",
        "url": "https://status.example.com",
        "time_zone": "Europe/Berlin",
        "updated_at": "2026-03-01T13:30:00.000Z",
    }
    assert [(c["id"], c["status"]) for c in found["components"]["components"]] == [
        ("login", "degraded_performance"),
        ("paying", "under_maintenance"),
    ]


def test_an_incident_has_its_updates_the_newest_first_with_what_changed() -> None:
    [opened] = read(WHOLE)["incidents/unresolved"]["incidents"]
    assert [(u["id"], u["status"]) for u in opened["incident_updates"]] == [
        ("u2", "monitoring"),
        ("u1", "investigating"),
    ]
    assert opened["incident_updates"][0]["affected_components"] == [
        {
            "code": "login",
            "name": "Signing in",
            "old_status": "major_outage",
            "new_status": "degraded_performance",
        }
    ]
    assert (opened["impact"], opened["monitoring_at"]) == ("critical", "2026-03-01T13:10:00.000Z")
    assert opened["shortlink"] == (
        "https://status.example.com/incidents/inc-20260301-1300-abc.html"
    )


def test_the_end_takes_back_all_that_was_said() -> None:
    found = read(WHOLE)
    over = found["incidents"]["incidents"][1]
    assert (over["status"], over["resolved_at"]) == ("resolved", "2026-03-01T12:20:00.000Z")
    [change] = over["incident_updates"][0]["affected_components"]
    assert (change["old_status"], change["new_status"]) == ("partial_outage", "operational")
    assert OVER.id not in [each["id"] for each in found["summary"]["incidents"]]


def test_maintenance_is_what_its_times_say() -> None:
    found = read(WHOLE)

    def told(name: str) -> list[tuple[str, str]]:
        works = found[name]["scheduled_maintenances"]
        return [(work["id"], work["status"]) for work in works]

    assert told("scheduled-maintenances") == [
        ("far", "scheduled"),
        ("soon", "scheduled"),
        ("now", "in_progress"),
        ("past", "completed"),
    ]
    assert told("summary") == told("scheduled-maintenances")[:3]
    assert told("scheduled-maintenances/upcoming") == told("summary")[:2]
    assert told("scheduled-maintenances/active") == [("now", "in_progress")]


ONE, TWO = ({"login": state} for state in (State.MAJOR, State.PARTIAL))


@pytest.mark.parametrize(
    ("states", "indicator", "description"),
    [
        ({}, "minor", "Unresolved Incident"),
        ({"login": State.OPERATIONAL}, "none", "All Systems Operational"),
        ({"login": State.DEGRADED}, "minor", "Partially Degraded Service"),
        ({"login": State.DEGRADED, "paying": State.DEGRADED}, "minor", "Degraded System Service"),
        ({"login": State.PARTIAL}, "minor", "Minor Service Outage"),
        ({"login": State.MAJOR}, "major", "Partial System Outage"),
        ({"login": State.MAJOR, "paying": State.MAJOR}, "critical", "Major System Outage"),
    ],
)
def test_the_status_of_the_whole_page(states, indicator, description) -> None:
    shown = page(incident("inc-1", "t", update("u", 0, "investigating", "t", **states)))
    assert read(shown)["status"]["status"] == {"indicator": indicator, "description": description}


def test_nothing_was_ever_said() -> None:
    found = read(page(address=None))
    assert found["status"]["status"]["description"] == "All Systems Operational"
    assert found["summary"]["page"]["url"] == ""
    assert len(found["components"]["components"]) == len(AREAS)
    assert read(page(work=WORK[1:2]))["status"]["status"] == {
        "indicator": "none",
        "description": "Service Under Maintenance",
    }


def test_a_later_build_changes_no_moment_but_its_own() -> None:
    """Bots take a new `updated_at` for news."""
    work = (WORK[2], WORK[3])
    first, later = (documents(page(OPEN, OVER, work=work, now=now)) for now in (95, 96))
    for path, data in first.items():
        assert data.replace(b"13:35:00", b"13:36:00") == later[path], path
    [login, paying] = read(page(OPEN, OVER))["components"]["components"]
    assert login["updated_at"] == "2026-03-01T13:10:00.000Z"
    assert paying["updated_at"] == "2026-03-01T12:20:00.000Z", "when it was over"


def test_a_page_without_areas() -> None:
    assert read(page(OPEN)._replace(areas=()))["incidents/unresolved"]["incidents"]


def test_lists_have_a_bound_and_open_incidents_are_all_there() -> None:
    old = OPEN._replace(id="inc-old")
    many = [OVER._replace(id=f"inc-{n}") for n in range(MAX_INCIDENTS + 20)]
    found = read(page(*many, old))
    assert [each["id"] for each in found["incidents"]["incidents"]] == [
        *(f"inc-{n}" for n in range(MAX_INCIDENTS)),
        "inc-old",
    ]
    works = tuple(WORK[0]._replace(id=f"m-{n}") for n in range(MAX_INCIDENTS + 20))
    assert (
        len(read(page(work=works))["scheduled-maintenances"]["scheduled_maintenances"])
        == MAX_INCIDENTS
    )


def test_hostile_texts_are_values() -> None:
    """ASCII alone, so that no end of a script or half a character is in the bytes."""
    for data in documents(hostile()).values():
        assert data.isascii()
        assert b"\x1b" not in data
    assert read(hostile())["summary"]["incidents"]
