import re

import pytest


def holders(state, role):
    return [h["person"] for h in state["roles"] if h["role"] == role and h["until"] is None]


def test_a_role_has_somebody_and_the_time_since_when(run, opened, show):
    result = run("assign", "mitigator", "omar", "--json")
    assert result.code == 0
    assert set(result.json) == {"schema", "incident", "events", "commit"}
    assert holders(show(), "mitigator") == ["omar"]
    assert run("assign", "mitigator", "@Joelle").code == 0
    assert holders(show(), "mitigator") == ["omar", "joelle"]


def test_there_is_one_commander(run, opened, show):
    assert run("assign", "commander", "sanne").code == 0
    state = show()
    assert state["commander"] == "sanne"
    assert holders(state, "commander") == ["sanne"]


def test_a_released_role_is_the_commander_s_again(run, opened, show):
    run("assign", "planning", "omar")
    assert run("release", "planning").code == 0
    assert holders(show(), "planning") == []


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["assign", "mitigater", "omar"], 3, "Did you mean 'mitigator'?"),
        (["assign", "mitigator", "omra"], 3, "Did you mean 'omar'?"),
        (["assign", "mitigator"], 2, "Say a role and a person"),
        (["assign"], 2, "Say a role and a person"),
        (["assign", "mitigator", "omar", "--team", "orders"], 2, "Say a role and a person"),
        (["assign", "commander", "greta"], 5, "greta is already commander"),
        (["assign", "--team", "ordres"], 3, "Did you mean 'orders'?"),
        (["assign", "--team", ""], 3, "no team"),
        (["assign", "--individual", "omra"], 3, "Did you mean 'omar'?"),
        (["release", "commander"], 5, "Somebody is always in command"),
        (["release", "planning"], 5, "Nobody is assigned as planning"),
    ],
)
def test_what_cannot_be(run, opened, arguments, code, told):
    result = run(*arguments)
    assert (result.code, result.out) == (code, "")
    assert told in result.err


def test_a_stranger_holds_a_role_and_that_is_told(run, opened, show):
    done = run("assign", "mitigator", "Zed of the vendor")
    assert done.code == 0
    assert "Zed of the vendor is in no team of the catalog." in done.err
    assert holders(show(), "mitigator") == ["Zed of the vendor"]
    again = run("assign", "planning", "zed of the vendor")
    assert again.code == 0
    assert holders(show(), "planning") == ["Zed of the vendor"]
    assert "Zed of the vendor" in run("log").out
    assert run("release", "mitigator").code == 0
    assert "no team" not in run("assign", "mitigator", "omar").err


def test_without_a_catalog_everybody_can_be_assigned(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command("declare", "x")
    assert command("assign", "mitigator", "zoe").code == 0
    assert command("assign", "--team", "any").code == 0


def test_only_the_commander_gives_command_away(run, opened, show):
    refused = run("assign", "commander", "omar", "--as", "omar")
    assert (refused.code, refused.out) == (5, "")
    assert "only greta can give it away; you are omar" in refused.err
    assert "incidentctl take-command" in refused.err
    assert "incidentctl handover omar" in refused.err
    assert show()["commander"] == "greta"
    assert run("assign", "commander", "omar", "--as", "greta").code == 0
    assert show()["commander"] == "omar"


def test_a_reassigned_role_says_whose_it_no_longer_is(run, opened, log_md):
    run("assign", "planning", "omar")
    run("assign", "planning", "sanne")
    log = log_md(opened)
    assert "released by" not in log
    assert re.search(r"planning: no longer .*\(omar\)", log)


@pytest.mark.parametrize(
    "arguments",
    [
        ["assign", "planning", "omar"],
        ["take-command", "no answer", "--as", "omar"],
        ["handover", "omar"],
        ["resolve", "rolled back"],
    ],
)
def test_nothing_of_the_response_is_before_the_declaration(run, opened, show, arguments):
    refused = run(*arguments, "--at", "2 hours ago")
    assert (refused.code, refused.out) == (2, "")
    assert "was declared, at" in refused.err
    assert "incidentctl mark started --at" in refused.err
    if arguments[0] in ("resolve", "take-command"):
        assert arguments[1] in refused.err
    state = show()
    assert (state["status"], state["commander"], state["problems"]) == ("triage", "greta", [])


def test_what_began_before_the_declaration_can_be_told(run, opened, show):
    for arguments in (["mark", "started"], ["mark", "detected"], ["log", "it was slow"]):
        assert run(*arguments, "--at", "2 hours ago").code == 0, arguments
    assert show()["problems"] == []


def test_who_gets_a_role_is_told_what_it_answers_for(run, opened):
    run("task", "add", "look at the queue", "--role", "mitigator")
    said = run("assign", "mitigator", "omar").out
    assert "(omar) is mitigator, and answers for:" in said
    assert "  - Mitigate first; look for causes later" in said
    assert "open task" in said
    assert "look at the queue" in said
    assert f"incident       {opened}" in said


def test_each_role_is_told_in_show_the_board_the_log_and_the_catalog(run, opened):
    duty = "Get responders what they need"
    run("assign", "planning", "omar")
    for words in (("show",), ("log",), ("catalog", "show", "planning")):
        assert duty in run(*words).out.replace("\n" + " " * 15, " "), words
    assert "What the roles answer for" in run("show").out


def test_roles_of_the_catalog_answer_for_what_it_says(run, team, opened):
    (team / "roles.yaml").write_text(
        "roles:\n"
        "  - {name: commander, title: C, responsibilities: [Decide]}\n"
        "  - {name: scribe, title: S, responsibilities: [Write down what is said on the bridge]}\n"
    )
    other = run("declare", "search is slow", "--no-input").out.strip()
    assert "  - Write down what is said" in run("assign", "-i", other, "scribe", "omar").out
    log = run("log", "-i", other).out
    assert "- Commander: Decide" in log
    assert "- Scribe: Write down what is said on the bridge" in log
