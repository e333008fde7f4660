"""The report as text and CSV: whatever people wrote does nothing, and fits."""

from __future__ import annotations

import csv
import io
from datetime import UTC, timedelta

import pytest
from tests.domain.telling import START, event

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.head import fold, head
from incidentctl.domain.incident.state import StepPlan
from incidentctl.domain.learn.metrics import Scope, measure
from incidentctl.domain.learn.monthly import trend
from incidentctl.render.learn.report_csv import COLUMNS, report_csv, safe_cell
from incidentctl.render.learn.report_text import report_text

EVIL = "=cmd|'/C calc'!A0\x1b[31m\u202e\n" + "w" * 200


def incident(number):
    stated = [
        facts.Declared(EVIL, reported_by=EVIL, category=EVIL),
        facts.SeveritySet(EVIL, update_every=60),
        facts.AffectedSet((EVIL, "api"), (EVIL,), EVIL),
        facts.RunbookAttached(EVIL, EVIL, (StepPlan(EVIL, EVIL),)),
        facts.StepSkipped(EVIL, EVIL),
        facts.RoleAssigned(EVIL, EVIL),
        facts.UpdatePosted(EVIL),
    ]
    ident = f"inc-20261124-1401-{number}"
    return fold(ident, [event(n, fact, by=EVIL) for n, fact in enumerate(stated)])


@pytest.mark.parametrize("count", [0, 1, 2, 12])
def test_hostile_texts_are_inert_and_every_line_fits(count):
    incidents = [incident(number) for number in range(count)]
    scope = Scope(START, START + timedelta(days=1), severity=EVIL if count else None)
    found = measure(incidents, [head(one) for one in incidents], scope, now=scope.until)
    assert found.incidents == count
    text = report_text(found, UTC)
    assert all(line.isprintable() and len(line) <= 80 for line in text.splitlines())
    assert text.endswith("\n")


def test_a_long_list_is_cut_and_says_so():
    stated = [facts.Declared("x"), *(facts.RoleAssigned("planning", f"p{n}") for n in range(20))]
    one = fold("inc-20261124-1401-k7f", [event(n, fact) for n, fact in enumerate(stated)])
    scope = Scope(START, START + timedelta(days=1))
    text = report_text(measure([one], [], scope, now=scope.until), UTC)
    assert "  ... and 11 more, see --json" in text.splitlines()


def test_no_cell_of_the_csv_is_a_formula():
    text = report_csv([incident(1)], now=START)
    rows = list(csv.reader(io.StringIO(text)))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 2
    assert len(rows[1]) == len(COLUMNS)
    assert all(cell[:1] not in set("=+-@|%\t\r") for row in rows for cell in row)
    assert dict(zip(COLUMNS, rows[1], strict=True))["title"].startswith("'=cmd|")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("login is down", "login is down"),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("|calc", "'|calc"),
        ("＝1", "'＝1"),
        ("\t=1", "'=1"),
        ("a\n=1", "a ⏎ =1"),
        ("a;=1", "a;'=1"),
        ("a;  @b", "a;'  @b"),
        ('a";=1', "a\";'=1"),
        ("50% of a-b", "50% of a-b"),
        ("", ""),
    ],
)
def test_cells(value, expected):
    assert safe_cell(value) == expected


def test_the_trend_has_a_line_for_each_month_and_none_for_a_single_one():
    def months(*days):
        found = [
            fold(
                f"inc-{number}", [event(number, facts.Declared("down"), at=START + timedelta(day))]
            )
            for number, day in enumerate(days)
        ]
        scope = Scope(START - timedelta(days=1), START + timedelta(days=100))
        measured = trend(found, scope, UTC, now=scope.until)
        text = report_text(measure(found, [], scope, now=scope.until), UTC, trend=measured)
        return [line.split() for line in text.splitlines() if line.startswith("  20")]

    lines = months(0, 1, 40)
    assert [line[:2] for line in lines][:3] == [
        ["2026-11", "2"],
        ["2026-12", "0"],
        ["2027-01", "1"],
    ]
    assert [len(line[-1]) for line in (lines[0], lines[2])] == [20, 10]
