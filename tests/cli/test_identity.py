"""Who acts is whom git would name here: in this worktree and with this environment."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.usefixtures("run")

GRETA, DEEPAK = "greta@astronomy-shop.example", "deepak@astronomy-shop.example"


@pytest.fixture
def commander(run):
    def declared() -> str:
        result = run("declare", "checkout is down", "--no-input", "--json")
        assert result.code == 0, result.err
        return result.json["commander"]

    return declared


def author(git, folder) -> str:
    return git(folder, "log", "-1", "--format=%ae", "incident-log").strip()


@pytest.fixture
def worktree(team, git, monkeypatch):
    """A second worktree of the team's repository, in which the test stands."""
    git(team, "config", "extensions.worktreeConfig", "true")
    folder = team.with_name("second")
    git(team, "worktree", "add", "-q", str(folder), "-b", "second")
    monkeypatch.chdir(folder)
    return folder


def test_a_worktree_may_have_an_identity_of_its_own(commander, worktree, team, git, monkeypatch):
    git(worktree, "config", "--worktree", "user.email", DEEPAK)
    assert commander() == "deepak"
    assert author(git, team) == DEEPAK
    monkeypatch.chdir(team)
    assert commander() == "greta"


@pytest.mark.parametrize("condition", ["onbranch:second", "gitdir:**/worktrees/second"])
def test_what_git_includes_in_a_worktree_counts(commander, worktree, team, git, condition):
    included = team.with_name("included")
    included.write_text(f"[user]\n\temail = {DEEPAK}\n")
    git(team, "config", f"includeIf.{condition}.path", str(included))
    assert commander() == git(worktree, "config", "user.email").strip().partition("@")[0]
    assert author(git, team) == DEEPAK


def test_the_doctor_tells_the_identity_of_the_worktree(run, worktree, git):
    git(worktree, "config", "--worktree", "user.email", DEEPAK)
    assert f"you are deepak ({DEEPAK})" in run("doctor").out


def configure(monkeypatch, **settings: str) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", str(len(settings)))
    for n, (key, value) in enumerate(settings.items()):
        monkeypatch.setenv(f"GIT_CONFIG_KEY_{n}", key)
        monkeypatch.setenv(f"GIT_CONFIG_VALUE_{n}", value)


def test_configuration_from_the_environment_counts(commander, team, git, monkeypatch):
    configure(monkeypatch, **{"user.email": DEEPAK})
    assert commander() == "deepak"
    assert author(git, team) == DEEPAK


def test_the_environment_can_say_where_a_remote_is(
    run, commander, team, git, tmp_path, monkeypatch
):
    hub = tmp_path / "hub.git"
    git(team, "init", "-q", "--bare", "--template=", str(hub))
    git(team, "push", "-q", str(hub), "main")
    git(team, "remote", "add", "origin", "https://forge.invalid/team.git")
    (team / "incidentctl.yaml").write_text("organisation: Shop\nrecord: {remote: origin}\n")
    configure(monkeypatch, **{f"url.{hub}.insteadOf": "https://forge.invalid/team.git"})
    commander()
    assert run("sync").code == 0
    assert git(hub, "log", "-1", "--format=%s", "incident-log")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COUNT", "two"),
        ("COUNT", "3"),
        ("COUNT", "9" * 5000),
        ("KEY_0", "email"),
        ("KEY_0", "a_b.c"),
    ],
)
def test_configuration_that_git_would_refuse_costs_no_event(commander, monkeypatch, name, value):
    configure(monkeypatch, **{"user.email": DEEPAK})
    monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    assert commander() == "greta"
