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


@pytest.mark.parametrize(
    "word",
    [
        "deepak",
        "@deepak",
        "Deepak",
        "DEEPAK@astronomy-shop.example",
        "Deepak Raman",
        " deepak  raman",
    ],
)
def test_a_handle_an_email_or_a_name_in_any_case_finds_the_person(run, show, opened, word):
    run("log", "a note", "--as", word)
    assert show()["timeline"][-1]["by"] == "deepak"
    assert run("assign", "mitigator", word).code == 0
    assert [held["person"] for held in show()["roles"] if held["role"] == "mitigator"] == ["deepak"]
    assert run("task", "add", "look", "--person", word).code == 0
    assert run("handover", word).code == 0
    assert show()["offered"]["person"] == "deepak"


def test_a_name_that_is_nearly_somebody_s_is_refused_and_the_text_echoed(run, show, opened):
    before = len(show()["timeline"])
    refused = run("log", "rolled back", "--as", "depak")
    assert refused.code == 3
    assert "There is no person 'depak'." in refused.err
    assert "Did you mean 'deepak'?" in refused.err
    assert "rolled back" in refused.err
    assert len(show()["timeline"]) == before


def test_declaring_as_nobody_is_never_refused_and_that_person_goes_on(run, show):
    declared = run("declare", "slow", "--no-input", "--as", "depak")
    assert declared.code == 0
    assert "depak is in no team of the catalog" in declared.err
    assert run("log", "a note", "--as", "depak").code == 0
    assert show()["timeline"][-1]["by"] == "depak"


@pytest.mark.parametrize("word", ["Zed of the vendor", "zed@vendor.example", "qqq"])
def test_a_stranger_is_recorded_and_told_once(run, show, opened, word):
    logged = run("log", "a note", "--as", word)
    assert (logged.code, logged.err.count("is in no team of the catalog")) == (0, 1)
    assert show()["timeline"][-1]["by"] == word


@pytest.mark.parametrize("words", [("log", "x"), ("update", "x"), ("status", "identified")])
def test_every_command_tells_that_git_s_person_is_nobody_of_the_catalog(
    run, opened, team, git, words
):
    assert "no member of the catalog" not in run(*words).err
    git(team, "config", "user.email", "guest@example.com")
    assert run(*words).err.count("no member of the catalog has the e-mail guest@example.com") == 1
    assert "no member of the catalog" not in run("list").err


def test_outside_of_every_repository_git_s_person_counts_from_the_first_command(
    command, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "none" / "so" / "far"))
    result = command("declare", "the transmitter is silent", "--no-input")
    assert (result.code, "note: " in result.err) == (0, False), result.err
    log = command("log")
    assert "Alice Example" in log.out
