import os
import re
import subprocess
from pathlib import Path

import pytest

KEYS = {
    "id", "kind", "title", "severity", "commander", "owner", "services", "product_area", "tier",
    "runbooks", "reason", "commit", "catalog_commit", "log", "next_update",
}  # fmt: skip


def test_a_title_is_enough(run, show):
    result = run("declare", "login", "is", "down")
    assert result.code == 0
    ident = result.out.strip()
    assert re.fullmatch(r"inc-\d{8}-\d{4}-[a-z0-9]{3}", ident)
    first = result.err.splitlines()[0]
    assert first == f"recorded {ident}: declared; greta is the commander"
    state = show()
    assert state["title"] == "login is down"
    assert (state["severity"], state["confirmed"]) == ("SEV2", False)
    assert state["roles"][0]["role"] == "commander"
    assert state["roles"][0]["person"] == "greta"
    assert state["services"] == []
    assert state["steps"]


def test_every_flag_is_recorded(run, show):
    result = run(
        "declare", "orders are lost", "--severity", "sev1", "--affects", "checkout",
        "--affects", "kafka", "--category", "data-loss", "--reported-by", "customer",
        "--at", "10 minutes ago", "--no-walk", "--no-input", "--as", "omar", "--json",
    )  # fmt: skip
    assert result.code == 0, result.err
    answer = result.json
    assert set(answer) >= KEYS
    assert answer["schema"] == "incidentctl/declare/1"
    assert answer["severity"] == "SEV1"
    assert answer["commander"] == "omar"
    assert answer["services"] == ["checkout", "kafka"]
    assert answer["owner"]
    assert answer["tier"] == "critical-split"
    assert answer["runbooks"] == ["critical"]
    assert "SEV1" in answer["reason"]
    assert answer["log"].endswith(f"/{answer['id']}/log.md")
    state = show()
    assert (state["confirmed"], state["critical"]) == (True, True)
    assert state["category"] == "data-loss"
    assert state["reported_by"] == "customer"
    assert state["declared"] < state["timeline"][0]["recorded"]


def test_json_names_the_commits(run, team, git):
    answer = run("declare", "x", "--json").json
    assert answer["commit"] == git(team, "rev-parse", "incident-log").strip()
    assert answer["catalog_commit"] == git(team, "rev-parse", "HEAD").strip()
    assert git(team, "cat-file", "-t", f"incident-log:{answer['log']}").strip() == "blob"


@pytest.mark.parametrize(
    ("flags", "note"),
    [
        (["-s", "SEV9"], "There is no severity 'SEV9'"),
        (["-s", "SEVV1"], "Did you mean 'SEV1'?"),
        (["--affects", "chekout"], "checkout"),
        (["--affects", "nothing-like-it"], "nothing-like-it"),
        (["--as", "stranger"], "stranger"),
    ],
)
def test_what_the_catalog_does_not_know_is_a_note(run, show, flags, note):
    result = run("declare", "x", *flags)
    assert result.code == 0
    assert note in result.err
    assert show()["title"] == "x"


def test_no_title_is_a_usage_error(run):
    for arguments in ([], [""], ["   "], ["", " "]):
        result = run("declare", *arguments)
        assert (result.code, result.out) == (2, "")
        assert "title" in result.err
    assert run("list", "--all", "--json").json["incidents"] == []


def test_a_drill(run, show):
    ident = run("declare", "practice", "--drill").out.strip()
    assert ident.startswith("drl-")
    assert show()["kind"] == "drill"


def test_a_backfill(run, show):
    result = run(
        "declare", "was down", "--backfill", "--at", "yesterday 13:40", "--resolved-at",
        "yesterday 14:10",
    )  # fmt: skip
    assert result.code == 0, result.err
    ident = result.out.strip()
    assert ident.startswith("bkf-")
    state = show(ident)
    assert (state["kind"], state["status"], state["open"]) == ("backfill", "resolved", False)
    assert state["next_update"] is None
    assert run("list", "--json").json["incidents"] == []


@pytest.mark.parametrize(
    "flags",
    [
        ["--backfill"],
        ["--backfill", "--at", "13:40"],
        ["--resolved-at", "13:40"],
        ["--drill", "--backfill", "--at", "13:40", "--resolved-at", "13:50"],
        ["--at", "teatime"],
        ["--at", "2999-01-01T10:00"],
    ],
)
def test_what_contradicts_itself_is_a_usage_error_and_echoes_the_title(run, flags):
    result = run("declare", "the till is stuck", *flags)
    assert result.code == 2
    assert "the till is stuck" in result.err
    assert run("list", "--all", "--json").json["incidents"] == []


def test_a_backfill_that_ends_before_it_begins_is_a_usage_error(run):
    result = run(
        "declare", "x", "--backfill", "--at", "yesterday 13:40", "--resolved-at", "yesterday 13:30"
    )
    assert result.code == 2


# --- who -----------------------------------------------------------------------------------------


def test_the_git_mail_names_the_member_whatever_its_case(run, team, git):
    git(team, "config", "user.email", "OMAR@astronomy-shop.example")
    assert run("declare", "x", "--json").json["commander"] == "omar"


def test_the_mail_in_the_environment_wins(run, monkeypatch):
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "joelle@astronomy-shop.example")
    assert run("declare", "x", "--json").json["commander"] == "joelle"


def test_a_stranger_may_declare(run, team, git, show):
    git(team, "config", "user.email", "visitor@example.com")
    result = run("declare", "x")
    assert result.code == 0
    assert "visitor@example.com" in result.err
    assert show()["commander"].startswith("tester@")


def test_nobody_needs_a_git_identity(run, team, git, show, monkeypatch):
    git(team, "config", "--unset", "user.email")
    git(team, "config", "--unset", "user.name")
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text("[safe]\n\tdirectory = *\n")
    result = run("declare", "x", "--json")
    assert result.code == 0
    assert result.json["commander"].startswith("tester@")
    assert result.json["commit"]


# --- where ---------------------------------------------------------------------------------------


def test_without_any_repository_it_is_recorded_locally(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = command("declare", "x", "--json")
    assert result.code == 0
    assert result.json["repository"] is None
    assert result.json["runbooks"]
    assert result.json["tier"] == "single"
    assert command("show", "--json").json["title"] == "x"
    assert list(tmp_path.iterdir()) == []


def test_the_variable_names_the_repository(command, team, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INCIDENTCTL_REPO", str(team))
    assert command("declare", "x", "--json").json["repository"] == str(team)


def test_dash_c_names_the_repository_and_wins(command, team, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INCIDENTCTL_REPO", str(tmp_path))
    assert command("-C", str(team), "declare", "x", "--json").json["repository"] == str(team)


def test_a_folder_below_the_root_will_do(command, team, monkeypatch):
    monkeypatch.chdir(team / "services")
    assert command("declare", "x", "--json").json["repository"] == str(team)
    assert command("log", "y").code == 0


def test_a_wrong_folder_refuses_reading_but_not_declaring(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in (str(tmp_path), "nowhere"):
        assert command("-C", folder, "list").code == 3
        result = command("-C", folder, "declare", f"x {folder}")
        assert result.code == 0
        assert "locally" in result.err


def test_the_default_repository_is_used_and_named(command, team, tmp_path, monkeypatch):
    assert command("use", str(team)).code == 0
    monkeypatch.chdir(tmp_path)
    result = command("declare", "x")
    assert f"{team} (your default" in result.err
    assert command("list", "--json").json["incidents"][0]["title"] == "x"


def test_in_another_service_s_checkout_nothing_is_written(
    command, team, tmp_path, git, monkeypatch
):
    other = tmp_path / "some-service"
    other.mkdir()
    git(other, "init", "-q")
    before = sorted(other.rglob("*"))
    monkeypatch.chdir(other)
    result = command("declare", "x")
    assert result.code == 0
    first = result.err.splitlines()[0]
    assert first == "Kept on this machine only: your team does not see it."
    assert "record kept locally" in result.err
    assert sorted(other.rglob("*")) == before
    command("use", str(team))
    assert command("declare", "y", "--json").json["repository"] == str(team)
    assert sorted(other.rglob("*")) == before


def test_a_marker_without_git_is_recorded_locally_and_says_so(command, tmp_path, monkeypatch):
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "incidentctl.yaml").write_text("organisation: Acme\n")
    monkeypatch.chdir(folder)
    result = command("declare", "x")
    assert result.code == 0
    assert "is not a git repository" in result.err
    assert command("log", "y").code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["incidentctl.yaml"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_repository_that_git_refuses_is_recorded_locally_and_says_so(command, team, monkeypatch):
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text("")
    subprocess.run(["chown", "-R", "65534", str(team)], check=True)
    monkeypatch.chdir(team)
    before = written(team / ".git")
    result = command("declare", "x")
    assert result.code == 0
    assert "somebody else" in result.err
    assert "kept locally" in result.err
    assert command("log", "y").code == 0
    assert written(team / ".git") == before


def written(folder):
    return {each: (each.stat().st_mtime_ns, each.stat().st_size) for each in folder.rglob("*")}


def test_a_user_without_a_home_declares_in_the_team_s_repository_alone(run, tmp_path, monkeypatch):
    def none():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setattr(Path, "home", none)
    assert run("declare", "x", "--json").json["commit"]
    monkeypatch.chdir(tmp_path)
    result = run("declare", "do not lose me")
    assert result.code == 6
    assert "do not lose me" in result.err


def test_without_git_it_is_on_disk_and_committed_later(run, tmp_path, monkeypatch):
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run("declare", "x", "--json")
    assert result.code == 0
    assert result.json["commit"] is None
    assert "Git was not found" in result.err
    assert run("show").code == 0
    monkeypatch.setenv("PATH", path)
    assert run("log", "y", "--json").json["commit"]


COLD = """\
name: cold
applies_to: {categories: [cold-chain]}
steps: [{id: look, title: Look, role: commander}]
"""


@pytest.mark.parametrize(
    ("category", "note"),
    [
        ("cold-chian", "No runbook is for the category 'cold-chian'. Did you mean 'cold-chain'?"),
        ("vendr", "No runbook is for the category 'vendr'. Did you mean 'vendor'?"),
        ("weather", "No runbook is for the category 'weather'. There are cold-chain."),
        ("Cold-Chain", None),
        ("security", None),
    ],
)
def test_a_category_that_nothing_knows_is_told(run, team, category, note):
    (team / "runbooks" / "cold.yaml").write_text(COLD)
    result = run("declare", "fridge 2 is warm", "--category", category, "--json")
    assert result.code == 0, result.err
    notes = [each for each in result.json["notes"] if "category" in each]
    assert notes == ([note] if note else [])


def test_without_a_runbook_for_a_category_none_is_listed(run):
    result = run("declare", "x", "--category", "weather")
    assert "note: No runbook is for the category 'weather'.\n" in result.err


def test_a_moment_before_1970_is_refused_and_nothing_is_acknowledged(run, declared):
    done = run("declare", "z", "--no-input", "--at", "0999-01-01T00:00")
    assert done.code == 2
    assert "too far in the past" in done.err
    assert "z" in done.err.splitlines()
    assert run("list", "--all").out == ""
    declared()
    assert run("log", "x", "--at", "999999 weeks ago").code == 2


def test_a_runbook_that_is_too_large_leaves_nobody_without_steps(run, team, show, declared):
    steps = "".join(
        f"  - {{id: step-{n}, title: Do {n}, purpose: {'why ' * 125}}}\n" for n in range(200)
    )
    (team / "runbooks" / "huge.yaml").write_text(
        f"name: huge\napplies_to: {{categories: [vendor]}}\nsteps:\n{steps}"
    )
    answer = declared("--category", "vendor")
    assert answer["runbooks"] == ["huge"]
    assert len(show()["steps"]) == 200
    assert answer["severity"] == "SEV2"


def test_a_reporter_that_is_none_is_told(run, declared):
    answer = declared("--reported-by", "customr")
    assert any("Did you mean 'customer'?" in note for note in answer["notes"])


def test_a_second_declaration_of_the_same_tells_of_the_first(run, declared):
    first = declared("--affects", "checkout")["id"]
    again = run("declare", "pay is down", "--affects", "checkout", "--no-input", "--json").json
    assert any(first in note and "--duplicate-of" in note for note in again["notes"])
    other = run("declare", "ads", "--affects", "ad", "--no-input", "--json").json
    assert not any("--duplicate-of" in note for note in other["notes"])


def test_a_similar_open_incident_is_shown_before_the_second_one_is_made(run):
    first = run("declare", "login is down", "--no-input").out.strip()
    said = run("declare", "nobody can log in: login fails", "--no-input").err.splitlines()
    shown = next(place for place, line in enumerate(said) if line.startswith("also open"))
    recorded = next(place for place, line in enumerate(said) if line.startswith("recorded"))
    assert shown < recorded
    assert first in said[shown]
    assert "is also open" not in "\n".join(said)  # once is enough
    assert any(f"--duplicate-of {first}" in line for line in said)
    assert "also open" not in run("declare", "the cart is empty", "--no-input").err


def test_similar_past_incidents_are_shown_with_their_end_and_retrospective(run, team):
    first = run("declare", "login is down", "--no-input").out.strip()
    run("resolve", "rolled back to 1.4.1")
    run("retro", first)
    run("declare", "the search is slow", "--no-input")
    run("resolve", "-i", run("list", "--json").json["incidents"][0]["id"])
    result = run("declare", "logging in is not possible", "--no-input", "--json").json
    (similar,) = result["similar"]
    assert (similar["id"], similar["status"]) == (first, "resolved")
    assert similar["why"] == "rolled back to 1.4.1"
    assert similar["retrospective"] == f"retros/{first}.md"
    run("resolve", "-i", result["id"], "a new key")
    said = run("declare", "login broken", "--no-input").err
    assert "resolved after" in said
    assert "a new key" in said
    assert "rolled back to 1.4.1" in said


def test_what_was_redacted_is_not_similar_any_more(run, team):
    first = run("declare", "login is down for jane doe", "--no-input").out.strip()
    run("resolve")
    assert run("declare", "login", "--no-input", "--json").json["similar"]
    run("resolve", "-i", run("list", "--json").json["incidents"][0]["id"])
    run("redact", "1", "-i", first)
    assert (
        "jane" not in (team / ".git/incidentctl/cache/past").read_text()
        if (team / ".git/incidentctl/cache/past").exists()
        else True
    )
    assert first not in [
        e["id"] for e in run("declare", "login", "--json", "--no-input").json["similar"]
    ]
