"""The scores of drills in `report`: on a terminal, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

PLAN = """\
name: {name}
what: Logging in on staging
team: orders
at: 2026-03-29T10:30
how: We stop the token database
why: To practise the runbook
saboteur: sanne
targets: {{commander: 2m, first_update: 15m}}
"""


@pytest.fixture
def played(run, team):
    """Two drills that were played, one that was cancelled, and one that has no plan."""
    (team / "drills").mkdir()
    for name in ("q1", "q2", "q3"):
        (team / f"drills/{name}.yaml").write_text(PLAN.format(name=name))

    def play(name, *commands, as_="omar"):
        ident = run("drill", "run", name, "--no-walk", "--as", as_).out.strip()
        for arguments in commands:
            assert run(*arguments, "-i", ident).code == 0
        return ident

    first = play("q1", ("update", "we look"), ("resolve",))
    second = play("q2", ("drill", "stop"), as_="sanne")
    play("q3", ("cancel", "not today"), ("close",))
    third = run("declare", "we practise", "--drill", "--no-input").out.strip()
    run("declare", "login is down", "--no-input")
    return first, second, third


def test_json_has_the_score_of_each_drill_of_the_period(run, played):
    found = run("report", "--json").json["drills"]
    assert (found["in_period"], found["last"]) == (3, played[2])
    assert [each["incident"] for each in found["scores"]] == list(played)
    assert [each["drill"] for each in found["scores"]] == ["q1", "q2", None]
    for each in found["scores"]:
        one = run("drill", "score", "-i", each["incident"], "--json").json
        assert {key: one[key] for key in each} == each
    met = [[m["met"] for m in each["measures"]] for each in found["scores"]]
    assert met == [[None, True, True], [None, None, None], [None, None, None]]
    before = run("report", "--json", "--until", "2026-01-01").json["drills"]
    assert (before["in_period"], before["scores"]) == (0, [])


def test_text_has_a_line_for_each(run, played):
    out = run("report").out
    lines = (
        out[out.index("\ndrills") : out.index("\n\nteams ready today")]
        .replace("\n" + " " * 26, " ")
        .splitlines()
    )
    first, second, third = played
    assert lines[-3:] == [
        f"  {third}   no plan; commander after 0s",
        f"  {second}   q2; commander not known, target 2m; first update not known, target 15m",
        next(line for line in lines if line.startswith(f"  {first}   q1; commander after 0s of")),
    ]
    assert all(len(line) <= 80 for line in out.splitlines())


def test_csv_has_their_columns(run, played):
    rows = list(csv.DictReader(io.StringIO(run("report", "--csv", "--kind", "drill").out)))
    named = {row["id"]: row for row in rows}
    first = named[played[0]]
    assert (first["drill"], first["drill_commander_seconds"]) == ("q1", "0")
    assert first["drill_first_update_seconds"]
    assert (first["drill_commander_target_seconds"], first["drill_declare_target_seconds"]) == (
        "120", "",
    )  # fmt: skip
    (usual,) = csv.DictReader(io.StringIO(run("report", "--csv").out))
    assert (usual["drill"], usual["drill_commander_seconds"]) == ("", "")


def test_which_team_played_when_is_told_by_report_list_and_catalog(run, played):
    until = datetime.fromisoformat(run("report", "--json").json["until"])
    today = until.astimezone(ZoneInfo("Europe/Stockholm")).date()  # as greta
    by_team = run("report", "--json").json["drills"]["by_team"]
    assert [(each["team"], each["drills"]) for each in by_team] == [("orders", 2), (None, 1)]
    text = run("report").out
    assert f"  orders        2, last {today}" in text
    past = run("drill", "list", "--json").json["played"]
    assert {(each["drill"], each["team"], each["incident"]) for each in past} == {
        ("q1", "orders", played[0]), ("q2", "orders", played[1]), (None, None, played[2]),
    }  # fmt: skip
    assert f"orders\tq1\t{played[0]}" in run("drill", "list").out
    (team,) = run("catalog", "show", "orders", "--json").json["entries"]
    assert {each["drill"] for each in team["drills_played"]} == {"q1", "q2"}
    (idle,) = run("catalog", "show", "platform", "--json").json["entries"]
    assert idle["drills_played"] == []


def test_the_report_of_a_team_is_of_what_it_owns(run, played):
    run("declare", "the cart is empty", "--affects", "cart", "--no-input")
    everything = run("report", "--json").json
    orders = run("report", "--team", "ORDERS", "--json").json
    assert (everything["incidents"], orders["incidents"], orders["team"]) == (2, 1, "orders")
    assert "team orders" in run("report", "--team", "orders").out
    refused = run("report", "--team", "ordres")
    assert (refused.code, "Did you mean 'orders'?" in refused.err) == (3, True)


def test_the_retrospective_of_a_drill_has_its_score_and_those_whom_the_plan_names(
    run, played, team
):
    path = team / run("retro", played[0]).out.strip()
    text = path.read_text()
    score = text[text.index("### Score") : text.index("### Roles")]
    assert "| Commander |" in score
    assert "15m | met |" in score
    assert "sanne" in text.splitlines()[2]  # who causes it, and did not respond
