"""Command is handed over, taken, and other teams are brought in; on one clone and between two."""

from __future__ import annotations

import io
import json
import re

import pytest


def commanders(state):
    return [h["person"] for h in state["roles"] if h["role"] == "commander" and h["until"] is None]


def test_command_is_offered_with_the_brief_and_moves_when_it_is_accepted(run, opened, show):
    run("hypothesis", "the cache")
    run("hypothesis", "1", "--ruled-out", "--reason", "it was cold")
    offered = run("handover", "@Omar")
    assert offered.code == 0
    for part in ("ruled out       1 the cache (it was cold)", "open step", "last update"):
        assert " ".join(part.split()) in " ".join(offered.out.split())
    assert "greta stays in command until omar runs `incidentctl accept`" in offered.err
    state = show()
    assert (state["commander"], state["offered"]["person"]) == ("greta", "omar")
    accepted = run("accept", "--as", "omar")
    assert accepted.code == 0
    assert "omar" in accepted.out
    state = show()
    assert (state["commander"], state["offered"]) == ("omar", None)
    assert commanders(state) == ["omar"]
    assert state["problems"] == []


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["handover", "omar", "--as", "sanne"], 5, "greta is in command, so only greta"),
        (["handover", "greta"], 5, "greta is already in command"),
        (["handover", "omra"], 3, "Did you mean 'omar'?"),
        (["handover", ""], 2, "a person"),
        (["accept"], 5, "greta has been in command since"),
        (["accept", "--as", "omar"], 5, "has been offered command"),
        (["take-command", "x"], 5, "greta has been in command since"),
        (["take-command", "--as", "omar"], 2, "needs a reason"),
        (["take-command", "  ", "--as", "omar"], 2, "needs a reason"),
        (["escalate", "ordres"], 3, "Did you mean 'orders'?"),
    ],
)
def test_what_cannot_be(run, opened, show, arguments, code, told):
    result = run(*arguments)
    assert (result.code, result.out) == (code, "")
    assert told in result.err
    assert show()["commander"] == "greta"


def test_only_whom_it_was_offered_to_accepts(run, opened):
    run("handover", "omar")
    refused = run("accept", "--as", "sanne")
    assert refused.code == 5
    assert "offered to omar; you are sanne" in refused.err
    again = run("handover", "omar")
    assert (again.code, "offered to omar since" in again.err) == (5, True)
    assert run("handover", "sanne").code == 0
    assert run("accept", "--as", "omar").code == 5
    assert run("accept", "--as", "sanne").code == 0


def declare(run, title):
    return run("declare", title, "--no-input").out.strip()


def test_of_several_open_incidents_the_one_with_the_offer_is_meant(run, monkeypatch):
    one, other, third = (declare(run, title) for title in ("login", "search", "cart"))
    refused = run("accept", "--as", "omar")
    assert (refused.code, "3 incidents are open" in refused.err) == (2, True)
    assert run("handover", "omar", "-i", other).code == 0
    assert run("handover", "sanne", "-i", third).code == 0
    assert run("accept", "--as", "omar", "-i", one).code == 5
    monkeypatch.setenv("INCIDENTCTL_INCIDENT", one)
    assert run("accept", "--as", "omar").code == 5
    monkeypatch.delenv("INCIDENTCTL_INCIDENT")
    accepted = run("accept", "--as", "omar")
    assert (accepted.code, other in accepted.err) == (0, True)
    # A newer offer elsewhere is not meant by who has nothing offered any more.
    assert "3 incidents are open" in run("accept", "--as", "omar").err


def test_of_several_offers_those_alone_are_asked_about(run, monkeypatch):
    one, other, third = (declare(run, title) for title in ("login", "search", "cart"))
    for ident in (one, other):
        assert run("handover", "omar", "-i", ident).code == 0
    refused = run("accept", "--as", "omar")
    assert refused.code == 2
    assert "Command of 2 incidents is offered to omar" in refused.err
    assert "Name one: the last three letters of its id" in refused.err
    assert (one in refused.err, other in refused.err, third in refused.err) == (True, True, False)
    asked = []

    def choose(question, choices, default):
        asked.extend(ident for ident, _ in choices)
        return other

    monkeypatch.setattr("incidentctl.cli.terminal.console.is_terminal", lambda: True)
    monkeypatch.setattr("incidentctl.cli.terminal.prompts.ask_choice", choose)
    accepted = run("accept", "--as", "omar")
    assert (accepted.code, sorted(asked)) == (0, sorted([one, other]))
    assert run("show", other, "--json").json["commander"] == "omar"


def test_an_offer_is_taken_back_by_undo(run, opened, show):
    run("handover", "omar")
    assert run("undo").code == 0
    assert show()["offered"] is None


def test_command_is_taken_with_a_reason_that_a_refusal_echoes(run, opened, show):
    run("handover", "sanne")
    taken = run("take-command", "no", "answer", "--as", "omar", "--json")
    assert taken.code == 0
    assert set(taken.json) == {"schema", "incident", "events", "commit"}
    state = show()
    assert (state["commander"], state["offered"]) == ("omar", None)
    assert "Command taken from greta: no answer" in [e["text"] for e in state["timeline"]]
    again = run("take-command", "no", "answer", "--as", "omar")
    assert "no answer" in again.err


@pytest.mark.parametrize(
    "arguments", [["handover", "omar"], ["accept"], ["take-command", "x"], ["escalate"]]
)
def test_nothing_of_it_is_done_when_it_is_over(run, opened, arguments):
    run("resolve")
    result = run(*arguments, "-i", opened, "--as", "omar")
    assert result.code == 5
    assert "Reopen it with `incidentctl reopen" in result.err


def test_the_log_says_to_whom_command_is_offered(run, opened, log_md):
    run("handover", "omar")
    assert "| Command offered to | " in log_md(opened)
    assert run("accept", "--as", "omar").code == 0
    assert "| omar | Command accepted |" in log_md(opened)
    assert "| Command offered to | " not in log_md(opened)


def test_due_says_that_an_offer_waits(run):
    run("declare", "checkout is down", "--at", "20 minutes ago")
    run("handover", "omar", "--at", "6 minutes ago")
    due = run("due", "--json")
    assert due.code == 1
    assert "offer" in [item["what"] for item in due.json["due"] if item["overdue_by"] > 0]


def test_the_brief_is_shown_at_any_time_and_holds_hostile_text_harmless(run, opened):
    run("hypothesis", "\x1b[31mred\u202e\nsecond line")
    shown = run("show", "--brief")
    assert (shown.code, "\\u{1b}[31mred" in shown.out) == (0, True)
    assert "\x1b" not in shown.out
    assert "\u202e" not in shown.out
    assert all(len(line) <= 80 for line in shown.out.splitlines())


def test_escalation_goes_along_the_line_and_pages_nobody(run, opened, show):
    first = run("escalate", "--json")
    assert first.code == 0
    assert first.json["sent"] is False
    assert show()["escalated"] == [first.json["team"]]
    result = run("escalate", "orders")
    assert result.code == 0
    assert "NOT SENT: this pages nobody" in result.err
    assert "on call" in result.out


def test_without_a_catalog_a_team_is_named(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command("declare", "x")
    assert command("escalate").code == 5
    named = command("escalate", "sre")
    assert named.code == 0
    assert "the catalog has no contact" in named.err
    assert json.loads(command("show", "--json").out)["escalated"] == ["sre"]


@pytest.mark.parametrize(
    ("ago", "told"),
    [("59 minutes ago", None), ("61 minutes ago", "should hand"), ("181 minutes ago", "must hand")],
)
def test_status_and_the_walk_suggest_a_handover_and_then_urge_it(run, ago, told, monkeypatch):
    assert run("declare", "search is slow", "--at", ago, "--no-input").code == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("n looked\nl\n"))
    for result in (run("status"), run("run")):
        assert result.code == 0
        assert (told or "hand over") in result.err or told is None
        assert told is not None or "handover" not in result.err
        assert result.err.count(f"{told} ") == (1 if told else 0)


@pytest.mark.parametrize(
    ("ago", "told"),
    [
        ("70 minutes ago", r"commanded for 1h10m and should hand over now, and must in 1h\d+m$"),
        ("4 hours ago", r"commanded for 4h and must hand over: overdue by 1h$"),
    ],
)
def test_due_says_when_a_handover_should_be_and_when_it_must(run, ago, told):
    assert run("declare", "search is slow", "--at", ago, "--no-input").code == 0
    assert re.search(told, run("due").out, re.MULTILINE)
