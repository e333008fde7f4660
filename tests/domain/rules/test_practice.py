"""When practice is missed, and when nothing is told; what the rules say is in tests/cases."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from tests.domain.drills import PLANNED, PRIVATE, PUBLIC

from incidentctl.domain.catalog.model import Catalog, CatalogEntry, ProductArea, Service, Source
from incidentctl.domain.catalog.runbook import AppliesTo, Runbook, Step
from incidentctl.domain.catalog.settings import Settings
from incidentctl.domain.catalog.team import Team
from incidentctl.domain.lint.rule import Played
from incidentctl.domain.lint.rules.registry import run

TODAY = date(2026, 3, 29)
STEP = Step(id="page", title="Page")


def codes(*drills, private=None, young=False, played=(), lifecycle="production", rhythm=None):
    teams = {name: Team(name=name) for name in ("core-services", "shop", "idle")}
    services = {
        name: Service(name=name, owner=owner, lifecycle=lifecycle)
        for name, owner in (("login", "core-services"), ("cart", "shop"))
    }
    catalog = Catalog(
        settings=Settings(drills=rhythm),
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


def at(days):
    moment = datetime.fromisoformat("2026-03-29T10:30") + timedelta(days=days)
    return replace(PLANNED, at=moment)


def ago(days, team="core-services", runbooks=None):
    return Played(TODAY - timedelta(days=days), team, runbooks)


def test_a_drill_practises_the_runbooks_that_answered_in_it():
    assert runbooks(played=[ago(0, "x", ("minor", "login"))]) == ["all"]
    assert runbooks(played=[ago(0, "x", ("all",)), ago(91, "x", ("minor",))]) == ["minor", "login"]
    assert runbooks() == []  # no drill at all is told elsewhere
    assert runbooks(played=[ago(91, "x", ("minor",))]) == []
    for young in (True, None):
        assert runbooks(young=young, played=[ago(0, "x", ())]) == []


def test_where_what_is_practised_is_secret_no_runbook_is_told():
    assert runbooks(played=[ago(0, "x")]) == []


def test_without_any_drill_it_is_told_once():
    assert codes() == ["IC212 incidentctl.yaml"]


@pytest.mark.parametrize("young", [True, None])
def test_a_young_repository_or_one_of_unknown_age_is_not_told(young):
    assert codes(young=young) == []
    assert codes(young=young, played=[ago(0)]) == []


@pytest.mark.parametrize("days", [-80, -1, 0, 7, 80])
def test_a_plan_is_no_practice_until_it_was_played(days):
    assert codes(at(days)) == ["IC212 incidentctl.yaml"]
    assert codes(at(days), played=[ago(0)]) == ["IC213 shop"]
    assert codes(PUBLIC, private=PRIVATE) == ["IC212 incidentctl.yaml"]
    assert runbooks(at(days), played=[ago(0, "x", ("all",))]) == ["minor", "login"]


@pytest.mark.parametrize(
    ("rhythm", "days", "told"),
    [
        (None, 90, False),
        (None, 91, True),
        ("quarterly", 90, False),
        ("quarterly", 91, True),
        ("half-yearly", 183, False),
        ("half-yearly", 184, True),
        ("monthly", 31, False),
        ("monthly", 32, True),
    ],
)
def test_the_rhythm_of_the_settings_says_how_long_ago_a_drill_may_be(rhythm, days, told):
    found = codes(rhythm=rhythm, played=[ago(days), ago(days, "shop")])
    assert found == (["IC212 incidentctl.yaml"] if told else [])


def test_each_team_that_owns_services_must_have_played():
    assert codes(played=[ago(0, "shop"), ago(80)]) == []
    assert codes(played=[ago(0, "shop")]) == ["IC213 core-services"]


def test_where_the_team_is_secret_no_team_is_told():
    assert codes(played=[ago(0, None)]) == []


def test_only_teams_that_own_what_runs_must_practise():
    assert codes(played=[ago(0)], lifecycle="retired") == []


def test_the_next_plan_is_what_to_do():
    def hints(*drills):
        catalog = Catalog(
            teams={"shop": Team(name="shop"), "core-services": Team(name="core-services")},
            services={"cart": Service(name="cart", owner="shop")},
            drills={each.name: each for each in drills},
            entries=(CatalogEntry("team", "shop", Team(name="shop"), Source("shop")),),
        )
        found = run(catalog, today=TODAY, young=False, played=(ago(80),))
        none = run(catalog, today=TODAY, young=False)
        return [f.hint_text for f in (*found, *none) if f.code in ("IC212", "IC213")]

    assert hints() == ["Plan a drill."] * 2
    assert hints(at(-1)) == ["Plan a drill."] * 2
    name, day = PLANNED.name, TODAY + timedelta(days=8)
    play = f"Play {name}, planned for {day}, or plan an earlier one."
    assert hints(at(8)) == ["Plan a drill.", play]  # it is another team's
    assert hints(replace(at(8), team="shop")) == [play, play]
