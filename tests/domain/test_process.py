"""How much process a number of services asks for, and which runbook answers a case."""

from __future__ import annotations

import subprocess
import sys

import pytest

from incidentctl.domain.catalog.model import Catalog, ProductArea, Service
from incidentctl.domain.catalog.runbook import AppliesTo, Runbook, Step
from incidentctl.domain.catalog.settings import Settings
from incidentctl.domain.process import built_in
from incidentctl.domain.process.resolution import (
    Case,
    cases,
    covered,
    distinguished,
    missing,
    recommend,
    recommend_for,
    resolve,
    tier_in_force,
)

STEP = (Step(id="do", title="Do it"),)


def runbook(name, **applies):
    return Runbook(name=name, applies_to=AppliesTo(**applies), steps=STEP)


def catalog(*runbooks, areas=(), settings=None, services=()):
    return Catalog(
        settings=settings or Settings(),
        runbooks={r.name: r for r in runbooks},
        product_areas={a: ProductArea(name=a, owner="core") for a in areas},
        services={s.name: s for s in services},
    )


@pytest.mark.parametrize(
    ("count", "complexity", "tier"),
    [
        (0, "low", "single"),
        (1, "low", "single"),
        (5, "low", "single"),
        (6, "medium", "critical-split"),
        (29, "medium", "critical-split"),
        (30, "medium", "critical-split"),
        (31, "high", "per-severity"),
        (99, "high", "per-severity"),
        (100, "high", "per-severity"),
        (101, "critical", "per-severity-and-area"),
        (1000, "critical", "per-severity-and-area"),
    ],
)
def test_tier_of_a_count(count, complexity, tier):
    found = recommend(count)
    assert (found.services, found.complexity, found.tier) == (count, complexity, tier)


@pytest.mark.parametrize(("count", "told"), [(30, True), (100, True), (29, False), (31, False)])
def test_the_overlap_is_told_where_it_is_met(count, told):
    assert ("less process" in recommend(count).reason) is told


def test_next_tier_and_the_end():
    assert "From 6 services on" in recommend(3).next
    assert "From 101 services on" in recommend(31).next
    assert recommend(101).next == "There is no tier above this one."


@pytest.mark.parametrize(("counted", "expected", "used"), [(3, 40, 40), (40, 3, 40), (0, 0, 0)])
def test_the_larger_of_counted_and_expected_decides_and_is_told(counted, expected, used):
    found = recommend(counted, expected=expected)
    assert found.services == used
    assert f"{expected} are expected" in found.reason


def test_only_production_counts_and_of_every_type():
    kinds = [("a", "database"), ("b", "load-balancer"), ("c", "third-party"), ("d", "service")]
    services = [Service(name=n, owner="core", type=t) for n, t in kinds]
    services += [
        Service(name=lifecycle, owner="core", lifecycle=lifecycle)
        for lifecycle in ("experimental", "deprecated", "retired")
    ]
    assert recommend_for(catalog(services=services)).services == 4


def test_the_configured_tier_rules():
    assert tier_in_force(catalog()) == "single"
    assert tier_in_force(catalog(settings=Settings(expected_services=40))) == "per-severity"
    settings = Settings(expected_services=40, tier="critical-split")
    assert tier_in_force(catalog(settings=settings)) == "critical-split"


LADDER = [
    ("category", {"categories": ("security",)}),
    ("severity-area", {"severities": ("SEV1",), "product_areas": ("login",)}),
    ("area", {"product_areas": ("login",)}),
    ("severity", {"severities": ("SEV1",)}),
    ("critical", {"critical": True}),
    ("everything", {}),
]


@pytest.mark.parametrize("first", range(len(LADDER)))
def test_the_most_specific_wins(first):
    written = [runbook(name, **applies) for name, applies in reversed(LADDER[first:])]
    answer = resolve(catalog(*written), Case("SEV1", ("login",), "security")).answers[0]
    assert answer.runbook.name == LADDER[first][0]
    assert not answer.rivals


def test_all_that_a_runbook_states_must_hold():
    written = catalog(
        runbook("here", severities=("SEV1",), product_areas=("login",), categories=("security",))
    )
    assert resolve(written, Case("SEV1", ("login",), "security")).runbooks
    for case in (
        Case("SEV2", ("login",), "security"),
        Case("SEV1", ("checkout",), "security"),
        Case("SEV1", ("login",), "vendor"),
        Case("SEV1", (), "security"),
        Case("SEV1", ("login",)),
    ):
        answer = resolve(written, case).answers[0]
        assert answer.runbook is None
        assert not answer.own
        assert "has no runbook" in answer.reason


@pytest.mark.parametrize(
    ("tier", "own"),
    [
        ("single", True),
        ("critical-split", True),
        ("per-severity", False),
        ("per-severity-and-area", False),
    ],
)
def test_own_or_fallback_depends_on_the_tier(tier, own):
    answer = resolve(catalog(runbook("c", critical=True)), Case("SEV1"), tier=tier).answers[0]
    assert answer.own is own
    assert ("falls back" in answer.reason) is not own


def test_at_the_highest_tier_a_severitys_runbook_is_a_fallback_in_an_area_and_own_outside():
    written = catalog(runbook("sev1", severities=("SEV1",)))
    tier = "per-severity-and-area"
    assert resolve(written, Case("SEV1"), tier=tier).answers[0].own
    assert not resolve(written, Case("SEV1", ("login",)), tier=tier).answers[0].own


def test_equally_specific_is_told_and_the_first_by_name_answers():
    written = catalog(runbook("b", severities=("SEV1",)), runbook("a", severities=("SEV1",)))
    answer = resolve(written, Case("SEV1")).answers[0]
    assert answer.runbook.name == "a"
    assert answer.rivals == ("b",)
    assert "Equally specific: b" in answer.reason


def test_every_area_attaches_its_runbook_each_once():
    written = catalog(
        runbook("login", product_areas=("login",)),
        runbook("all"),
    )
    found = resolve(written, Case("SEV1", ("checkout", "login", "search")))
    assert [r.name for r in found.runbooks] == ["all", "login"]
    assert [a.product_area for a in found.answers] == ["checkout", "login", "search"]


def test_without_a_runbook_the_built_in_single_process_serves_and_says_so():
    found = resolve(catalog(), Case("SEV1"), tier="per-severity")
    assert found.built_in
    assert found.runbooks == (built_in.SINGLE,)
    assert not found.answers[0].own
    assert "the team has no runbook" in found.reason


@pytest.mark.parametrize("count", [6, 31])
def test_without_a_runbook_the_built_in_ones_of_the_tier_serve(count):
    services = [Service(name=f"s{number}", owner="core") for number in range(count)]
    written = catalog(services=services)
    tier = tier_in_force(written)
    assert tier == {6: "critical-split", 31: "per-severity"}[count]
    own = {runbook.name: runbook for runbook in built_in.runbooks(tier)}
    for severity in written.scale.severities:
        found = resolve(written, Case(severity.name))
        assert found.built_in
        (chosen,) = found.runbooks
        assert chosen == own[chosen.name]
        assert found.answers[0].own
    assert resolve(written, Case("SEV1")).runbooks != resolve(written, Case("SEV5")).runbooks
    # A tier that the settings choose serves itself, however many services there are.
    chosen = catalog(services=services, settings=Settings(tier="single"))
    assert resolve(chosen, Case("SEV1")).runbooks == (built_in.SINGLE,)


BY_TWO = (runbook("big", severities=("SEV1", "SEV2")), runbook("small", critical=False))


@pytest.mark.parametrize(
    ("runbooks", "covers", "tells_apart"),
    [
        ((), None, None),
        ((runbook("some", severities=("SEV1",)),), None, None),
        ((runbook("all"),), "single", "single"),
        ((runbook("all"), runbook("leak", categories=("security",))), "single", "single"),
        ((runbook("all"), runbook("login", product_areas=("login",))), "single", "single"),
        (built_in.runbooks("critical-split"), "critical-split", "critical-split"),
        (BY_TWO, "critical-split", "critical-split"),
        (
            (runbook("all", severities=tuple(f"SEV{number}" for number in range(1, 6))),),
            "per-severity",
            "single",
        ),
        (built_in.runbooks("per-severity"), "per-severity", "per-severity"),
        (
            built_in.runbooks("per-severity-and-area", areas=("login",)),
            "per-severity-and-area",
            "per-severity-and-area",
        ),
    ],
)
def test_the_tier_that_runbooks_cover_and_tell_apart(runbooks, covers, tells_apart):
    written = catalog(*runbooks, areas=("login",))
    assert (covered(written), distinguished(written)) == (covers, tells_apart)


def test_an_unknown_severity_is_taken_as_critical_and_case_does_not_matter():
    written = catalog(runbook("critical", critical=True), runbook("sev4", severities=("sev4",)))
    assert resolve(written, Case("BAD")).answers[0].runbook.name == "critical"
    assert resolve(written, Case("SEV4")).answers[0].runbook.name == "sev4"


def test_cases_of_a_tier():
    written = catalog(areas=("login", "checkout"))
    assert len(cases(written, "per-severity")) == 5
    found = cases(written, "per-severity-and-area")
    assert len(found) == 15
    assert found[5] == Case("SEV1", ("login",))


def test_missing_against_a_tier():
    areas = ("login",)
    small = catalog(*built_in.runbooks("critical-split"), areas=areas)
    assert missing(small, "critical-split") == []
    assert len(missing(small, "per-severity")) == 5
    full = catalog(*built_in.runbooks("per-severity-and-area", areas=areas), areas=areas)
    assert missing(full, "per-severity-and-area") == []
    assert len(missing(catalog(*full.runbooks.values()), "per-severity-and-area")) == 1


def test_resolving_pays_for_neither_pydantic_nor_yaml():
    code = "import sys, incidentctl.domain.process; print({'pydantic', 'yaml'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
