"""`drill run`, `next`, `pause`, `resume`, `stop` and `score` from the command line."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from tests import program

NOW = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
PLANNED = """\
name: q1
what: Logging in on staging
team: orders
at: 2026-03-29T10:30
how: We stop the token database
why: To practise the runbook
saboteur: greta
services: [checkout]
injects:
  - {after: 1h, tell: A journalist calls}
  - {after: 1s, tell: Support has 30 tickets}
targets: {commander: 2m, first_update: 15m}
"""
PUBLIC = f"""\
name: surprise
mode: unplanned
window: {{from: {NOW - timedelta(hours=1):%Y-%m-%dT%H:%M}, to: {NOW + timedelta(hours=1):%Y-%m-%dT%H:%M}}}
timezone: UTC
why: To exercise our response
"""  # noqa: E501 (as the YAML has it)
PRIVATE = f"""\
what: The zebra cache
team: orders
commander: omar
mitigator: sanne
at: {NOW - timedelta(minutes=10):%Y-%m-%dT%H:%M:%S}
how: Dropping zebra tokens
why: To exercise the orders team
saboteur: sanne
services: [checkout]
injects: [{{after: 1h, tell: The zebra is gone}}]
targets: {{declare: 5m, first_update: 30m}}
"""
SECRETS = ("zebra", "omar", "sanne", "orders team")


@pytest.fixture
def drills(team):
    (team / ".gitignore").write_text("drills/*.private.yaml\n")
    (team / "drills").mkdir()
    (team / "drills/q1.yaml").write_text(PLANNED)
    return team / "drills"


@pytest.fixture
def unplanned(drills):
    (drills / "surprise.yaml").write_text(PUBLIC)
    (drills / "surprise.private.yaml").write_text(PRIVATE)
    return drills


def start(run, *arguments):
    result = run("drill", "run", *arguments, "--no-walk")
    assert result.code == 0, result.err
    return result.out.strip()


def pipe(team, *arguments, lines=""):
    return program.run("-C", team, *arguments, input=lines)


def test_a_drill_is_an_incident_of_its_own_kind_and_its_walk_reads_a_pipe(run, drills, team, show):
    played = pipe(team, "drill", "run", "Q1", "--as", "omar", lines="d paged\nl\n")
    assert played.returncode == 0, played.stderr
    ident = played.stdout.strip()
    assert ident.startswith("drl-")
    assert "Step 2" in played.stderr
    assert "You lead this drill" not in played.stderr
    found = show()
    assert (found["kind"], found["title"]) == ("drill", "Drill q1: Logging in on staging")
    assert (found["commander"], found["owner"], found["services"]) == (
        "omar", "orders", ["checkout"],
    )  # fmt: skip
    assert found["timeline"][1]["text"] == "Drill q1 begins"


def test_a_planned_drill_of_a_category_plays_its_runbook(run, drills, team, show):
    (team / "runbooks/burst.yaml").write_text(
        "name: burst\nowner: orders\napplies_to: {categories: [burst-main]}\n"
        "steps: [{id: valves, title: Close the valves}]\n"
    )
    (drills / "q1.yaml").write_text(PLANNED + "category: burst-main\n")
    start(run, "q1")
    found = show()
    assert (found["category"], found["runbooks"]) == ("burst-main", ["burst"])


def test_a_due_inject_comes_when_anyone_looks_at_the_walk(run, drills, team):
    start(run, "q1")
    joined = pipe(team, "run", lines="n a\n" * 5 + "l\n")
    while "Inject 1" not in joined.stderr:
        joined = pipe(team, "run", lines="l\n")
    assert "Inject 1: Support has 30 tickets" in joined.stderr
    assert "journalist" not in joined.stderr
    again = pipe(team, "run", lines="l\n")
    assert "Inject" not in again.stderr


def test_next_pause_resume_and_stop(run, drills, show):
    ident = start(run, "q1", "--as", "omar")
    assert run("drill", "pause").code == 0
    assert run("drill", "pause").code == 5
    assert run("drill", "next").out == "Inject 1: Support has 30 tickets\n"
    assert set(run("drill", "next", "--json").json) >= {"incident", "events", "commit"}
    assert run("drill", "next").code == 5
    assert run("drill", "resume").code == 0
    assert run("drill", "stop", "it", "went", "well").code == 0
    found = show(ident)
    assert found["status"] == "resolved"
    assert [entry["text"] for entry in found["timeline"][-6:]] == [
        "The drill is paused", "Inject 1: Support has 30 tickets", "Inject 2: A journalist calls",
        "The drill goes on", "The drill is over", "Resolved: it went well",
    ]  # fmt: skip
    over = run("drill", "stop")
    assert (over.code, "No drill is running" in over.err) == (3, True)


def test_a_real_incident_that_is_open_is_told_to_who_begins_a_drill(run, drills, opened):
    ended = run("declare", "search is slow", "--no-input").out.strip()
    run("resolve", "-i", ended)
    begun = run("drill", "run", "q1", "--no-walk")
    assert begun.code == 0
    note = f"note: {opened} is open, and real: SEV2, checkout is down."
    assert note in begun.err
    assert ended not in begun.err
    run("drill", "stop", "-i", "drl")
    practice = run("declare", "we practise", "--drill", "--no-input").out.strip()
    assert note in run("drill", "run", "q1", "--no-walk", "-i", practice).err
    run("drill", "stop", "-i", practice)
    run("resolve", "-i", opened)
    last = run("drill", "run", "q1", "--no-walk")
    assert (last.code, last.out.startswith("drl-")) == (0, True)
    assert "is open" not in last.err


def test_one_plan_is_played_once_at_a_time(run, drills):
    ident = start(run, "q1")
    again = run("drill", "run", "q1", "--no-walk")
    assert (again.code, ident in again.err) == (5, True)
    run("drill", "stop")
    assert start(run, "q1") != ident


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("run", "q11"), 3, "Did you mean 'q1'?"),
        (("next",), 3, "No drill is running"),
        (("score",), 3, "No drill has been played yet"),
        (("score", "q1"), 3, "q1 has never been played"),
        (("score", "nothing"), 3, "There is no drill 'nothing'"),
    ],
)
def test_what_is_not_there_is_told(run, drills, arguments, code, said):
    result = run("drill", *arguments)
    assert (result.code, result.out) == (code, "")
    assert said in result.err


def test_an_incident_is_no_drill(run, drills, opened):
    for verb in ("next", "pause", "stop"):
        result = run("drill", verb, "-i", opened)
        assert (result.code, "is not a drill" in result.err) == (5, True)


def test_a_drill_without_a_plan_can_be_stopped_and_scored(run, drills):
    run("declare", "we practise", "--drill", "--no-input")
    assert "without a plan" in run("drill", "next").err
    assert run("drill", "stop").code == 0
    assert run("drill", "score", "--json").json["drill"] is None


def test_a_plan_is_played_in_what_the_responders_declared(run, drills, show):
    since, at, until = (
        f"{datetime.now(UTC) + timedelta(minutes=m):%Y-%m-%dT%H:%M:%S}Z" for m in (-60, -3, 60)
    )
    window = f"window: {{from: {since}, to: {until}}}\n"
    (drills / "q1.yaml").write_text(PLANNED.replace("2026-03-29T10:30", at) + window)
    declared = run("declare", "login is slow", "--drill", "--no-input", "--as", "omar").out.strip()
    joined = run("drill", "run", "q1", "-i", declared[-3:], "--no-walk", "--as", "greta")
    assert (joined.code, joined.out.strip()) == (0, declared)
    assert "You lead this drill" not in joined.err
    found = show()
    assert (found["title"], found["commander"]) == ("login is slow", "omar")
    assert run("drill", "next").out == "Inject 1: Support has 30 tickets\n"
    score = run("drill", "score", "q1", "--json").json
    assert score["incident"] == declared
    assert 180 <= score["measures"][0]["took"] < 240
    run("drill", "stop")
    over = run("drill", "score", "q1", "--json").json
    assert over["measures"] == score["measures"]
    assert over["begin"] == score["begin"]


def test_a_plan_is_attached_only_to_an_open_drill_without_one(run, drills, opened, monkeypatch):
    def refused(*arguments):
        result = run("drill", "run", *arguments, "--no-walk")
        assert result.out == ""
        return result.code, result.err

    code, said = refused("q1", "-i", opened)
    assert (code, "is not a drill" in said) == (5, True)
    practice = run("declare", "we practise", "--drill", "--no-input").out.strip()
    code, said = refused("q1", "-i", practice, "--severity", "SEV1")
    assert (code, "`incidentctl severity SEV1" in said) == (2, True)
    assert run("drill", "run", "q1", "-i", practice, "--no-walk").code == 0
    code, said = refused("q1", "-i", practice)
    assert (code, f"{practice} plays q1 already" in said) == (5, True)
    second = run("declare", "again", "--drill", "--no-input").out.strip()
    code, said = refused("q1", "-i", second)
    assert (code, f"q1 is already being played, as {practice}" in said) == (5, True)
    run("drill", "stop", "-i", practice)
    run("resolve", "-i", second)
    code, said = refused("q1", "-i", second)
    assert (code, "is over (resolved)" in said) == (5, True)
    monkeypatch.setenv("INCIDENTCTL_INCIDENT", opened)
    assert run("drill", "run", "q1", "--no-walk").out.startswith("drl-")


def test_an_attached_unplanned_drill_tells_nothing(run, unplanned, team, git):
    ident = run("declare", "login is slow", "--drill", "--no-input").out.strip()
    assert run("drill", "run", "surprise", "-i", ident, "--no-walk", "--as", "sanne").code == 0
    output = run("show", "--json", ident).out + git(team, "log", "--all", "-p", "--", "incidents")
    assert "Drill surprise begins" in output
    # Who attached it is in the record as everybody who records something.
    assert not [secret for secret in SECRETS if secret in output.replace("sanne", "")]
    assert run("drill", "score", "--json").json["measures"][0]["took"] >= 600


def test_the_json_of_show_tells_of_the_play(run, drills, show):
    ident = start(run, "q1", "--as", "omar")
    run("drill", "pause")
    run("drill", "next")
    found = show()["drill"]
    assert (found["name"], found["planned"], found["attached"]) == ("q1", True, False)
    assert (found["ended"], found["real"]) == (None, False)
    assert found["paused"] >= found["started"]
    (told,) = found["injects"]
    assert (told["number"], told["text"]) == (1, "Support has 30 tickets")
    run("cancel", "not today", "-i", ident)
    assert show(ident)["drill"]["ended"]
    plain = run("declare", "we practise", "--drill", "--no-input").out.strip()
    assert show(plain)["drill"] is None


def test_it_turns_real(run, drills, show):
    drill = start(run, "q1")
    result = run("drill", "stop", "--real", "login is really down")
    real = result.out.strip()
    assert result.code == 0
    assert real.startswith("inc-")
    found, practised = show(real), show(drill)
    assert (found["kind"], found["title"], found["open"]) == (
        "incident", "login is really down", True,
    )  # fmt: skip
    assert found["steps"]
    assert found["related"] == [{"incident": drill, "relation": "came up in the drill"}]
    assert practised["related"] == [{"incident": real, "relation": "turned real"}]
    assert practised["status"] == "cancelled"
    assert practised["drill"]["real"] is True
    assert "turned real" in run("log", "-i", drill).out
    assert run("drill", "score", "--json").json["real"] is True
    untitled = start(run, "q1")
    second = run("drill", "stop", "-i", untitled, "--real", "--json").json
    assert show(second["real"])["title"] == "Something real came up during the drill q1"


def test_an_unplanned_drill_tells_nothing_before_its_time(run, unplanned, team, git, show):
    ident = start(run, "surprise")
    output = run("log", "-i", ident).out + run("show", "--json", ident).out
    output += git(team, "log", "--all", "-p", "--", "incidents")
    assert "Drill surprise" in output
    assert not [secret for secret in SECRETS if secret in output]
    found = show(ident)
    assert (found["owner"], found["services"], found["assigned"]["team"]) == (None, [], None)
    run("drill", "stop")
    score = run("drill", "score", "surprise", "--json").json
    declare, _, update = score["measures"]
    assert (declare["target"], declare["met"]) == (300, False)
    declared = datetime.fromisoformat(found["declared"]).replace(tzinfo=None)
    assert declare["took"] == pytest.approx((declared - NOW).total_seconds() + 600, abs=1)
    assert (update["took"], score["team"]) == (None, "orders")


def test_resolving_a_drill_records_what_it_was_measured_by(run, unplanned):
    ident = start(run, "surprise")
    assert run("resolve", "it was the zebra", "-i", ident).code == 0
    (unplanned / "surprise.private.yaml").unlink()
    score = run("drill", "score", "surprise", "--json").json
    assert (score["status"], score["team"]) == ("resolved", "orders")
    assert [each["target"] for each in score["measures"]] == [300, None, 1800]
    assert score["measures"][0]["took"] >= 600


@pytest.mark.parametrize("ending", [("resolve",), ("drill", "stop")])
def test_a_responder_without_the_plan_ends_it_and_who_has_it_adds_the_targets(
    run, unplanned, ending
):
    ident = start(run, "surprise")
    private = (unplanned / "surprise.private.yaml").read_text()
    (unplanned / "surprise.private.yaml").unlink()
    ended = run(*ending, "-i", ident)
    assert (ended.code, f"add them with `incidentctl drill stop -i {ident}`" in ended.err) == (
        0,
        True,
    )
    assert run("drill", "score", "--json").json["measures"][0]["target"] is None
    (unplanned / "surprise.private.yaml").write_text(private)
    assert run("drill", "stop", "-i", ident).code == 0
    assert run("drill", "stop", "-i", ident).code == 5
    (unplanned / "surprise.private.yaml").unlink()
    assert run("drill", "score", "--json").json["measures"][0]["target"] == 300


@pytest.mark.parametrize("closed", [False, True])
def test_a_cancelled_drill_was_not_played(run, drills, team, git, closed):
    ident = start(run, "q1")
    run("cancel", "not today", "-i", ident)
    if closed:
        run("close", "-i", ident)
    assert "q1 has never been played" in run("drill", "score", "q1").err
    assert "No drill has been played yet" in run("drill", "score").err
    result = run("drill", "score", "-i", ident)
    assert "does not count as played" in result.err
    assert run("report", "--json").json["drills"]["in_period"] == 0
    second = start(run, "q1")
    assert run("drill", "score", "--json").json["earlier"] == []
    run("drill", "stop", "-i", second)
    assert run("report", "--json").json["drills"]["in_period"] == 1


def test_without_the_private_half_nobody_plays_it(run, unplanned):
    (unplanned / "surprise.private.yaml").unlink()
    result = run("drill", "run", "surprise")
    assert (result.code, "private half" in result.err) == (5, True)
    assert run("list", "--json").json["incidents"] == []


def test_declaring_within_a_window_tells_that_it_is_open_and_no_more(run, unplanned):
    result = run("declare", "login is down", "--no-input")
    assert result.code == 0
    assert not [secret for secret in (*SECRETS, "unplanned") if secret in result.err]
    (told,) = [line for line in result.err.splitlines() if "A drill window" in line]
    assert told.startswith("note: A drill window is open: surprise, until")
    (unplanned / "surprise.private.yaml").unlink()
    again = run("declare", "login is down", "--no-input")
    assert "A drill window is open: surprise, until" in again.err
    practice = run("declare", "practice", "--drill", "--no-input")
    assert (practice.code, practice.out.startswith("drl-")) == (0, True)
    assert "drill window" not in practice.err


WINDOW_NOTE = "A drill window is open: surprise, until"


@pytest.mark.parametrize("ending", [("drill", "stop"), ("resolve",), ("drill", "stop", "--real")])
def test_no_window_is_open_once_its_drill_was_played(run, unplanned, ending):
    start(run, "surprise")
    assert WINDOW_NOTE in run("declare", "search is slow", "--no-input").err
    ended = run(*ending, "-i", "drl")
    assert (ended.code, "drill window" in ended.err) == (0, False)
    declared = run("declare", "login is down", "--no-input")
    assert (declared.code, declared.out.startswith("inc-")) == (0, True)
    assert "drill window" not in declared.err


@pytest.mark.parametrize("played", ["cancelled", "another", "before"])
def test_a_window_stays_open_whatever_else_was_played(run, unplanned, played):
    if played == "cancelled":
        run("cancel", "not today", "-i", start(run, "surprise"))
    elif played == "another":
        start(run, "q1")
        run("drill", "stop")
    else:
        start(run, "surprise")
        run("drill", "stop")
        began = f"{NOW - timedelta(hours=1):%Y-%m-%dT%H:%M}"
        later = f"{datetime.now(UTC) + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}"
        (unplanned / "surprise.yaml").write_text(PUBLIC.replace(began, later))
        time.sleep(1.1)
    assert WINDOW_NOTE in run("declare", "login is down", "--no-input").err


def test_a_score_against_targets_and_the_drill_before(run, drills):
    first = start(run, "q1", "--as", "omar", "--severity", "SEV3")
    run("update", "we look", "-i", first)
    run("drill", "stop")
    start(run, "q1")
    run("step", "skip", "1", "--reason", "practice")
    found = run("drill", "score").out.splitlines()
    assert found[1].startswith("to a commander\t-\t2m\t\t0s")
    assert found[2].startswith("to the first update\t-\t15m\t")
    assert found[3:5] == [
        "to a commander: not known, because only greta commanded, who caused the drill",
        "to the first update: not known, because no update was posted",
    ]
    assert found[5].startswith("steps skipped: 1 (")
    whole = run("drill", "score", "q1", "--json").json
    assert [each["incident"] for each in whole["earlier"]] == [first]
    before = run("drill", "score", "-i", first, "--json").json
    assert {m["name"]: m["met"] for m in before["measures"]} == {
        "declare": None, "commander": True, "first_update": True,
    }  # fmt: skip
    assert before["earlier"] == []


def test_who_causes_it_conducts_it_and_hands_command_away(run, drills):
    result = run("drill", "run", "q1", "--as", "greta", "--no-walk")
    assert "You lead this drill" in result.err
    measures = run("drill", "score", "--json").json["measures"]
    assert measures[1]["took"] is None
    run("assign", "commander", "omar")
    assert run("drill", "score", "--json").json["measures"][1]["met"] is True


def test_a_retrospective_is_written_for_a_drill(run, drills, team):
    ident = start(run, "q1")
    run("drill", "next")
    assert run("retro", ident).code == 5
    run("drill", "stop")
    assert run("retro").code == 0
    text = (team / f"retros/{ident}.md").read_text()
    assert "Retrospective of a drill" in text
    assert "Inject 1: Support has 30 tickets" in text


def test_how_a_drill_went_may_begin_with_a_minus(run, drills):
    start(run, "q1")
    assert run("drill", "stop", "-5", "minutes", "late").code == 0
