"""Announced maintenance, as the team writes it and as customers may know it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from incidentctl.domain.page.announced import announced
from incidentctl.files.catalog.loader import load


def written(
    root: Path, *, times: str = "begins: 2026-03-29T01:00, ends: 2026-03-29T04:00", **more: str
):
    """Return what customers may know of one maintenance in Berlin, and the problems of its file."""
    lines = {
        "incidentctl.yaml": "organisation: Acme\ntimezone: Europe/Berlin\n",
        "product_areas/login.yaml": "name: login\nowner: core\n",
        "maintenance/a.yaml": f"{{name: a, title: Move, {times}, areas: [login]}}\n",
        **more,
    }
    for path, text in lines.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    catalog, problems = load(root)
    return announced(catalog), [(p.code, p.line, p.column) for p in problems]


def utc(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 29, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("times", "begins", "ends"),
    [
        # In the night in which clocks skip an hour.
        ("begins: 2026-03-29T01:00, ends: 2026-03-29T04:00", utc(0), utc(2)),
        ("begins: 2026-03-29T01:00Z, ends: 2026-03-29T04:00+02:00", utc(1), utc(2)),
        ("begins: 2026-03-29T01:00, ends: 2026-03-29T04:00, timezone: UTC", utc(1), utc(4)),
    ],
)
def test_times_are_those_of_the_organisation_unless_a_zone_is_written(
    tmp_path, times, begins, ends
):
    [found], problems = written(tmp_path, times=times)
    assert (found.begins, found.ends) == (begins, ends)
    assert (found.id, found.title, found.text, found.areas) == ("a", "Move", "", ("login",))
    assert problems == []


def test_what_ends_before_it_begins_is_not_announced(tmp_path):
    found, problems = written(tmp_path, times="begins: 2026-03-29T04:00, ends: 2026-03-29T01:00")
    assert (found, problems) == ((), []), "lint tells it"


def test_an_area_that_does_not_exist_has_no_way_onto_the_page(tmp_path):
    file = (
        "- {name: b, title: B, begins: 2026-03-29T05:00, ends: 2026-03-29T06:00, areas: [x, login]}"
        "\n- {name: a, title: A, begins: 2026-03-29T04:00, ends: 2026-03-29T06:00, areas: [y]}\n"
    )
    found, _ = written(tmp_path, **{"maintenance/a.yaml": file})
    assert [(each.id, each.areas) for each in found] == [("a", ()), ("b", ("login",))]


WHOLE = {
    "name": "a",
    "title": "A",
    "begins": "2026-03-29T04:00",
    "ends": "2026-03-29T05:00",
    "timezone": "UTC",
    "areas": "[login]",
}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"begins": "2026-03-29"}, ("IC014", 3, 9)),
        ({"timezone": "Berlin"}, ("IC014", 5, 11)),
        ({"areas": "[login, 3]"}, ("IC012", 6, 16)),
        ({"until": "2026-03-29T05:00"}, ("IC010", 7, 1)),
        ({"ends": None}, ("IC011", 1, 1)),
    ],
)
def test_half_a_maintenance_is_not_announced(tmp_path, change, problem):
    lines = [f"{key}: {value}\n" for key, value in (WHOLE | change).items() if value is not None]
    assert written(tmp_path, **{"maintenance/a.yaml": "".join(lines)}) == ((), [problem])
