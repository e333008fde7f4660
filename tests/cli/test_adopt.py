import pytest


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
