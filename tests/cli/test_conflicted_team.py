"""A team's file with faults, as in the middle of a merge: the last commit's team serves, or it is
said that nobody knows."""

from __future__ import annotations

import pytest

MARKS = "<<<<<<< HEAD\nlead: greta\n=======\nlead: omar\n>>>>>>> other\n"


@pytest.fixture
def file(team):
    return team / "teams" / "storefront.yaml"


def test_the_last_commit_s_team_is_on_call(run, team, file):
    before = run("catalog", "who", "storefront").out
    assert "on call   " in before
    file.write_text(MARKS + file.read_text())
    found = run("catalog", "who", "storefront")
    assert (found.code, found.out) == (0, before)
    assert "teams/storefront.yaml: the version of the last commit is used." in found.err
    assert run("catalog", "lint").code == 1


def test_where_no_commit_has_it_nobody_knows_who_is_on_call(run, team, file, git):
    file.write_text(MARKS + file.read_text())
    git(team, "commit", "-qam", "Broken")
    service = next(s["name"] for s in services(run) if s["owner"] == "storefront")
    found = run("catalog", "who", service)
    assert "on call   unknown: teams/storefront.yaml has faults" in found.out
    assert "nobody" not in found.out
    result = run("catalog", "who", service, "--json").json["matches"]
    assert result[0]["on_call_unknown"] == "teams/storefront.yaml has faults"


def services(run):
    return run("catalog", "list", "services", "--json").json["services"]


def test_a_rota_with_a_fault_is_not_called_nobody(run, file):
    text = file.read_text().replace("shift: 1w", "shift: soon")
    assert text != file.read_text()
    file.write_text(text)
    assert "on call   unknown: teams/storefront.yaml has faults" in (
        run("catalog", "who", "storefront").out
    )
    assert "unknown: teams/storefront.yaml has faults" in run("catalog", "on-call").out


def test_its_people_are_known_when_they_record(run, team, file, git, show):
    git(team, "config", "user.email", next(e for e in emails(file)))
    run("declare", "x", "--no-input")
    whole = show()["declared_by"]
    file.write_text(MARKS + file.read_text())
    assert run("log", "still me").code == 0
    assert show()["timeline"][-1]["by"] == whole


def emails(file):
    return [word for word in file.read_text().replace(",", " ").replace("}", " ").split()
            if "@" in word]  # fmt: skip
