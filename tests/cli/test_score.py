"""`catalog score`: who is ready, for people and for CI."""

from __future__ import annotations

import json
import re


def states(result, team):
    [found] = [each for each in result.json["teams"] if each["team"] == team]
    return {each["criterion"]: each["state"] for each in found["answers"]}


def test_each_team_has_a_line_and_a_threshold_fails(run, team):
    file = next((team / "services").glob("*.yaml"))
    file.write_text(re.sub(r"reviewed: .*", "reviewed: 2020-01-01", file.read_text()))
    result = run("catalog", "score")
    assert result.code == 0
    names = [line.split("\t")[0] for line in result.out.splitlines()]
    found = run("catalog", "score", "--json", "--min", "100")
    assert [each["team"] for each in found.json["teams"]] == names
    assert found.json["below"] == [t["team"] for t in found.json["teams"] if t["percent"] < 100]
    assert (found.code, len(found.json["below"])) == (1, 1)
    assert f"Below 100%: {found.json['below'][0]}." in found.err
    assert run("catalog", "score", "--min", "0").code == 0
    for each in found.json["teams"]:
        assert len(each["answers"]) == len(found.json["criteria"])
        assert all(a["todo"] for a in each["answers"] if a["state"] == "no")


def test_one_team_says_why_and_what_to_do(run, team):
    name = run("catalog", "score", "--json").json["teams"][0]["team"]
    result = run("catalog", "score", "--team", name.upper())
    assert result.code == 0
    assert result.out.startswith(f"{name}: ")
    assert "reviewed" in result.out


def test_an_overdue_action_item_is_its_owners_teams(run, team):
    person = json.loads(run("catalog", "list", "people", "--json").out)["people"][0]
    (team / "retros").mkdir(exist_ok=True)
    file = team / "retros" / "inc-20261124-1401-k7f.md"
    item = f"{{id: k7f-1, title: x, owner: {person['name']}, due: 2020-01-01}}"
    file.write_text(f"---\nincident: inc-20261124-1401-k7f\nactions:\n  - {item}\n---\n")
    owner = person["teams"][0]
    assert states(run("catalog", "score", "--json"), owner)["actions"] == "no"
    file.write_text("---\nactions: 7\n---\n")
    assert states(run("catalog", "score", "--json"), owner)["actions"] == "unknown"


def test_what_was_never_read_is_unknown_and_not_passed(run, team, git):
    settings = team / "incidentctl.yaml"
    shared = re.sub(r"record: .*", "record: {remote: origin}", settings.read_text())
    settings.write_text(shared)
    git(team, "remote", "add", "origin", str(team / "no-such-remote"))
    result = run("catalog", "score", "--json")
    for each in result.json["teams"]:
        assert states(result, each["team"])["retrospectives"] == "unknown"
        assert each["percent"] is None or each["percent"] < 100


def test_a_shallow_clone_cannot_say_whether_drills_are_due(command, team, git, tmp_path):
    git(team, "commit", "-q", "--allow-empty", "-m", "Second")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{team}", str(tmp_path / "shallow"))
    result = command("-C", str(tmp_path / "shallow"), "catalog", "score", "--json")
    for each in result.json["teams"]:
        [drill] = [a for a in each["answers"] if a["criterion"] == "drill"]
        assert drill["state"] in ("unknown", "does-not-apply")
        assert "shallow" in drill["reason"] or "no service" in drill["reason"]


def test_what_cannot_be_is_refused(run, team, tmp_path):
    assert run("catalog", "score", "--min", "101").code == 2
    assert run("catalog", "score", "--team", "nobody-at-all").code == 3
