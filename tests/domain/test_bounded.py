"""What is computed from files of any content takes steps in proportion to their size."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.steps import steps

from incidentctl.domain.catalog.alert_rules import AlertRule, AlertSettings
from incidentctl.domain.catalog.model import Catalog, CatalogEntry, ProductArea, Service, Source
from incidentctl.domain.catalog.runbook import AppliesTo, Runbook, Step
from incidentctl.domain.catalog.settings import Settings
from incidentctl.domain.catalog.team import Team
from incidentctl.domain.doctor.ci import runs_on
from incidentctl.domain.learn.retrospective import answered
from incidentctl.domain.lint.rules.registry import run
from incidentctl.domain.process.resolution import Case, missing, resolve

STEP = (Step(id="page", title="Page"),)


def catalog_of(count, *, tier="per-severity-and-area"):
    """A catalog in which everything names something that is not there, or all that is."""
    names = [f"n{number}" for number in range(count)]
    services = {n: Service(name=n, owner=f"x{n}", depends_on=(f"y{n}",)) for n in names}
    areas = {n: ProductArea(name=n, owner=f"x{n}", services=(n, f"y{n}")) for n in names}
    teams = {n: Team(name=n, lead=f"z{n}") for n in names}
    runbooks = {
        n: Runbook(name=n, applies_to=AppliesTo(severities=(f"S{n}",), product_areas=(n, "q")),
                   steps=STEP, owner=f"x{n}")
        for n in names
    }  # fmt: skip
    every = (("service", services), ("product_area", areas), ("team", teams), ("runbook", runbooks))
    entries = tuple(
        CatalogEntry(kind, name, value, Source(f"{kind}.yaml", 0, number))
        for kind, values in every
        for number, (name, value) in enumerate(values.items())
    )
    return Catalog(
        settings=Settings(tier=tier), teams=teams, services=services, product_areas=areas,
        runbooks=runbooks, entries=entries,
    )  # fmt: skip


@pytest.mark.parametrize("tier", ["single", "per-severity-and-area"])
def test_rules_of_twice_as_much_take_twice_as_long(tier):
    small, large = (
        steps(lambda n=n: run(catalog_of(n, tier=tier), today=date(2026, 3, 29), young=False))
        for n in (150, 300)
    )
    assert large < 2.3 * small


def test_twice_as_many_rules_for_alerts_take_twice_as_long():
    """None covers another, though all have a label in common."""

    def checked(count):
        rules = tuple(
            AlertRule(name=f"r{n}", match={"team": ("core",), "alertname": (f"A{n}",)})
            for n in range(count)
        )
        entry = CatalogEntry("alerts", "alerts", AlertSettings(rules=rules), Source("alerts.yaml"))
        return steps(lambda: run(Catalog(entries=(entry,)), today=date(2026, 3, 29), young=False))

    assert checked(400) < 2.3 * checked(200)


def test_what_a_tier_lacks_is_found_without_trying_each_runbook_in_each_area():
    small, large = (steps(lambda n=n: missing(catalog_of(n), "per-severity-and-area"))
                    for n in (100, 200))  # fmt: skip
    assert large < 2.3 * small


def test_a_runbook_that_names_everything_is_told_and_not_compared():
    many = tuple(f"n{number}" for number in range(5000))
    applies = AppliesTo(product_areas=many, categories=many)
    wide = Runbook(name="wide", applies_to=applies, steps=STEP)
    catalog = replace(
        Catalog(),
        runbooks={"wide": wide},
        entries=(CatalogEntry("runbook", "wide", wide, Source("r")),),
    )
    found = [f for f in run(catalog, today=date(2026, 3, 29)) if f.code == "IC114"]
    assert ["not compared" in finding.message for finding in found] == [True]


def test_a_thousand_rivals_are_not_all_named():
    runbooks = {f"r{n}": Runbook(name=f"r{n}", steps=STEP) for n in range(1000)}
    answer = resolve(Catalog(runbooks=runbooks), Case("SEV1")).answers[0]
    assert len(answer.rivals) == 999
    assert len(answer.reason) < 400
    assert "and 989 more" in answer.reason


BEGINS = "<!--"
HEADING = "## What went well\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BEGINS * 200_000 + "\n" + HEADING, False),
        (HEADING + BEGINS * 200_000, True),
        (HEADING + (BEGINS + "-->") * 200_000, False),
        ("# " + " #" * 400_000 + "x\n" + HEADING, False),
        ("# " + " \t" * 400_000 + "x\n" + HEADING, False),
        ("# What went well " + "#" * 100_000 + "\nall\n", True),
        (HEADING + "<!-- say it here -->\n- \n", False),
        (HEADING + "<!-- one -->we <!-- two -->won\n", True),
    ],
)
def test_a_retrospective_of_any_text_is_judged_at_once(text, said):
    assert answered(text) is said


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("*a" * 60_000, False), ("[" * 60_000, False), ("*" * 60_000, False), ("[z-a]", False),
        ("[]", False), ("[!]", False), ("**", True), ("*", True), ("incident-log", True),
        ("incident-*", True), ("i*t-l?g", True), ("*-[a-m]og", True), ("*-[!a-k]og", True),
        ("*-[!a-m]og", False), ("incident", False), ("incident-log?", False),
        ("*" * 300 + "g", True),
        ("*i*n*c*i*d*e*n*t*-*l*o*g*", True), ("*a" * 400, False), ("[" * 900, False),
    ],
)  # fmt: skip
def test_a_pattern_of_branches_is_judged_at_once(pattern, fits):
    workflow = {"on": {"push": {"branches": (pattern,)}}}
    assert runs_on(".github/workflows/x.yml", workflow, "", "incident-log") is fits


def test_a_pattern_takes_steps_in_proportion_to_its_length():
    def judged(count):
        workflow = {"on": {"push": {"branches": ("*a" * count,)}}}
        return steps(lambda: runs_on("x.yml", workflow, "", "a" * 40 + "b"))

    assert judged(200) < 2.5 * judged(100)
