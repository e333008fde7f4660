from __future__ import annotations

import hashlib
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.ids import ulid
from incidentctl.git.author import Author
from incidentctl.record.write import outbox
from incidentctl.record.write.outbox import Action

ROOT = Path(__file__).parents[2]
SECRET = "Mallory reads the payroll"


@pytest.fixture
def elsewhere(tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


@pytest.fixture
def local(run, team, elsewhere, monkeypatch):
    """The state of an incident that was declared and worked on where no repository is."""
    monkeypatch.chdir(elsewhere)
    assert run("declare", "the VPN is down", "--as", "omar").code == 0
    run("log", "called the vendor")
    state = run("show", "--json").json
    monkeypatch.chdir(team)
    return state


def test_it_moves_incidents_with_their_ids_and_times(run, local, show, git, team, log_md):
    result = run("adopt", "--json")
    assert result.code == 0, result.err
    answer = result.json
    assert answer["schema"] == "incidentctl/adopt/1"
    assert answer["incidents"] == {local["id"]: len(local["timeline"])}
    assert answer["commit"] == git(team, "rev-parse", "incident-log").strip()
    state = show()
    kept = ("event", "at", "recorded", "by", "kind", "text")
    assert [[e[key] for key in kept] for e in state["timeline"]] == [
        [e[key] for key in kept] for e in local["timeline"]
    ]
    assert state["commander"] == "omar"
    assert "called the vendor" in log_md(local["id"])


def test_it_says_who_of_the_catalog_somebody_is(run, team, elsewhere, show, monkeypatch):
    monkeypatch.chdir(elsewhere)
    run("declare", "the VPN is down", "--as", "Abena@astronomy-shop.example")
    run("assign", "mitigator", "omar@astronomy-shop.example")
    for name, email in (("Greta", "greta@astronomy-shop.example"), ("Zed", "zed@vendor.example")):
        monkeypatch.setenv("GIT_AUTHOR_NAME", name)
        monkeypatch.setenv("GIT_AUTHOR_EMAIL", email)
        run("log", f"{name} called the vendor")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Greta")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "greta@astronomy-shop.example")
    before = {entry["event"] for entry in run("show", "--json").json["timeline"]}
    monkeypatch.chdir(team)
    assert run("adopt").code == 0
    state = show()
    assert state["commander"] == "abena"
    assert ("mitigator", "omar") in {(held["role"], held["person"]) for held in state["roles"]}
    entries = {entry["event"]: entry for entry in state["timeline"]}
    assert before <= entries.keys()  # every event keeps its id
    assert any(entry["text"].endswith(" is abena") for entry in entries.values())
    number = len(entries)
    run("adopt")
    assert len(show()["timeline"]) == number


def test_twice_moves_nothing(run, local):
    assert run("adopt").code == 0
    result = run("adopt")
    assert result.code == 3
    assert "nothing to adopt" in result.err


def test_the_local_copy_is_over(run, local, elsewhere, monkeypatch):
    run("adopt")
    monkeypatch.chdir(elsewhere)
    assert run("list", "--json").json["incidents"] == []
    (head,) = run("list", "--all", "--json").json["incidents"]
    assert head["status"] == "cancelled"


def test_only_the_one_that_was_named(run, local, elsewhere, monkeypatch, team):
    monkeypatch.chdir(elsewhere)
    second = run("declare", "another").out.strip()
    monkeypatch.chdir(team)
    assert list(run("adopt", second, "--json").json["incidents"]) == [second]
    assert [h["id"] for h in run("list", "--json").json["incidents"]] == [second]
    assert list(run("adopt", "--json").json["incidents"]) == [local["id"]]


def test_without_a_team_s_repository_it_is_refused(run, local, elsewhere, monkeypatch):
    monkeypatch.chdir(elsewhere)
    result = run("adopt")
    assert result.code == 5
    assert "-C" in result.err


def test_with_nothing_local(run):
    assert run("adopt").code == 3


# --- restricted incidents ------------------------------------------------------------------------


@pytest.fixture
def shared(run, team, git, tmp_path):
    """The team's repository, shared through `origin`; returns what a bare remote holds."""
    marker = team / "incidentctl.yaml"
    marker.write_text(marker.read_text().replace("record: {", "record: {remote: origin, "))
    git(team, "commit", "-qam", "Share the record")
    bare = tmp_path / "origin.git"
    git(tmp_path, "clone", "-q", "--bare", str(team), str(bare))
    git(team, "remote", "add", "origin", str(bare))
    return bare


def declare_restricted(run, *more):
    done = run("declare", SECRET, "--restricted", "--no-input", "-s", "SEV3", *more)
    assert done.code == 0, done.err
    return done.out.strip()


def test_a_restricted_incident_stays_restricted(run, git, team, shared, elsewhere, monkeypatch):
    monkeypatch.setenv("CI", "true")  # so that all is exchanged before a command ends
    monkeypatch.chdir(elsewhere)
    ident = declare_restricted(run)
    other = run("declare", "the VPN is down", "--no-input").out.strip()
    run("log", "-i", ident, "asked the lawyers")
    monkeypatch.chdir(team)
    adopted = run("adopt")
    assert adopted.code == 0, adopted.err
    (line,) = [line for line in adopted.out.splitlines() if ident in line]
    assert "restricted" in line
    assert run("sync").code == 0
    for folder in (team, shared):
        everywhere = git(folder, "log", "-p", "--branches", "--remotes")
        assert "the VPN is down" in everywhere
        assert SECRET not in everywhere
        assert ident not in everywhere
    assert not [path for path in team.rglob("*.md") if SECRET in path.read_text()]
    assert run("show", ident, "--json").json["restricted"] is True
    assert run("show", other, "--json").json["restricted"] is False
    assert "asked the lawyers" in run("log", "-i", ident).out
    assert SECRET in git(team, "log", "-p", "refs/incidentctl/restricted")


def test_what_comes_later_to_a_restricted_incident_is_restricted(
    run, git, team, elsewhere, monkeypatch
):
    monkeypatch.chdir(elsewhere)
    ident = declare_restricted(run)
    monkeypatch.chdir(team)
    assert run("adopt").code == 0
    monkeypatch.chdir(elsewhere)
    assert run("log", "-i", ident, SECRET).code == 0
    monkeypatch.chdir(team)
    assert run("adopt", "--json").json["incidents"] == {ident: 1}
    assert SECRET not in git(team, "log", "-p", "--branches")
    assert run("log", "-i", ident).out.count(SECRET) > 1


def test_what_the_restricted_part_could_not_take_comes_home_restricted(run, git, team, monkeypatch):
    """Its own outbox is in the user's folder, under the path from before the repository moved."""
    ident = declare_restricted(run)
    restricted = team / ".git/incidentctl/restricted"
    restricted.rename(restricted.with_name("aside"))
    restricted.write_text("in the way")
    second = declare_restricted(run)
    assert run("log", "-i", ident, "asked the lawyers").code == 0
    restricted.unlink()
    restricted.with_name("aside").rename(restricted)
    moved = team.with_name("moved")
    team.rename(moved)
    monkeypatch.chdir(moved)
    assert run("adopt", "--json").json["incidents"] == {ident: 1}
    assert list(run("adopt", second, "--json").json["incidents"]) == [second]
    assert run("adopt").code == 3
    for each in (ident, second):
        assert run("show", each, "--json").json["restricted"] is True
    assert "asked the lawyers" in run("log", "-i", ident).out
    assert SECRET not in git(moved, "log", "-p", "--branches")


def wait_unsure(folder, incident, text=SECRET):
    """Let something wait for a place; return its file."""
    now = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
    event = Event(ulid(int(now.timestamp() * 1000), 7), now, now, "alice", facts.Noted(text))
    return outbox.write(folder, Action(incident, (event,), Author("Alice", "a@x"), "noted"))


UNKNOWN = "inc-20261128-1200-abc"


@pytest.mark.parametrize("where", ["here", "another path", "an earlier version"])
def test_what_nobody_knows_a_place_for_comes_home_restricted(run, git, team, where):
    """`adopt` takes it when it is named, and never into what everybody reads."""
    run("declare", "search is slow", "--no-input")
    state = Path(os.environ["XDG_STATE_HOME"]) / "incidentctl/restricted/unsure"
    by_path = hashlib.sha256(os.fsencode((team / ".git").resolve())).hexdigest()[:16]
    folder = {
        "here": team / ".git/incidentctl/restricted/unsure",
        "another path": state / f"outbox-{'0' * 16}-{'1' * 16}",
        "an earlier version": state / f"outbox-{by_path}",
    }[where]
    path = wait_unsure(folder, UNKNOWN)
    run("log", "restarted it")
    assert run("adopt").code == 3
    assert path.is_file()
    done = run("adopt", UNKNOWN)
    assert done.code == 0, done.err
    assert f"{UNKNOWN}  1 event adopted, restricted" in done.out
    assert not path.exists()
    assert run("show", UNKNOWN, "--json").json["restricted"] is True
    assert SECRET in git(team, "log", "-p", "refs/incidentctl/restricted")
    assert SECRET not in git(team, "log", "-p", "--branches", "refs/incidentctl/log")
    assert run("adopt").code == 3


def test_what_waits_for_a_place_comes_where_its_incident_is(run, git, team):
    ident = run("declare", "search is slow", "--no-input").out.strip()
    restricted = declare_restricted(run)
    state = Path(os.environ["XDG_STATE_HOME"]) / "incidentctl/restricted/unsure"
    wait_unsure(state / "outbox-0123456789abcdef", ident, "restarted it")
    wait_unsure(team / ".git/incidentctl/restricted/unsure", restricted, "asked the lawyers")
    assert run("adopt", "--json").json["incidents"] == {ident: 1, restricted: 1}
    assert "restarted it" in git(team, "log", "-p", "incident-log")
    assert "asked the lawyers" not in git(team, "log", "-p", "incident-log")
    assert "asked the lawyers" in run("log", "-i", restricted).out


def test_what_another_repository_left_at_this_path_is_told_and_comes_by_its_name(run, git, team):
    """Also what a version kept that named it by the path alone."""
    by_path = hashlib.sha256(os.fsencode((team / ".git").resolve())).hexdigest()[:16]
    state = Path(os.environ["XDG_STATE_HOME"]) / "incidentctl"
    path = wait_unsure(state / f"outbox-{by_path}", UNKNOWN, "TEAM A")
    for command in (
        ["declare", "search is slow", "--no-input"], ["log", "restarted it"], ["list"], ["watch"],
        ["sync"],
    ):  # fmt: skip
        result = run(*command)
        assert f"1 command of {UNKNOWN} in {path.parent}" in result.out + result.err, command
    assert "TEAM A" not in git(team, "log", "-p", "incident-log")
    assert run("adopt").code == 3
    assert path.is_file()
    assert run("adopt", UNKNOWN, "--json").json["incidents"] == {UNKNOWN: 1}
    assert "TEAM A" in git(team, "log", "-p", "incident-log")
    listed = run("list")
    assert (listed.code, "search is slow" in listed.out) == (0, True)
    assert "incidentctl adopt" not in listed.err


# --- a second repository -------------------------------------------------------------------------


@pytest.fixture
def second(tmp_path, git):
    """Another team's repository."""
    folder = tmp_path / "second"
    shutil.copytree(ROOT / "examples/startup", folder)
    git(folder, "init", "-q")
    return folder


def test_what_one_team_has_adopted_is_not_another_team_s(run, local, second, team):
    assert run("adopt").code == 0
    nothing = run("-C", str(second), "adopt")
    assert nothing.code == 3, nothing.out
    result = run("-C", str(second), "adopt", local["id"])
    assert result.code == 5
    assert f"{local['id']} was adopted" in result.err
    assert str(team) in result.err
    assert " UTC" in result.err
    assert run("-C", str(second), "list", "--all", "--json").json["incidents"] == []


def test_what_comes_later_follows_only_to_where_the_incident_is(
    run, local, second, team, elsewhere, monkeypatch
):
    assert run("adopt").code == 0
    monkeypatch.chdir(elsewhere)
    assert run("reopen", local["id"], "it is down again").code == 0
    assert run("log", "called the vendor again", "-i", local["id"]).code == 0
    assert run("-C", str(second), "adopt").code == 3
    assert run("-C", str(second), "adopt", local["id"]).code == 5
    assert run("list", "--json").json["incidents"]  # nobody has ended it
    monkeypatch.chdir(team)
    assert run("adopt", "--json").json["incidents"] == {local["id"]: 2}
    assert run("-C", str(second), "adopt").code == 3
    assert "called the vendor again" in run("log", "-i", local["id"]).out
    monkeypatch.chdir(elsewhere)
    assert run("list", "--json").json["incidents"] == []


def test_others_that_a_name_fits_are_adopted_all_the_same(
    run, local, second, elsewhere, monkeypatch
):
    assert run("adopt").code == 0
    monkeypatch.chdir(elsewhere)
    fresh = run("declare", "another", "--no-input").out.strip()
    assert list(run("-C", str(second), "adopt", "inc-", "--json").json["incidents"]) == [fresh]


def test_a_part_of_an_id_takes_nothing_that_waits_for_another_team(run, team, tmp_path, git):
    """Also where it would fit: whoever types `inc` means their own."""
    home = Path(os.environ["XDG_STATE_HOME"]) / "incidentctl"
    other = tmp_path / "other"
    shutil.copytree(team, other)
    shutil.rmtree(other / ".git" / "incidentctl", ignore_errors=True)
    folder = home / "outbox-0123456789abcdef-fedcba9876543210"
    folder.mkdir(parents=True)
    declared = run("-C", str(other), "declare", "secret of another team", "--no-input").out.strip()
    for kept in (other / ".git/incidentctl/kept").glob(f"*{declared}"):
        shutil.move(kept, folder / kept.name)
    assert run("adopt", "inc").code == 3
    assert list(folder.iterdir())
    assert list(run("adopt", declared, "--json").json["incidents"]) == [declared]
