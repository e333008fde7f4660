"""Pages that are files: the report, and the plan of a drill."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from tests.browser.harness import EVIL, assert_clean, assert_inert
from tests.domain.drills import PLANNED
from tests.domain.telling import START
from tests.render.test_report_html import SCOPE, held, incident, page, ready

from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.drill.documents import plan
from incidentctl.domain.drill.plan import combine
from incidentctl.domain.learn.metrics import TeamPractice
from incidentctl.domain.page.public import Area
from incidentctl.domain.page.uptime import Uptime, UptimeReport
from incidentctl.render.drill.document import render_document
from incidentctl.render.page.uptime import uptime_html


@pytest.mark.parametrize("title", ["The login is down", EVIL], ids=["plain", "hostile"])
def test_the_report(visit, tmp_path, title):
    file = tmp_path / "report.html"
    incidents = [
        incident(n, title=title, severity=title[:40], minutes=n * 40) for n in range(1, 20)
    ]
    scope = SCOPE._replace(since=SCOPE.since - timedelta(days=200))
    practice = [TeamPractice(title, 1, START)]
    more = {"scores": [held(title)], "practice": practice, "readiness": ready(title)}
    file.write_text(page(incidents, scope, **more))
    opened = visit(file)
    assert_clean(opened)
    assert_inert(opened)


def test_a_report_of_nothing(visit, tmp_path):
    file = tmp_path / "report.html"
    file.write_text(page([]))
    assert_clean(visit(file))


@pytest.mark.parametrize("why", ["To exercise our response", EVIL], ids=["plain", "hostile"])
def test_the_plan_of_a_drill(visit, tmp_path, why):
    file = tmp_path / "plan.html"
    drill = combine(replace(PLANNED, why=why, what=why, how=why), None, default_zone="UTC")
    file.write_text(render_document(plan(drill, Catalog()), "html"))
    opened = visit(file)
    assert_clean(opened)
    assert_inert(opened)


@pytest.mark.parametrize("title", ["Signing in", EVIL], ids=["plain", "hostile"])
def test_the_uptime_of_areas(visit, tmp_path, title):
    file = tmp_path / "uptime.html"
    hour = timedelta(hours=1)
    rows = tuple((Area(f"a{n}", f"{title} {n}"), Uptime(n * hour, hour, hour)) for n in range(12))
    found = UptimeReport(START - 90 * 24 * hour, START, START - hour, rows)
    file.write_text(uptime_html(found, UTC, now=START))
    opened = visit(file)
    assert_clean(opened)
    assert_inert(opened)
