"""The status page in Chromium: as a file, in both schemes, narrow and wide, with hostile texts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.browser.harness import EVIL, assert_clean, assert_inert

from incidentctl.app.page.build import files
from incidentctl.domain.page.public import (
    Area,
    Maintenance,
    Page,
    PublicIncident,
    PublicUpdate,
    Said,
    State,
)
from incidentctl.render.page.html import Look

NOW = datetime(2026, 11, 24, 14, 1, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def incident(
    number: int, text: str, *said: State, began: float, ended: float | None
) -> PublicIncident:
    at = ago(began)
    stated = tuple(
        Said(at + timedelta(minutes=n), f"area-{number % 3}", s) for n, s in enumerate(said)
    )
    end = None if ended is None else ago(ended)
    phase = "investigating" if ended is None else "resolved"
    updates = (
        PublicUpdate(f"u{number}", at, "investigating", text, ((f"area-{number % 3}", said[0]),)),
        PublicUpdate(f"v{number}", end or at, phase, f"{text}\nin two lines"),
    )
    return PublicIncident(f"inc-{number}", text[:200], at, end, updates, stated, phase)


def a_page(text: str) -> Page:
    areas = tuple(Area(f"area-{n}", f"{text[:40]} {n}") for n in range(4))
    incidents = (
        incident(1, text, State.MAJOR, began=0.1, ended=None),
        incident(2, text, State.DEGRADED, began=40, ended=None),
        incident(3, text, State.PARTIAL, State.MAJOR, began=5, ended=4.9),
        incident(4, text, State.DEGRADED, began=30, ended=28),
    )
    work = Maintenance("m", text, text, ago(-1), ago(-1.1), ("area-3",))
    return Page(text[:60], None, "Europe/Berlin", NOW, areas, incidents, (work,))


@pytest.mark.parametrize(
    "text", ["Some payments fail", EVIL, "x" * 2_000], ids=["plain", "hostile", "word"]
)
def test_every_page(visit, tmp_path, text):
    found = files(a_page(text), Look("Bank status", since=ago(60)))
    for path, data in found.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    for path in (
        "index.html",
        "incidents/inc-1.html",
        "incidents/inc-3.html",
        "history/index.html",
    ):
        opened = visit(tmp_path / path)
        assert_clean(opened)
        assert_inert(opened)


def test_a_page_of_nothing(visit, tmp_path):
    file = tmp_path / "index.html"
    file.write_bytes(files(Page("Bank", None, "UTC", NOW, (), (), ()))["index.html"])
    assert_clean(visit(file))
