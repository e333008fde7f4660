"""`report --uptime`: figures out of public updates, in every format."""

from __future__ import annotations

import csv
import io

import pytest


@pytest.fixture
def outage(run):
    """A major outage of the checkout for an hour, degraded for half of one: an hour ago."""
    begun = run("declare", "checkout is down", "--at", "4 hours ago", "--no-input")
    assert begun.code == 0, begun.err
    for when, state in (("3h ago", "major"), ("2h ago", "degraded"), ("90m ago", "operational")):
        words = ("--yes", "--at", when, "--state", f"checkout={state}", "We look at it")
        assert run("update", "--public", *words).code == 0
    return run


def test_an_area_was_down_for_as_long_as_customers_were_told(outage):
    found = outage("report", "--uptime", "--since", "4h", "--json").json
    [checkout] = [each for each in found["areas"] if each["area"] == "checkout"]
    assert found["schema"] == "incidentctl/report-uptime/1"
    assert checkout["major_outage"] == pytest.approx(3600, abs=30)
    assert checkout["degraded_performance"] == pytest.approx(1800, abs=30)
    assert checkout["unknown"] == pytest.approx(3600, abs=30), "before the first public update"
    assert checkout["uptime"] == pytest.approx(2 / 3, abs=0.01)
    others = [each for each in found["areas"] if each["area"] != "checkout"]
    assert {each["uptime"] for each in others} == {1.0}


def test_what_is_known_of_a_few_hours_of_a_quarter_is_no_percentage(outage):
    asked = ("report", "--uptime", "--since", "90d", "--area", "checkout")
    text = outage(*asked)
    assert text.out.split("\t")[1] == "too short"
    assert "Less than a day is known: too short for a percentage." in text.err
    [checkout] = outage(*asked, "--json").json["areas"]
    assert (checkout["uptime"], checkout["down"]) == (None, pytest.approx(3600, abs=30))
    [row] = csv.DictReader(io.StringIO(outage(*asked, "--csv").out))
    assert row["uptime_percent"] == ""
    assert "Less than a day" not in outage(*asked[:-3], "3h").err


def test_one_area_over_a_period_as_text_and_csv(outage):
    asked = ("report", "--uptime", "--since", "3h", "--until", "2h", "--area", "checkout")
    text = outage(*asked)
    area, up, major, *_ = text.out.split("\t")
    assert (area, up.startswith("0."), major[:2] in ("1h", "59")) == ("Checking out", True, True)
    assert "maintenance counts neither as up nor as down" in text.err
    [row] = csv.DictReader(io.StringIO(outage(*asked, "--csv").out))
    assert (row["area"], row["uptime_percent"][:2]) == ("checkout", "0.")
    assert float(row["major_outage_seconds"]) == pytest.approx(3600, abs=30)


def test_announced_maintenance_does_not_count(outage, team):
    (team / "maintenance").mkdir()
    (team / "maintenance" / "old.yaml").write_text(
        "{name: old, title: Move, text: It moves., areas: [checkout], "
        "begins: 2020-01-01T00:00, ends: 2999-01-01T00:00}\n"
    )
    asked = ("report", "--uptime", "--since", "3h", "--area", "checkout", "--json")
    [checkout] = outage(*asked).json["areas"]
    assert (checkout["uptime"], checkout["counted"]) == (None, 0.0)
    assert "unknown" in outage(*asked[:-1]).out


def test_as_a_page(outage, tmp_path):
    page = tmp_path / "uptime.html"
    assert outage("report", "--uptime", "--html", str(page)).code == 0
    assert "<caption>Uptime by product area</caption>" in page.read_text()
    assert outage("report", "--uptime", "--html", str(page)).code == 0, "its own page again"


def test_nothing_was_ever_told(run):
    found = run("report", "--uptime")
    assert "unknown" in found.out
    assert "There was never a public update, so nothing is known." in found.err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--severity", "SEV1"), 2, "--severity does not go with --uptime"),
        (("--area", "chekout"), 3, "Did you mean 'checkout'?"),
        (("--since", "1h", "--until", "2h"), 2, "before it begins"),
        (("--since", "soon"), 2, "--since 'soon' is neither a span"),
    ],
)
def test_what_cannot_be_asked(run, words, code, told):
    refused = run("report", "--uptime", *words)
    assert (refused.code, told in refused.err) == (code, True), refused.err
