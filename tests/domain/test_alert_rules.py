"""alerts.yaml: the first rule that matches an alert decides what becomes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentctl.connect.alerts import generic, registry
from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.alerts.rules import decide, matches
from incidentctl.domain.catalog.alert_rules import AlertRule, Format
from incidentctl.errors import InvalidDataError
from incidentctl.files.catalog.loader import load

TEAM = {
    "incidentctl.yaml": "organisation: Acme\n",
    "teams/core.yaml": "name: core\nmembers: [{handle: ann}]\n",
    "services/pay.yaml": "name: pay\nowner: core\n",
    "services/api.yaml": "name: api\nowner: core\n",
}
RULES = """\
sources:
  quiet: {format: grafana, secrets: ["env:QUIET"], restricted: true}
severities: {Ticket: SEV4}
rules:
  - {name: watchdog, match: {alertname: Watchdog}, mode: heartbeat, every: 5m}
  - {name: tests, match: {env: [staging, "~dev-.*"]}, mode: ignore}
  - name: payments
    match: {namespace: payments, severity: [critical, page]}
    mode: declare
    service: pay
    severity: SEV1
    after: 2m
    group_by: [service, region]
    window: 45m
    resolve: true
  - {name: by-title, match: {title: "~.*certificate.*", state: firing}, severity: SEV3}
"""


@pytest.fixture
def catalog(tmp_path):
    for path, text in {**TEAM, "alerts.yaml": RULES}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    found, problems = load(tmp_path)
    assert problems == []
    return found


def alert(title_="It burns", source="alertmanager", **labels):
    return Alert(source, "key", "group", "firing", title_, labels=labels)


def test_without_a_rule_it_waits_in_the_inbox(catalog):
    found = decide(catalog, alert(service="api", severity="critical"))
    assert (found.rule, found.mode, found.affects) == (None, "inbox", "api")
    assert found.group == (("group", "group"),)


def test_a_rule_says_all_that_it_says(catalog):
    found = decide(catalog, alert(namespace="payments", severity="page", region="eu"))
    assert found[:4] == ("payments", "declare", "pay", "SEV1")
    assert found.after == timedelta(minutes=2)
    assert found.window == timedelta(minutes=45)
    assert found.group == (("service", "pay"), ("region", "eu"))
    assert found.resolve
    assert not found.restricted
    assert found.reasons[0] == (
        "rule payments matches: namespace is payments, severity is critical or page"
    )


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (alert(alertname="Watchdog", namespace="payments", severity="page"), "watchdog"),  # first
        (alert(env="dev-7"), "tests"),
        (alert(env="x-dev-7"), None),  # a pattern fits the whole value
        (alert(env="staging"), "tests"),
        (alert(namespace="payments", severity="low"), None),  # all that it names must fit
        (alert(namespace="payments"), None),
        (alert("A certificate ends"), "by-title"),
        (alert("Burns", title="certificate"), "by-title"),  # a label goes before the field
    ],
)
def test_the_first_rule_that_matches_decides(catalog, given, rule):
    assert decide(catalog, given).rule == rule


def test_a_severity_without_a_label_is_the_sender_s_word(catalog):
    given = alert(namespace="payments")._replace(severity="critical")
    assert decide(catalog, given).rule == "payments"


def test_a_word_means_what_the_team_says(catalog):
    assert decide(catalog, alert("A certificate")._replace(severity="page")).severity == "SEV3"
    assert decide(catalog, alert()._replace(severity=" ticket")).severity == "SEV4"


def test_a_restricted_source_makes_all_of_it_restricted(catalog):
    assert decide(catalog, alert(source="quiet")).restricted
    assert not decide(catalog, alert()).restricted


def test_a_pattern_that_would_run_away_elsewhere_does_not(catalog):
    rule = AlertRule(name="slow", match={"x": ("~(a+)+$",)})
    assert not matches(rule, alert(x="a" * 500 + "!"))


def test_a_pattern_that_cannot_be_read_is_never_one_that_does_not_match():
    with pytest.raises(InvalidDataError):
        matches(AlertRule(name="bad", match={"x": ("~(",)}), alert(x="a"))


WORDS = st.text(max_size=20).filter(lambda text: not text.startswith("~"))  # which is a pattern


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=5), WORDS)
def test_any_label_is_judged(labels, value):
    rule = AlertRule(name="any", match={"x": (value, "~[a-z]*")}, group_by=("x", "y"))
    given = Alert("s", "k", "g", "firing", "t", labels=labels)
    is_plain = labels.get("x", "").isascii() and labels.get("x", "").islower()
    expected = labels.get("x", "") in (value, "") or (is_plain and labels["x"].isalpha())
    assert matches(rule, given) == expected


def test_the_formats_of_the_file_are_those_that_can_be_read():
    assert {*Format.__args__} == {*registry.FORMATS, generic.NAME}


@pytest.mark.parametrize(
    "broken",
    ["rules: [{name: a, match: {x: y}, mode: call}]", "rules: [{name: a, match: 7}]", "rulez: []"],
)
def test_a_file_with_a_fault_rules_nothing(tmp_path, broken):
    """Half a rule would match other alerts."""
    for path, text in {**TEAM, "alerts.yaml": f"{broken}\n"}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    found, problems = load(tmp_path)
    assert [problem.path for problem in problems] == ["alerts.yaml"]
    assert found.alerts.rules == ()


def test_a_secret_never_stands_in_the_file(tmp_path):
    for path, text in {**TEAM, "alerts.yaml": "sources: {p: {secrets: [hunter2]}}\n"}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    (problem,) = load(tmp_path)[1]
    assert "env:NAME" in f"{problem.message} {problem.hint}"
    assert "hunter2" not in problem.message
