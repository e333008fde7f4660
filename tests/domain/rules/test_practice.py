"""When practice is missed, and when nothing is told; what the rules say is in tests/cases."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from tests.domain.drills import PLANNED, PRIVATE, PUBLIC

from incidentctl.domain.catalog.model import (
    Catalog,
    CatalogEntry,
    ProductArea,
    Service,
    Source,
    Team,
)
from incidentctl.domain.catalog.runbook import AppliesTo, Runbook, Step
from incidentctl.domain.lint.rule import Played
from incidentctl.domain.lint.rules.registry import run

TODAY = date(2026, 3, 29)
STEP = Step(id="page", title="Page")


def codes(*drills, private=None, young=False, played=(), lifecycle="production"):
    teams = {name: Team(name=name) for name in ("core-services", "shop", "idle")}
    services = {
        name: Service(name=name, owner=owner, lifecycle=lifecycle)
        for name, owner in (("login", "core-services"), ("cart", "shop"))
    }
    catalog = Catalog(
        teams=teams,
        services=services,
        drills={each.name: each for each in drills},
        private_halves={PUBLIC.name: private} if private else {},
        entries=tuple(
            CatalogEntry("team", name, team, Source(name)) for name, team in teams.items()
        ),
    )
    found = run(catalog, today=TODAY, young=young, played=tuple(played))
    return [f"{f.code} {f.source.path}" for f in found if f.code in ("IC212", "IC213")]


def runbooks(*drills, private=None, played=(), young=False):
    """Return the runbooks of a quarter without practice, in a catalog of three."""
    named = {
        "all": AppliesTo(), "minor": AppliesTo(critical=False),
        "login": AppliesTo(product_areas=("login",)),
    }  # fmt: skip
    books = {n: Runbook(name=n, applies_to=a, steps=(STEP,)) for n, a in named.items()}
    area = ProductArea(name="login", owner="core-services", services=("auth",))
    catalog = Catalog(
        runbooks=books,
        product_areas={"login": area},
        drills={each.name: each for each in drills},
        private_halves={PUBLIC.name: private} if private else {},
        entries=tuple(CatalogEntry("runbook", n, book, Source(n)) for n, book in books.items()),
    )
    found = run(catalog, today=TODAY, young=young, played=tuple(played))
    return [f.source.path for f in found if f.code == "IC214"]


def test_a_plan_practises_the_runbooks_of_the_default_severity_where_its_services_are():
    assert runbooks(PLANNED) == ["minor", "login"]
    assert runbooks(replace(PLANNED, services=("auth",))) == ["all", "minor"]
    assert runbooks(PUBLIC, private=PRIVATE) == ["minor", "login"]
    assert runbooks(at(-91)) == []  # no drill at all is told elsewhere
    assert runbooks(PLANNED, young=True) == []
    assert runbooks(PLANNED, young=None) == []


def test_a_recorded_drill_practises_the_runbooks_that_answered():
    assert runbooks(played=[Played(TODAY, "x", ("minor", "login"))]) == ["all"]
    assert runbooks(PLANNED, played=[Played(TODAY, "x", ("minor", "login"))]) == []
    old = Played(TODAY - timedelta(days=91), "x", ("minor",))
    assert runbooks(PLANNED, played=[old]) == ["minor", "login"]


def test_where_what_is_practised_is_secret_no_runbook_is_told():
    assert runbooks(PUBLIC) == []
    assert runbooks(PLANNED, played=[Played(TODAY, "x")]) == []


def at(days):
    moment = datetime.fromisoformat("2026-03-29T10:30") + timedelta(days=days)
    return replace(PLANNED, at=moment)


def test_without_any_drill_it_is_told_once():
    assert codes() == ["IC212 incidentctl.yaml"]


@pytest.mark.parametrize("young", [True, None])
def test_a_young_repository_or_one_of_unknown_age_is_not_told(young):
    assert codes(young=young) == []
    assert codes(at(0), young=young) == []


@pytest.mark.parametrize(("days", "counts"), [(-91, False), (-90, True), (90, True), (91, False)])
def test_a_drill_of_the_last_quarter_counts_and_one_to_come(days, counts):
    assert codes(at(days)) == (["IC213 shop"] if counts else ["IC212 incidentctl.yaml"])


def test_a_recorded_drill_counts_too():
    both = [Played(TODAY, "shop"), Played(TODAY - timedelta(days=80), "core-services")]
    assert codes(played=both) == []
    assert codes(played=both[:1]) == ["IC213 core-services"]
    assert codes(played=[Played(TODAY - timedelta(days=91), "shop")]) == ["IC212 incidentctl.yaml"]


def test_where_the_team_is_secret_no_team_is_told():
    assert codes(PUBLIC) == []
    assert codes(PUBLIC, private=PRIVATE) == ["IC213 shop"]
    assert codes(played=[Played(TODAY, None)]) == []


def test_only_teams_that_own_what_runs_must_practise():
    assert codes(at(0), lifecycle="retired") == []
