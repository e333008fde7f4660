"""What the rules let pass; what they find is in tests/cases."""

from datetime import UTC, date, datetime, timedelta

import pytest

from incidentctl.domain.catalog.model import Catalog, CatalogEntry, ProductArea, Service, Source
from incidentctl.domain.catalog.runbook import AppliesTo, Runbook
from incidentctl.domain.catalog.settings import Settings
from incidentctl.domain.catalog.team import Member, OnCall, Override, Team
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


def team(name, rota=None):
    on_call = rota and OnCall(rota=("a",), shift=timedelta(weeks=1), **rota)
    members = (Member(handle="a"),)
    return Team(name=name, members=members, contacts={"c": "x"}, on_call=on_call)


at = datetime.fromisoformat
BEGUN = at("2026-01-05T09:00")


def escalating(name, to):
    return team(name, {"starts": BEGUN, "escalate_to": to})


@pytest.mark.parametrize(
    ("teams", "times"),
    [
        ([escalating("a", "a")], 1),
        ([escalating("a", "b"), escalating("b", "a")], 1),
        ([escalating("z", "a"), escalating("a", "b"), escalating("b", "a")], 1),
        ([escalating("a", "b"), escalating("b", "c"), team("c")], 0),
        ([escalating("a", "a"), escalating("b", "b")], 2),
        ([escalating("a", "nobody")], 0),
    ],
)
def test_an_escalation_that_leads_back_is_found_once(teams, times):
    assert codes(*teams).count("IC216") == times


@pytest.mark.parametrize(
    ("starts", "found"),
    [
        (at("2026-01-05T09:00"), False),
        (at("2026-11-24T09:00"), False),
        (at("2026-11-25T09:00"), True),
        (at("2099-01-05T09:00"), True),
    ],
)
def test_a_rota_that_has_not_begun_calls_nobody(starts, found):
    service = Service(name="api", owner="core")
    assert ("IC202" in codes(team("core", {"starts": starts}), service)) is found


def test_somebody_who_stands_in_before_the_rota_begins_is_on_call():
    stands_in = Override(who="a", from_=at("2026-11-01T00:00"), until=at("2099-01-06T00:00"))
    later = team("core", {"starts": at("2099-01-05T00:00"), "overrides": (stands_in,)})
    assert "IC202" not in codes(later, Service(name="api", owner="core"))


@pytest.mark.parametrize(
    ("until", "reversed_"),
    [
        (datetime(2026, 12, 24, 9, 30, tzinfo=UTC), True),
        (datetime(2026, 12, 24, 10, 30, tzinfo=UTC), False),
    ],
)
def test_an_override_with_one_offset_is_compared_in_the_zone_of_the_rota(until, reversed_):
    stands_in = Override(who="a", from_=at("2026-12-24T11:00"), until=until)
    rota = {"starts": BEGUN, "timezone": "Europe/Berlin", "overrides": (stands_in,)}
    assert ("IC117" in codes(team("core", rota))) is reversed_


def runbook(name, **applies):
    return Runbook(name=name, applies_to=AppliesTo(**applies), steps=())


def test_categories_that_differ_in_case_are_one():
    one = runbook("one", categories=("Security",))
    two = runbook("two", categories=("security",))
    assert "IC114" in codes(runbook("all"), one, two)
    assert "IC114" not in codes(runbook("all"), one, runbook("two", categories=("vendor",)))


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (Member(handle="Alice"), "the handle is 'alice' there"),
        (Member(handle="alice", email="b@x"), "the e-mail is a@x there, b@x here"),
        (Member(handle="alice", name="Al"), "the name is 'Alice' there, 'Al' here"),
        (Member(handle="alice", name="Alice", email="A@X"), None),
    ],
)
def test_what_tells_two_entries_of_one_handle_apart_is_named(other, said):
    first = Team(name="a", members=(Member(handle="alice", name="Alice", email="a@x"),))
    made = catalog(first, Team(name="b", members=(other,)))
    messages = [f.message for f in run(made, today=TODAY) if f.code == "IC105"]
    assert messages == (
        [f"{other.handle!r} is written otherwise in the team a: {said}."] if said else []
    )


def test_what_is_retired_may_need_what_is_retired():
    retired = [
        Service(name="old", owner="core", lifecycle="retired", depends_on=("older",)),
        Service(name="older", owner="core", lifecycle="retired"),
    ]
    assert "IC218" not in codes(*retired)
    area = ProductArea(name="shop", owner="core", services=("old",))
    assert codes(*retired, area).count("IC218") == 1
