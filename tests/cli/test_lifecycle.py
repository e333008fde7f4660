import re

import pytest


def test_resolved_reopened_and_closed(run, opened, show):
    assert run("resolve", "rolled back", "--json").code == 0
    state = show(opened)
    assert (state["status"], state["open"]) == ("resolved", False)
    assert state["resolved"]
    assert run("reopen", "errors are back").code == 0
    assert show(opened)["open"] is True
    run("resolve")
    refused = run("close")
    assert refused.code == 5
    assert "retrospective" in refused.err
    assert run("close", "held it in the room").code == 0
    assert show(opened)["status"] == "closed"


def test_cancelled(run, opened, show):
    assert run("cancel").code == 2
    assert run("cancel", "a false alarm").code == 0
    assert show(opened)["status"] == "cancelled"


def test_a_duplicate(run, opened, show):
    other = run("declare", "the same").out.strip()
    assert run("cancel", "-i", other, "--duplicate-of", opened[-3:]).code == 0
    assert show(other)["status"] == "cancelled"
    assert show(other)["duplicate_of"] == opened
    assert run("cancel", "-i", opened, "--duplicate-of", opened).code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["log", "words that took long"],
        ["update", "words that took long"],
        ["summary", "words that took long"],
        ["hypothesis", "words that took long"],
        ["step", "done", "1", "--note", "words that took long"],
        ["task", "add", "words that took long"],
        ["severity", "1", "--reason", "words that took long"],
        ["resolve", "words that took long"],
        ["cancel", "words that took long"],
        ["link", "channel", "words-that-took-long"],
    ],
)
def test_a_closed_incident_refuses_and_the_text_comes_back(run, opened, arguments):
    run("cancel", "none")
    run("close")
    result = run(*arguments, "-i", opened)
    assert result.code == 5
    assert "closed" in result.err
    assert "took" in result.err
    assert "reopen" in result.err


def test_a_resolved_incident_takes_notes_but_no_severity(run, opened):
    run("resolve")
    assert run("log", "-i", opened, "afterwards").code == 0
    assert run("severity", "-i", opened, "1").code == 5


def test_reopening_needs_a_reason_and_something_resolved(run, opened):
    assert run("reopen").code == 2
    assert run("reopen", "precious").code == 3
    assert "precious" in run("reopen", "precious").err
    result = run("reopen", "precious", "-i", opened)
    assert result.code == 5
    assert "open already" in result.err


def test_ending_twice_is_refused(run, opened):
    run("resolve")
    assert run("resolve", "-i", opened).code == 5


def test_who_comes_after_the_end_is_told_of_it(run, opened):
    part = opened.rsplit("-", 1)[-1]
    run("resolve", "rolled back", "--as", "omar")
    refused = run("log", "more text")
    assert refused.code == 3
    assert "more text" in refused.err
    told = " ".join(refused.err.split())
    assert f"{opened} was resolved" in told
    assert "by omar: rolled back: `incidentctl log -i" in told or "(omar): rolled back" in told
    assert f"incidentctl log -i {part} ..." in told
    assert f'incidentctl reopen -i {part} "why"' in told


@pytest.mark.parametrize("how", [[], ["--brief"]])
def test_show_says_when_it_ended_and_by_whom(run, opened, how):
    before = run("show", *how)
    assert (before.code, "status         triage" in before.out) == (0, True)
    assert "resolved " not in before.out
    run("resolve", "rolled back", "--as", "omar")
    shown = " ".join(run("show", opened, *how).out.split())
    assert "status resolved" in shown
    assert re.search(r"resolved \d{4}-\d\d-\d\d \d\d:\d\d \S+ by .*omar\)?: rolled back", shown)


def test_show_says_why_it_was_cancelled(run, opened):
    run("cancel", "a false alarm")
    assert re.search(r"cancelled +\d{4}-.* by .*greta", run("show", opened).out)
    assert "a false alarm" in run("show", opened).out


@pytest.mark.parametrize("asked", [["close"], ["reopen", "errors are back"]])
@pytest.mark.parametrize(
    ("ending", "word"), [(["cancel", "a false alarm"], "cancelled"), (["resolve"], "resolved")]
)
def test_of_several_that_are_over_it_is_said_how_they_ended(run, opened, asked, ending, word):
    other = run("declare", "another", "--no-input").out.strip()
    for ident in (opened, other):
        assert run(*ending, "-i", ident).code == 0
    refused = run(*asked)
    assert refused.code == 2
    assert f"2 incidents are {word}:" in refused.err


def test_close_without_a_name_means_the_resolved_one_and_not_a_cancelled_one(run, declared):
    first = declared("--severity", "SEV3")["id"]
    second = run("declare", "another", "--no-input", "--json").json["id"]
    run("cancel", "duplicate", "-i", second)
    run("resolve", "-i", first)
    assert run("close", "--json").json["incident"] == first
