"""What the rules let pass; what they find is in tests/cases."""

from datetime import date

import pytest

from incidentctl.domain.catalog.model import (
    Catalog,
    CatalogEntry,
    Member,
    ProductArea,
    Service,
    Source,
    Team,
)
from incidentctl.domain.catalog.settings import Settings
from incidentctl.domain.lint.rules.registry import RULES, run
from incidentctl.domain.process.built_in import runbooks
from incidentctl.domain.process.resolution import TIERS

TODAY = date(2026, 11, 24)


def catalog(*values, settings=None):
    kinds = {Team: "team", Service: "service", ProductArea: "product_area"}
    entries = [
        CatalogEntry(kind, v.name, v, Source(f"{n}.yaml"))
        for n, v in enumerate(values)
        if (kind := kinds.get(type(v), "runbook"))
    ]
    by_kind = {
        kind: {e.name: e.value for e in entries if e.kind == kind}
        for kind in (*kinds.values(), "runbook")
    }
    return Catalog(
        settings=settings or Settings(),
        teams=by_kind["team"],
        services=by_kind["service"],
        product_areas=by_kind["product_area"],
        runbooks=by_kind["runbook"],
        entries=tuple(entries),
    )


def codes(*values, settings=None):
    return [f.code for f in run(catalog(*values, settings=settings), today=TODAY)]


def test_codes_tell_the_level():
    levels = {"1": "error", "2": "warning", "3": "info"}
    assert all(rule.text.level == levels[code[2]] for code, rule in RULES.items())


@pytest.mark.parametrize("tier", [tier.name for tier in TIERS])
def test_the_built_in_runbooks_of_a_tier_have_no_finding(tier):
    alice = (Member(handle="alice"),)
    team = Team(name="core", members=alice, contacts={"channel": "#core"})
    area = ProductArea(name="login", owner="core")
    own = runbooks(tier, areas=["login"])
    # IC202: the team of this test has no rota.
    assert codes(team, area, *own, settings=Settings(tier=tier)) == ["IC202"]


def test_one_person_may_be_in_two_teams():
    one = Team(name="a", members=(Member(handle="alice", name="Alice"),), contacts={"c": "#a"})
    two = Team(name="b", members=(Member(handle="alice"),), contacts={"c": "#b"})
    assert codes(one, two) == []


def test_a_diamond_is_no_cycle_and_each_cycle_is_told_once():
    def service(name, *needs):
        return Service(name=name, owner="core", depends_on=needs)

    team = Team(name="core")
    found = codes(team, service("a", "b", "c"), service("b", "d"), service("c", "d"), service("d"))
    assert "IC205" not in found
    found = codes(team, service("a", "b"), service("b", "a", "c"), service("c", "c", "b"))
    assert found.count("IC205") == 1


def test_a_chain_of_ten_thousand_services_is_walked_without_recursion():
    chain = [
        Service(name=f"s{n}", owner="core", depends_on=(f"s{(n + 1) % 10000}",))
        for n in range(10000)
    ]
    assert codes(Team(name="core"), *chain).count("IC205") == 1


@pytest.mark.parametrize(("reviewed", "stale"), [("2025-11-24", False), ("2025-11-23", True)])
def test_a_review_lasts_365_days(reviewed, stale):
    service = Service(name="api", owner="core", reviewed=date.fromisoformat(reviewed))
    assert ("IC210" in codes(Team(name="core"), service)) is stale


def test_a_rule_can_be_switched_off():
    assert codes(Team(name="core"), settings=Settings(lint={"IC201": "off", "IC203": "off"})) == []
