"""What the rules about drills let pass; what they find is in tests/cases."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from tests.domain.drills import PLANNED, PRIVATE, PUBLIC

from incidentctl.domain.catalog.model import Catalog, CatalogEntry, Service, Source
from incidentctl.domain.catalog.team import Member, Team
from incidentctl.domain.lint.rules.registry import run

CORE = Team(
    name="core-services",
    title="Core Services",
    members=tuple(Member(handle=each) for each in ("alice", "bob", "carol", "dana")),
)
DRILL_CODES = {"IC118", "IC119", "IC120", "IC121", "IC122", "IC123", "IC211"}


def codes(announced=None, private=None, *, today=date(2026, 3, 1), **around):
    entries = []
    if announced:
        entries.append(CatalogEntry("drill", announced.name, announced, Source("drills/a.yaml")))
    if private:
        entries.append(CatalogEntry("private_half", PUBLIC.name, private, Source("drills/b.yaml")))
    catalog = Catalog(
        teams={"core-services": CORE},
        services={"login": Service(name="login", owner="core-services")},
        drills={announced.name: announced} if announced else {},
        private_halves={PUBLIC.name: private} if private else {},
        entries=tuple(entries),
    )
    return {f.code for f in run(catalog, today=today, **around)} & DRILL_CODES


def test_the_example_of_the_field_has_no_finding():
    assert codes(PUBLIC, PRIVATE) == set()
    assert codes(PUBLIC) == set(), "the private half is seldom here"
    assert codes(PLANNED) == set()


def test_engineering_people_and_teams_get_it():
    some = ("engineering", "core-services", "alice")
    assert codes(replace(PUBLIC, distribute_to=some), PRIVATE) == set()
    assert codes(replace(PUBLIC, distribute_to=("nobody",)), PRIVATE) == {"IC120"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("team", "core"),
        ("commander", "bbo"),
        ("mitigator", "x"),
        ("saboteur", "x"),
        ("readers", ("alice", "x")),
        ("services", ("login", "x")),
    ],
)
def test_whoever_and_whatever_is_named_must_exist(field, value):
    assert codes(PUBLIC, replace(PRIVATE, **{field: value})) == {"IC120"}


@pytest.mark.parametrize(
    "why",
    [
        "To see how Core Services answers",
        "To see how core-services answers",
        "To see what Dana does",
        "Because user LOGIN on  staging is fragile",
        "We try dropping the token database",
    ],
)
def test_the_public_reason_must_not_tell(why):
    assert codes(replace(PUBLIC, why=why), PRIVATE) == {"IC123"}
    assert codes(replace(PUBLIC, why=why)) == set()


def test_nor_may_the_name():
    named = replace(PUBLIC, name="bob")
    entries = (
        CatalogEntry("drill", "bob", named, Source("a")),
        CatalogEntry("private_half", "bob", PRIVATE, Source("b")),
    )
    catalog = Catalog(drills={"bob": named}, private_halves={"bob": PRIVATE}, entries=entries)
    assert "IC123" in {f.code for f in run(catalog, today=date(2026, 3, 1))}


def test_the_private_reason_may_be_the_public_one():
    assert codes(PUBLIC, replace(PRIVATE, why=PUBLIC.why)) == set()


def test_sealed_halves_may_be_tracked():
    sealed = frozenset({"drills/a.private.yaml.age", "drills/a.yaml"})
    assert codes(PUBLIC, tracked=sealed) == set()
    assert codes(PUBLIC, tracked=frozenset({"drills/x/a.private.yml"})) == {"IC122"}


@pytest.mark.parametrize(
    ("today", "sent", "late"),
    [
        ("2026-03-22", None, False),
        ("2026-03-23", None, True),
        ("2026-03-29", None, True),
        ("2026-03-30", None, False),
        ("2026-03-28", "2026-03-22T23:59", False),
        ("2026-03-28", "2026-03-23T00:00", True),
        ("2026-03-30", "2026-03-23T00:00", False),
    ],
)
def test_a_plan_goes_out_a_week_ahead(today, sent, late):
    drill = replace(PLANNED, sent=datetime.fromisoformat(sent) if sent else None)
    assert ("IC211" in codes(drill, today=date.fromisoformat(today))) is late


@pytest.mark.parametrize(("young", "told"), [(True, False), (False, True), (None, True)])
def test_a_young_repository_is_not_told_of_times(young, told):
    found = codes(PLANNED, today=date(2026, 3, 27), young=young)
    assert found == ({"IC211"} if told else set())


def test_unplanned_drills_have_no_plan_to_send():
    assert codes(PUBLIC, PRIVATE, today=date(2026, 3, 28)) == set()
