"""`incidentctl process` from the command line."""

from __future__ import annotations

import json

import pytest
from tests import program


@pytest.fixture
def run(tmp_path):
    def run(*arguments, code=0):
        done = program.run(*arguments, cwd=tmp_path)
        assert done.returncode == code, done.stderr
        return done

    return run


def answer(run, *arguments):
    return json.loads(run("process", *arguments, "--json").stdout)


def test_recommend(run):
    run("init", "--team", "core", "--services", ",".join(f"s{n}" for n in range(6)))
    found = answer(run, "recommend")
    assert found.pop("reason").startswith("6 services in production (6 to 30)")
    assert found.pop("next").startswith("From 31 services on")
    assert found == {
        "schema": "incidentctl/process-recommend/1",
        "services": 6,
        "complexity": "medium",
        "tier": "critical-split",
        "configured_tier": None,
        "missing": [],
    }


def test_recommend_tells_what_is_missing(run, tmp_path):
    run("init", "--team", "core", "--tier", "single", "--expected-services", "31")
    found = answer(run, "recommend")
    assert (found["configured_tier"], found["tier"]) == ("single", "per-severity")
    assert len(found["missing"]) == 5
    text = run("process", "recommend").stdout
    assert "less process than the number of services needs" in text
    assert "SEV1 falls back to incident, the runbook for all incidents" in text


def test_show_every_severity_and_every_area_at_the_highest_tier(run, tmp_path):
    run("init", "--services", "a", "--tier", "per-severity-and-area", "--area", "login")
    cases = answer(run, "show")["cases"]
    assert [(c["severity"], c["product_area"], c["runbook"]) for c in cases] == [
        (f"SEV{n}", area, f"{area}-sev{n}" if area else f"sev{n}")
        for area in (None, "login")
        for n in range(1, 6)
    ]
    assert all(case["own"] for case in cases)
    for path in (tmp_path / "runbooks").glob("*sev1.yaml"):
        path.unlink()
    hole = answer(run, "show")["cases"][0]
    assert (hole["runbook"], hole["own"]) == (None, False)
    assert "SEV1\t-\t-\tnone\tSEV1 has no runbook.\n" in run("process", "show").stdout


def test_show_at_a_commit(run, tmp_path, git):
    run("init", "--team", "core")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "one")
    run("process", "scaffold", "--tier", "per-severity")
    now, before = answer(run, "show"), answer(run, "show", "--at", "HEAD")
    assert {case["runbook"] for case in before["cases"]} == {"incident"}
    assert [case["runbook"] for case in now["cases"]] == ["sev1", "sev2", "sev3", "sev4", "sev5"]
    assert before["commit"] == git(tmp_path, "rev-parse", "HEAD").strip()
    run("process", "show", "--at", "nothing", code=3)


def test_scaffold_twice(run):
    run("init", "--team", "core")
    first = answer(run, "scaffold", "--tier", "critical-split")
    assert first["written"] == ["runbooks/critical.yaml", "runbooks/non-critical.yaml"]
    again = run("process", "scaffold", "--tier", "critical-split")
    assert again.stdout == ""
    assert "kept: runbooks/critical.yaml" in again.stderr


def test_without_a_repository(run):
    found = answer(run, "recommend")
    assert (found["services"], found["tier"]) == (0, "single")
    assert {case["runbook"] for case in answer(run, "show")["cases"]} == {"incident"}
    run("process", "scaffold", code=3)
    run("process", "show", "--at", "HEAD", code=3)
