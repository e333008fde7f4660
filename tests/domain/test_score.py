"""How ready a team is: each criterion says yes, no, unknown or does-not-apply, and why."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from incidentctl.domain.catalog.model import (
    Catalog,
    CatalogEntry,
    ProductArea,
    Service,
    Source,
    Unread,
)
from incidentctl.domain.catalog.runbook import Runbook, Step
from incidentctl.domain.catalog.score import CRITERIA, Drilled, Looked, Owed, scores
from incidentctl.domain.catalog.team import Hours, Layer, Member, OnCall, Team

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ROTA = OnCall(rota=("ana", "bo"), shift=7 * DAY, starts=datetime(2026, 1, 5, 9, tzinfo=UTC))
OFFICE = (Hours(days=("mon", "tue", "wed", "thu", "fri"), from_="09:00", until="17:00"),)
PLAYED = Drilled(TODAY - 10 * DAY, "core", ("all",))


def team(**changed):
    fields = {
        "name": "core",
        "members": (Member(handle="ana", name="Ana A", aliases=("aa",)), Member(handle="bo")),
        "on_call": ROTA,
        "contacts": {"channel": "#core"},
    }
    return Team(**{**fields, **changed})


def catalog(core=None, **changed):
    core = core or team()
    fields = {
        "teams": {"core": core},
        "services": {"api": Service(name="api", owner="core", reviewed=TODAY - 30 * DAY)},
        "product_areas": {"login": ProductArea(name="login", owner="core", services=("api",))},
        "runbooks": {
            "all": Runbook(name="all", owner="core", steps=(Step(id="page", title="Page"),))
        },
        "entries": (CatalogEntry("team", "core", core, Source("teams/core.yaml")),),
    }
    return Catalog(**{**fields, **changed})


def service(**changed):
    return {"api": Service(**{"name": "api", "owner": "core", "reviewed": TODAY, **changed})}


def answer(name, of, **looked):
    seen = Looked(NOW, TODAY, **{"drills": (PLAYED,), **looked})
    [found] = scores(of, seen)
    return next((a.state, a.reason) for c, a in found.answers if c.name == name)


def test_a_ready_team_passes_all_of_them():
    [found] = scores(catalog(), Looked(NOW, TODAY, drills=(PLAYED,)))
    assert [each.state for _, each in found.answers] == ["yes"] * len(CRITERIA)
    assert (found.passed, found.counted, found.percent) == (8, 8, 100)
    assert len({c.name for c in CRITERIA}) == len(CRITERIA)
    assert all(a.todo is None for _, a in found.answers)


@pytest.mark.parametrize(
    ("name", "of", "looked", "state", "reason"),
    [
        ("owner", catalog(team(members=())), {}, "no", "no members"),
        ("owner", catalog(services={}, product_areas={}), {}, "does-not-apply", "owns nothing"),
        ("on-call", catalog(team(on_call=None)), {}, "no", "no rota"),
        ("on-call", catalog(team(on_call=OnCall(rota=("zed",), shift=DAY, starts=NOW))), {},
         "no", "names zed"),
        ("on-call", catalog(team(on_call=OnCall(rota=("bo",), shift=DAY, starts=NOW + DAY))), {},
         "no", "yet"),
        ("on-call", catalog(team(on_call=OnCall(rota=("bo",), shift=DAY, starts=ROTA.starts,
                                                restrictions=OFFICE))), {}, "no", "17:00"),
        ("on-call", catalog(team(on_call=OnCall(
            rota=("bo",), shift=DAY, starts=ROTA.starts, restrictions=OFFICE,
            layers=(Layer(name="rest", rota=("ana",)),)))), {}, "yes", "bo"),
        ("on-call", catalog(services={}, product_areas={}), {}, "does-not-apply", "owns nothing"),
        ("contact", catalog(team(contacts={})), {}, "no", "no contact"),
        ("drill", catalog(), {"drills": ()}, "no", "no drill in the last 90 days"),
        ("drill", catalog(), {"drills": (), "young": True}, "does-not-apply", "younger"),
        ("drill", catalog(), {"drills": (), "young": None}, "unknown", "record"),
        ("drill", catalog(), {"drills": None, "why_no_record": "git refuses."}, "unknown",
         "Git refuses."),
        ("drill", catalog(), {"drills": (Drilled(TODAY, None, None),)}, "unknown", "not said"),
        ("drill", catalog(), {"drills": (Drilled(TODAY, "x", ("all",)),)}, "no", "no drill"),
        ("drill", catalog(services=service(lifecycle="retired")), {}, "does-not-apply", "no serv"),
        ("runbook", catalog(runbooks={}), {}, "does-not-apply", "no runbook"),
        ("runbook", catalog(), {"drills": (Drilled(TODAY, "x", ("all",)),)}, "yes", "all."),
        ("runbook", catalog(), {"drills": (Drilled(TODAY, "core", ()),)}, "no", "all"),
        ("runbook", catalog(), {"drills": (Drilled(TODAY, "core", None),)}, "unknown", "not said"),
        ("reviewed", catalog(services=service(reviewed=None)), {}, "no", "Never reviewed: api"),
        ("reviewed", catalog(services=service(reviewed=TODAY - 366 * DAY)), {}, "no", "year"),
        ("reviewed", catalog(services=service(reviewed=TODAY - 365 * DAY)), {}, "yes", "1 service"),
        ("reviewed", catalog(unread=(Unread("service", "services/x.yaml", None),)), {}, "unknown",
         "faults"),
        ("retrospectives", catalog(), {"retrospectives": (Owed("inc-1", "core"),)}, "no", "inc-1"),
        ("retrospectives", catalog(), {"retrospectives": (Owed("inc-1", "x"),)}, "yes", "None"),
        ("retrospectives", catalog(), {"retrospectives": None}, "unknown", "record"),
        ("actions", catalog(), {"actions": (Owed("k7f-1", "AA"),)}, "no", "k7f-1"),
        ("actions", catalog(), {"actions": (Owed("k7f-1", "Ana A "), Owed("z", "zed"))}, "no",
         "Overdue: k7f-1."),
        ("actions", catalog(), {"actions": None}, "unknown", "retros/"),
    ],
)  # fmt: skip
def test_each_answer(name, of, looked, state, reason):
    got, why = answer(name, of, **looked)
    assert got == state
    assert reason in why


def test_what_a_file_with_faults_may_say_is_unknown():
    unread = Unread("team", "teams/core.yaml", frozenset({"core"}))
    of = catalog(team(contacts={}, on_call=None), unread=(unread,))
    assert answer("contact", of)[0] == answer("on-call", of)[0] == "unknown"
    assert answer("owner", of)[0] == "yes"


def test_an_owner_without_a_file_is_scored_and_fails():
    of = catalog(services={**service(), "web": Service(name="web", owner="ghosts")})
    found = {each.team: each for each in scores(of, Looked(NOW, TODAY, drills=(PLAYED,)))}
    assert set(found) == {"core", "ghosts"}
    assert found["ghosts"].named("no") == ["owner", "on-call", "contact", "drill", "reviewed"]
    unknown = catalog(
        services={"web": Service(name="web", owner="ghosts")},
        unread=(Unread("team", "teams/x.yaml", None),),
    )
    found = {each.team: each for each in scores(unknown, Looked(NOW, TODAY))}
    assert found["ghosts"].named("unknown") == ["owner", "on-call", "contact"]
    assert found["ghosts"].percent is not None
    assert found["ghosts"].percent < 50
