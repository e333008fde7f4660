import re

import pytest

from incidentctl.app.incident import query
from incidentctl.app.workspace.workspace import open_workspace


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
    output = " ".join(refused.err.split())
    assert f"{opened} was resolved" in output
    assert "by omar: rolled back: `incidentctl log -i" in output or "(omar): rolled back" in output
    assert f"incidentctl log -i {part} ..." in output
    assert f'incidentctl reopen -i {part} "why"' in output


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


def test_an_id_is_never_a_reason(run, opened, show):
    """`close k7f` meant another incident, and closed this one for the reason "k7f"."""
    other = run("declare", "the search is slow", "--no-input").out.strip()
    run("resolve", "-i", opened)
    refused = run("close", other[-3:])
    assert refused.code == 5
    assert other in refused.err
    assert show(opened)["status"] == "resolved"
    assert run("close", opened[-3:], "held", "it", "in", "the", "room").code == 0
    assert show(opened)["status"] == "closed"
    assert show(opened)["timeline"][-1]["text"] == "Closed: held it in the room"


@pytest.mark.parametrize(
    "words", [("log", "{}", "over at last"), ("update", "{}", "over at last", "--public", "--yes")]
)
def test_who_names_what_ended_by_the_first_word_writes_to_no_other(run, opened, show, words):
    other = run("declare", "the search is slow", "--no-input").out.strip()
    for end in (("resolve", "rolled back"), ("close", "all done")):
        assert run(*end, "-i", opened).code == 0
        done = run(*(each.format(opened[-3:]) for each in words))
        assert opened in done.err, done.err
        assert "over at last" not in str(show(other)["timeline"])


def test_every_command_takes_the_incident_as_its_first_word(run, opened):
    other = run("declare", "the search is slow", "--no-input").out.strip()
    part, first = other[-3:], opened[-3:]
    for words in (
        ("task add", "count orders"),
        ("step done", "1"),
        ("task list",),
        ("step list",),
        ("log", "looked"),
        ("update", "looked"),
        ("summary", "looked"),
        ("hypothesis", "the cache"),
        ("link", "ticket", "https://t.example"),
        ("assign", "mitigator", "omar"),
        ("severity", "SEV3"),
        ("affects", "cart"),
        ("status", "identified"),
        ("mark", "started"),
        ("handover", "omar"),
        ("relate", first),
        ("amend", "1", "search is down", *(["-i"] if part.isdigit() else [])),
        ("resolve", "rolled back"),
        ("undo",) if not part.isdigit() else ("undo", "-i"),
        ("cancel", "a false alarm"),
    ):
        name, *rest = words
        result = (
            run(*name.split(), *rest, part, "--json")
            if "-i" in rest
            else run(*name.split(), part, *rest, "--json")
        )
        assert result.code == 0, (words, result.err)
        assert result.json["incident"] == other, words


def test_a_lone_id_with_i_is_no_reason_either(run, opened, show):
    other = run("declare", "the search is slow", "--no-input").out.strip()
    assert run("resolve", other[-3:], "-i", opened).code == 2
    assert run("resolve", "-i", opened, f"the same as {other}").code == 0
    assert show(other)["open"] is True


def test_a_word_that_looks_like_an_unknown_id_is_no_reason(run, opened, show):
    result = run("resolve", "9zz" if not opened.endswith("9zz") else "8zz")
    assert result.code == 3
    assert show(opened)["open"] is True
    assert run("resolve", "fixed").code == 0


def test_a_number_is_an_entry_and_no_incident(run, opened, show):
    run("log", "looked")
    last = show()["timeline"][-1]["number"]
    assert run("amend", str(last), "looked twice").code == 0
    assert run("amend", "234", "x").code == 3


def test_undo_right_after_resolve_opens_it_again(run, opened, show):
    run("resolve", "rolled back")
    result = run("undo")
    assert result.code == 0, result.err
    assert "Resolved: rolled back" in result.err
    assert show(opened)["open"] is True


def test_undo_after_resolve_is_not_of_another_open_incident(run, opened, show):
    other = run("declare", "the search is slow", "--no-input").out.strip()
    run("log", "looked", "-i", other)
    run("resolve", "rolled back", "-i", opened)
    assert run("undo", "--json").json["incident"] == opened
    assert show(opened)["open"] is True
    run("resolve", "rolled back", "-i", opened)
    run("log", "and again", "-i", other)
    assert run("undo", "--json").json["incident"] == other
    assert show(opened)["open"] is False


def test_undo_does_not_take_back_what_somebody_else_ended(run, opened, show):
    run("resolve", "rolled back", "--as", "omar")
    assert run("undo").code == 5
    assert show(opened)["open"] is False


def test_resolve_says_what_is_open_and_what_comes_next(run, opened):
    run("task", "add", "count the orders", "--person", "omar")
    for number in ("1", "2"):
        run("step", "done", number)
    said = run("resolve", "rolled back").err
    assert re.search(r"^open       task 1 ", said, re.MULTILINE), said
    assert re.search(rf"and \d+ more: incidentctl show {opened}", said), said
    assert f"next       incidentctl retro {opened}" in said
    assert f"incidentctl close {opened}" in said
    assert "if it was too early: incidentctl undo" in said
    assert "open   " not in run("undo").err


def test_a_duplicate_of_what_is_cancelled_is_refused_and_the_original_is_named(run, opened, show):
    second = run("declare", "the second", "--no-input").out.strip()
    third = run("declare", "the third", "--no-input").out.strip()
    run("cancel", "-i", second, "--duplicate-of", opened)
    refused = run("cancel", "-i", opened, "--duplicate-of", second)
    assert refused.code == 5
    assert f"is cancelled as a duplicate of {opened}" in refused.err
    assert f"incidentctl reopen -i {second}" in refused.err
    refused = run("cancel", "-i", third, "--duplicate-of", second)
    assert refused.code == 5
    assert f"incidentctl cancel -i {third} --duplicate-of {opened}" in refused.err
    assert show(opened)["related"] == [{"incident": second, "relation": "duplicate"}]
    assert re.search(rf"duplicate of +{opened}", run("show", second).out)


def test_a_restricted_incident_is_shown_on_both_sides_to_who_may_read_it(run, opened, show):
    secret = run("declare", "an employee", "--restricted", "--no-input").out.strip()
    assert run("relate", opened, "-i", secret).code == 0
    assert show(secret)["related"] == [{"incident": opened, "relation": "related"}]
    assert show(opened)["related"] == [{"incident": secret, "relation": "related"}]
    assert f"{secret} is restricted: only some may know of it." in run("show", opened).err
    assert secret not in run("log", "-i", opened).out
    workspace = open_workspace()
    assert query.shown(workspace, opened).related == ()  # what assistants and documents read


def test_a_relation_is_shown_on_both_sides(run, opened, show):
    other = run("declare", "the second", "--no-input").out.strip()
    run("relate", opened, "-i", other, "--relation", "caused-by")
    assert show(other)["related"] == [{"incident": opened, "relation": "caused-by"}]
    assert show(opened)["related"] == [{"incident": other, "relation": "caused"}]
    assert run("undo", "-i", other).code == 0
    assert show(opened)["related"] == []


def test_duplicates_of_each_other_are_told_where_two_clones_made_them(run, opened, team, git):
    """Each clone cancelled one for the other: nothing was open, and nothing said so."""
    other = run("declare", "the second", "--no-input").out.strip()
    git(team, "clone", "-q", "--mirror", ".", "../copy")
    git(team.parent / "copy", "fetch", "-q", str(team), "refs/incidentctl/log:refs/incidentctl/log")
    run("cancel", "-i", opened, "--duplicate-of", other)
    here = run("list", "--json").json
    assert [found["id"] for found in here["incidents"]] == [other]
    assert here["problems"] == []
    there = ("-C", str(team.parent / "copy"))
    assert run(*there, "cancel", "-i", other, "--duplicate-of", opened).code == 0
    git(team, "fetch", "-q", "../copy", "refs/incidentctl/log:refs/heads/theirs")
    git(team, "branch", "-qf", "incident-log", "theirs")
    (sentence,) = run("list", "--json").json["problems"]
    assert "cancelled as duplicates of each other" in sentence
    assert sentence in run("list").err
    assert sentence in run("watch", "--once").out
    assert sentence in run("show", opened).out


def test_watch_due_and_drills_take_the_incident_first_as_well(run, opened):
    other = run("declare", "the search is slow", "--no-input").out.strip()
    part = other[-3:]
    assert [each["id"] for each in run("watch", part, "--json").json["incidents"]] == [other]
    assert {each["incident"] for each in run("due", part, "--json").json["due"]} == {other}
    drill = run("declare", "a drill", "--drill", "--no-input").out.strip()
    assert run("drill", "stop", drill, "--json").json["incident"] == drill
    assert run("drill", "score", drill, "--json").json["incident"] == drill
