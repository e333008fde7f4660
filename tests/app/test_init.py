"""`init` writes a repository that is ready at every tier, and never overwrites."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time

import pytest

from incidentctl.app.catalog.who import on_call_now
from incidentctl.app.setup.catalog import Request
from incidentctl.app.setup.init import founder_at, initialise, remotes_at
from incidentctl.app.setup.init_input import Founder, Group
from incidentctl.domain.lint.rules import registry
from incidentctl.domain.process.resolution import (
    TIERS,
    Case,
    missing,
    recommend_for,
    resolve,
    tier_in_force,
)
from incidentctl.errors import UsageError
from incidentctl.files.catalog.loader import load

ALICE = Founder("alice", "Alice Example", "alice@example.com")
TODAY = date(2026, 11, 26)  # a Thursday
NOW = datetime.combine(TODAY, time(12), UTC)


def run(root, request, **options):
    return initialise(root, request, ALICE, now=NOW, **options)


def contents(root):
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("services", [(), ("auth-api", "oauth2-db")])
@pytest.mark.parametrize("tier", [None, *(tier.name for tier in TIERS)])
def test_what_it_writes_is_whole_at_every_tier(tmp_path, tier, services):
    run(
        tmp_path, Request(organisation="Acme", teams=(Group("core"),), services=services, tier=tier)
    )
    catalog, problems = load(tmp_path)
    assert problems == []
    assert registry.run(catalog, today=TODAY) == []  # also nothing that --strict refuses
    assert catalog.settings.organisation == "Acme"
    assert set(catalog.services) == set(services)
    in_force = tier or "single"
    assert tier_in_force(catalog) == in_force
    assert recommend_for(catalog).tier == in_force  # nothing to warn of: as much as the count asks
    assert missing(catalog, in_force) == []
    if in_force != "single":
        reached = {name for area in catalog.product_areas.values() for name in area.all_services}
        assert reached == set(services)
    for severity in catalog.scale.severities:
        for area in [(), *((name,) for name in catalog.product_areas)]:
            answer = resolve(catalog, Case(severity.name, area)).answers[0]
            assert answer.own
            assert not answer.rivals


@pytest.mark.parametrize("count", [0, 1, 5, 6, 30, 31])
def test_the_runbooks_are_those_of_the_count(tmp_path, count):
    run(tmp_path, Request(services=tuple(f"s{number}" for number in range(count))))
    catalog, problems = load(tmp_path)
    assert problems == []
    expected = {0: 1, 1: 1, 5: 1, 6: 2, 30: 2, 31: 5}[count]
    assert len(catalog.runbooks) == expected


def test_the_expected_count_decides_and_is_written(tmp_path):
    run(tmp_path, Request(services=("a",), expected_services=40))
    catalog, _ = load(tmp_path)
    assert catalog.settings.expected_services == 40
    assert catalog.settings.tier is None
    assert len(catalog.runbooks) == 5


@pytest.mark.parametrize("hour", [0, 8, 9, 23])
@pytest.mark.parametrize("day", range(23, 30))
def test_whoever_runs_it_is_on_call_at_once(tmp_path, day, hour):
    now = datetime(2026, 11, day, hour, 22, tzinfo=UTC)
    request = Request(teams=(Group("core"),), services=("a",))
    initialise(tmp_path, request, ALICE, now=now)
    catalog, _ = load(tmp_path)
    (first,) = on_call_now(catalog, catalog.teams["core"], now).layers
    assert [person.handle for person in first.people] == ["alice"]


def test_whoever_runs_it_is_member_lead_on_call_and_contact(tmp_path):
    run(tmp_path, Request(teams=(Group("core"),), services=("a",)))
    catalog, _ = load(tmp_path)
    team = catalog.teams["core"]
    assert [(m.handle, m.name, m.email) for m in team.members] == [ALICE]
    assert team.lead == "alice"
    assert team.on_call.rota == ("alice",)
    assert team.on_call.starts.isoformat() == "2026-11-23T09:00:00"  # this week's Monday
    assert team.contacts == {"email": "alice@example.com"}
    assert catalog.services["a"].owner == "core"


def test_git_and_the_systems_user_tell_who(tmp_path, git):
    git(tmp_path, "init", "-q")
    git(tmp_path, "config", "user.email", "bob@example.com")
    assert founder_at(tmp_path, os.environ) == ("bob", "Alice Example", "bob@example.com")
    nobody = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "USER": "carol"}
    (tmp_path / "sub").mkdir()
    git(tmp_path, "config", "--unset", "user.email")
    assert founder_at(tmp_path / "sub", nobody) == ("carol", None, None)


def test_an_area_gets_the_services_it_was_given_and_no_others(tmp_path):
    areas = (Group("login", ("a",)), Group("shop"))
    done = run(
        tmp_path, Request(services=("a", "b", "c"), areas=areas, tier="per-severity-and-area")
    )
    catalog, problems = load(tmp_path)
    assert problems == []
    assert registry.run(catalog, today=TODAY) == []
    assert catalog.product_areas["login"].services == ("a",)
    assert catalog.product_areas["shop"].services == ()
    assert not catalog.services["b"].faces_customers
    assert any("No product area names b, c" in note for note in done.notes)
    assert len(catalog.runbooks) == 15


def test_several_teams_own_what_they_were_given_and_the_first_one_the_rest(tmp_path):
    teams = (Group("core"), Group("shop", ("cart",)))
    done = run(tmp_path, Request(teams=teams, services=("api", "cart")))
    catalog, problems = load(tmp_path)
    assert problems == []
    assert registry.run(catalog, today=TODAY) == []
    assert {s.name: s.owner for s in catalog.services.values()} == {"api": "core", "cart": "shop"}
    assert any("alice is also on call for shop" in note for note in done.notes)


def checked(root):
    catalog, problems = load(root)
    assert problems == []
    return catalog, [finding.code for finding in registry.run(catalog, today=TODAY)]


@pytest.mark.parametrize("tier", [tier.name for tier in TIERS])
def test_in_a_catalog_only_what_was_asked_for_is_added_and_it_lints_clean(tmp_path, tier):
    run(tmp_path, Request(teams=(Group("core"),), services=("api",), tier=tier))
    (tmp_path / "README.md").unlink()
    done = run(tmp_path, Request(services=("cart",), areas=(Group("buying", ("cart",)),)))
    added = ["services/cart.yaml", "product_areas/buying.yaml"]
    if tier == "per-severity-and-area":
        added += [f"runbooks/buying-sev{number}.yaml" for number in range(1, 6)]
    assert (list(done.written), done.kept) == (added, ())
    catalog, codes = checked(tmp_path)
    assert codes == []
    assert catalog.services["cart"].owner == "core"


def test_in_a_catalog_a_new_team_and_its_service(tmp_path):
    run(tmp_path, Request(teams=(Group("core"),), services=("api",)))
    asked = Request(teams=(Group("shop", ("cart", "api")),), services=("cart",))
    done = run(tmp_path, asked)
    assert done.written == ("teams/shop.yaml", "services/cart.yaml")
    assert done.notes == ("api still belongs to core: change it in services/api.yaml.",)
    catalog, codes = checked(tmp_path)
    assert codes == []
    assert catalog.services["cart"].owner == "shop"


def test_in_a_catalog_of_several_teams_the_owner_must_be_clear(tmp_path):
    teams = (Group("core"), Group("shop", ("cart",)))
    run(tmp_path, Request(teams=teams, services=("api", "cart")))
    before = contents(tmp_path)
    with pytest.raises(UsageError, match=r"Which team owns mail\? The catalog has core, shop\."):
        run(tmp_path, Request(services=("mail",)))
    assert contents(tmp_path) == before
    run(tmp_path, Request(areas=(Group("buying", ("cart",)),)))  # its service says whose it is
    assert load(tmp_path)[0].product_areas["buying"].owner == "shop"


def test_a_catalog_without_settings_is_completed(tmp_path):
    (tmp_path / "teams").mkdir()
    (tmp_path / "teams/core.yaml").write_text("name: core\nmembers: [{handle: bob}]\n")
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks/a.yaml").write_text("{name: a, steps: [{id: a, title: Act}]}\n")
    done = run(tmp_path, Request(organisation="Acme"))
    assert "incidentctl.yaml" in done.written
    assert not any(path.startswith(("teams/", "runbooks/")) for path in done.written)
    assert load(tmp_path)[1] == []


def test_settings_of_a_catalog_are_left_alone_and_told(tmp_path):
    run(tmp_path, Request(teams=(Group("core"),)))
    done = run(tmp_path, Request(organisation="Other", remote="origin"))
    assert done.written == ()
    (note,) = done.notes
    assert note == (
        "incidentctl.yaml was left alone: write `organisation: Other` and "
        "`record: {remote: origin}` there."
    )


def test_a_service_that_no_area_names_is_not_what_customers_meet(tmp_path):
    run(tmp_path, Request(services=("a", "b"), areas=(Group("login", ("a",)),)))
    catalog, _ = load(tmp_path)
    assert catalog.services["a"].faces_customers
    assert not catalog.services["b"].faces_customers
    assert registry.run(catalog, today=TODAY) == []


def test_nothing_is_overwritten_and_the_second_time_writes_nothing(tmp_path):
    request = Request(
        organisation="Acme", teams=(Group("core"),), services=("a",), tier="critical-split"
    )
    (tmp_path / "README.md").write_text("mine\n")
    (tmp_path / "services").mkdir()
    (tmp_path / "services/A.yaml").write_text("name: A\nowner: core\n")
    first = run(tmp_path, request)
    assert set(first.kept) == {"README.md", "services/A.yaml"}
    before = contents(tmp_path)
    second = run(tmp_path, request)
    assert second.written == ()
    assert set(second.kept) == {"teams/core.yaml", "services/A.yaml"}
    assert contents(tmp_path) == before


def test_an_own_gitignore_is_left_alone_and_what_it_lacks_is_told(tmp_path):
    (tmp_path / ".gitignore").write_text("incidents/\n")
    done = run(tmp_path, Request())
    assert (tmp_path / ".gitignore").read_text() == "incidents/\n"
    assert done.notes == ("Add to your .gitignore: drills/*.private.yaml.",)


def test_where_it_is_set_up_already_no_team_is_invented(tmp_path):
    run(tmp_path, Request(teams=(Group("core"),)))
    done = run(tmp_path, Request())
    assert done.written == ()
    assert not (tmp_path / "teams/responders.yaml").exists()
    assert any("scaffold" in note for note in done.notes)


def test_a_repository_is_made_only_where_there_is_none(tmp_path, git):
    inner = tmp_path / "new" / "repository"
    run(inner, Request(), environment=os.environ)
    assert git(inner, "rev-parse", "--show-toplevel").strip() == str(inner.resolve())
    assert git(inner, "status", "--porcelain", "--ignored=no")
    nested = inner / "sub"
    done = run(nested, Request(), environment=os.environ)
    assert not (nested / ".git").exists()
    assert not (nested / ".github").exists()
    assert any("CI" in note for note in done.notes)


def test_without_an_environment_no_repository_is_made(tmp_path):
    run(tmp_path, Request())
    assert not (tmp_path / ".git").exists()


def test_schemas_are_written_and_named_by_paths_that_exist(tmp_path):
    run(tmp_path, Request(services=("a",), tier="critical-split"))
    named = 0
    for path in tmp_path.rglob("*.yaml"):
        first = path.read_text().splitlines()[0]
        if first.startswith("# yaml-language-server: $schema="):
            assert (path.parent / first.partition("=")[2]).is_file()
            named += 1
    assert named == 7  # one of each kind, and a second runbook


def test_the_remote_and_the_remotes(tmp_path, git):
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "upstream", "https://example.com/x.git")
    assert remotes_at(tmp_path, os.environ) == ["upstream"]
    run(tmp_path, Request(remote="upstream"))
    assert load(tmp_path)[0].settings.record.remote == "upstream"
