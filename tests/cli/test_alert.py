"""`alert parse` and `alert explain`: what a payload says, on the screen and as JSON."""

from __future__ import annotations

import io
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from incidentctl.app.alerts.parse import parse
from incidentctl.domain.alerts.declaration import alert_facts

ALERT = {
    "status": "firing",
    "labels": {"service": "checkout", "severity": "page", "bad": "\x1b[2J\u202e"},
    "annotations": {"summary": "Checkout \x1b[31mis down\nnow", "runbook_url": "https://r.example"},
    "startsAt": "2026-11-24T13:33:58Z",
    "fingerprint": "f1",
}
PAYLOAD = {"version": "4", "status": "firing", "groupKey": "g", "alerts": [ALERT]}


@pytest.fixture
def payload(tmp_path):
    path = tmp_path / "payload.json"
    path.write_text(json.dumps(PAYLOAD))
    return str(path)


def test_parse_shows_an_alert_and_records_nothing(run, payload):
    done = run("alert", "parse", payload)
    assert (done.code, done.err) == (0, "1 alert\n")
    assert done.out == (
        "firing     Checkout \\u{1b}[31mis down now\n"
        "from       alertmanager\n"
        "severity   page\n"
        "started    2026-11-24 13:33:58 UTC\n"
        "labels     bad=\\u{1b}[2J\\u{202e}  service=checkout  severity=page\n"
        "runbook    https://r.example\n"
        "key        f1\n"
        "group      g\n"
    )
    assert run("list", "--all").out == ""


def test_explain_says_what_it_means_in_the_catalog_and_why(run, payload):
    done = run("alert", "explain", payload)
    assert done.code == 0
    assert done.out == (
        "firing     Checkout \\u{1b}[31mis down now\n"
        "affects    checkout\n"
        "severity   SEV1\n"
        "then       it waits in the inbox\n"
        "because    label service=checkout is the otel identifier of checkout\n"
        "because    its severity 'page' is level 1, here SEV1\n"
    )
    means = run("alert", "explain", payload, "--json").json["alerts"][0]["means"]
    assert (means["affects"], means["severity"]) == ("checkout", "SEV1")


def test_a_rule_says_what_becomes_of_it(run, team, payload):
    (team / "alerts.yaml").write_text(
        "rules:\n  - {name: pages, match: {severity: page}, mode: declare, after: 2m,"
        " group_by: [service], severity: SEV2}\n  - {name: idle, match: {a: b}}\n"
    )
    out = run("alert", "explain", payload).out
    assert "severity   SEV2\n" in out
    assert "then       an incident is declared once it has fired for 2m, or it joins an" in out
    assert "because    rule pages matches: severity is page\n" in out
    tried = run("alert", "replay", payload)
    assert tried.code == 0
    assert ["pages", "declare", "1", "1", "1"] in [line.split() for line in tried.out.splitlines()]
    assert "The rule idle matched nothing." in tried.err
    assert "1 incident would have been declared." in tried.err
    found = run("alert", "replay", payload, "--json").json
    assert [rule["rule"] for rule in found["rules"]] == ["pages"]
    assert found["unused"] == ["idle"]


def test_stdin_is_read_for_a_dash(run, monkeypatch):
    stdin = SimpleNamespace(buffer=io.BytesIO(json.dumps(PAYLOAD).encode()), isatty=lambda: False)
    monkeypatch.setattr(sys, "stdin", stdin)
    assert run("alert", "parse", "-", "--json").json["alerts"][0]["key"] == "f1"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["missing.json"], 3, "missing.json cannot be read: No such file or directory."),
        (["."], 3, ". cannot be read: Is a directory."),
        (["PAYLOAD", "--format", "nagios"], 2, "There is no format 'nagios'."),
        (["PAYLOAD", "--format", "opsgenie"], 4, "not of opsgenie, but looks like alertmanager."),
    ],
)
def test_what_cannot_be_read_is_said(run, payload, arguments, code, said):
    done = run("alert", "parse", *[payload if word == "PAYLOAD" else word for word in arguments])
    assert (done.code, done.out) == (code, "")
    assert said in done.err


# --- declare --from-alert ------------------------------------------------------------------------


def firing_now(tmp_path, **more):
    """A payload that has fired for five minutes."""
    at = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    path = tmp_path / "now.json"
    path.write_text(json.dumps(PAYLOAD | {"alerts": [ALERT | {"startsAt": at} | more]}))
    return str(path)


def test_what_a_rule_keeps_for_few_is_declared_restricted(run, team, tmp_path):
    (team / "alerts.yaml").write_text(
        "rules: [{name: pages, match: {severity: page}, restricted: true}]\n"
    )
    assert run("declare", "--from-alert", firing_now(tmp_path), "--json").code == 0
    assert [each["restricted"] for each in run("list", "--json").json["incidents"]] == [True]


def test_declare_from_an_alert_needs_nothing_else(run, show, tmp_path):
    done = run("declare", "--from-alert", firing_now(tmp_path), "--json")
    assert done.code == 0, done.err
    declared = done.json
    assert declared["title"] == "Checkout \x1b[31mis down now"
    assert (declared["services"], declared["severity"]) == (["checkout"], "SEV1")
    assert declared["confirmed"] is False  # no person has said so
    shown = show()
    assert shown["reported_by"] == "alert"
    assert shown["started"] < shown["declared"]
    assert {(link["label"], link["url"]) for link in shown["links"]} == {
        ("alert runbook", "https://r.example")
    }
    notes = [entry["text"] for entry in shown["timeline"] if entry["kind"] == "noted"]
    assert len(notes) == 1
    assert re.match(
        r"Alert of alertmanager, page, firing since \d{4}-\d\d-\d\d \d\d:\d\d UTC: Ch", notes[0]
    )
    assert "(part" not in notes[0]
    assert "labels: bad=\x1b[2J\u202e, service=checkout, severity=page" in notes[0]


def test_what_the_person_states_stands(run, tmp_path):
    declared = run(
        "declare", "Payments fail", "--from-alert", firing_now(tmp_path), "-s", "SEV3",
        "--affects", "cart", "--reported-by", "customer", "--json",
    ).json  # fmt: skip
    assert (declared["title"], declared["severity"]) == ("Payments fail", "SEV3")
    assert (declared["services"], declared["confirmed"]) == (["cart"], True)


def test_a_start_that_cannot_be_is_only_noted(run, show, payload):
    run("declare", "--from-alert", payload, "--json")  # it fired days ago
    assert show()["started"] is None


@pytest.mark.parametrize("label", ["bridge", "channel", "ticket"])
def test_an_address_of_an_alert_does_no_step(run, show, tmp_path, label):
    event = {"event_action": "trigger", "payload": {"summary": "It broke"}}
    event["links"] = [{"href": "https://x.example", "text": label}]
    path = tmp_path / "event.json"
    path.write_text(json.dumps(event))
    assert run("declare", "--from-alert", str(path), "--json").code == 0
    shown = show()
    assert [link["label"] for link in shown["links"]] == [f"alert {label}"]
    assert {step["state"] for step in shown["steps"]} == {"open"}


def test_an_alert_that_cannot_be_read_does_not_stop_who_has_a_title(run, tmp_path):
    path = tmp_path / "broken.json"
    path.write_text("{")
    done = run("declare", "--from-alert", str(path))
    assert (done.code, done.out) == (4, "")
    assert run("list").out == ""
    done = run("declare", "It broke", "--from-alert", str(path), "--json")
    assert (done.code, done.json["title"]) == (0, "It broke")
    assert "Declared without the alert: The payload is not JSON" in done.err


def test_what_is_over_is_not_declared_without_a_title(run, tmp_path):
    done = run("declare", "--from-alert", firing_now(tmp_path, status="resolved"))
    assert (done.code, done.out) == (4, "")
    assert "No alert in the payload is firing." in done.err


def test_of_an_alert_that_is_over_its_end_is_told():
    labels = {"alertname": "Backlog", "service": "cart"}
    over = {"startsAt": "2026-11-24T13:00:00Z", "endsAt": "2026-11-24T13:05:00Z"}
    alerts = [
        {"status": "firing", "labels": labels, "startsAt": "2026-11-24T13:10:00Z"},
        {"status": "resolved", "labels": labels, **over},
    ]
    posted = {"version": "4", "status": "firing", "groupKey": "g", "alerts": alerts}
    (note,) = alert_facts(parse(json.dumps(posted).encode()))
    first, _, second, _ = note.text.splitlines()
    assert first == "Alert of alertmanager, firing since 2026-11-24 13:10 UTC: Backlog"
    assert second == "Alert of alertmanager, resolved at 2026-11-24 13:05 UTC: Backlog"


def test_auto_lets_the_rules_decide(run, team, payload):
    (team / "alerts.yaml").write_text(
        "rules:\n  - {name: pages, match: {severity: page}, mode: declare, severity: SEV2}\n"
    )
    done = run("declare", "--from-alert", payload, "--auto")
    assert done.code == 0
    (declared,) = [line.split()[-1] for line in done.out.splitlines() if "declared" in line]
    shown = run("show", declared, "--json").json
    assert (shown["severity"], shown["services"], shown["confirmed"]) == (
        "SEV2",
        ["checkout"],
        False,
    )
    again = run("declare", "--from-alert", payload, "--auto")
    assert (again.code, again.out) == (0, "")
    assert "nothing new to record" in again.err
    assert [each["id"] for each in run("list", "--json").json["incidents"]] == [declared]


def test_auto_without_a_rule_waits_in_the_inbox(run, payload):
    found = run("declare", "--from-alert", payload, "--auto", "--json").json
    assert (found["alerts"], found["declared"], len(found["groups"])) == (1, [], 1)
    assert run("list", "--json").json["incidents"] == []
    assert [row["id"] for row in run("alert", "inbox", "--json").json["alerts"]] == found["groups"]


def test_auto_states_nothing_beside(run, payload):
    assert run("declare", "a", "title", "--from-alert", payload, "--auto").code == 2
    assert run("declare", "--auto").code == 2


def test_a_payload_of_a_source_with_its_own_mapping_can_be_tried(run, team, tmp_path):
    (team / "alerts.yaml").write_text(
        "sources:\n  lab:\n    format: generic\n"
        "    mapping: {each: 'events[]', title: msg, key: tag, state: st}\n"
        "rules:\n"
        "  - {name: alive, match: {source: lab, key: HEARTBEAT}, mode: heartbeat, every: 1m}\n"
    )
    path = tmp_path / "lab.json"
    beat = {"tag": "HEARTBEAT", "msg": "alive", "st": "OK"}
    path.write_text(json.dumps({"events": [beat, {"tag": "CL", "msg": "Chlorine low"}]}))

    for words in (["alert", "explain"], ["alert", "parse"], ["declare", "--from-alert"]):
        unknown = run(*words, str(path))
        assert unknown.code != 0
        assert "--source" in unknown.err
    assert "--source" in run("alert", "explain", str(path), "--format", "lab").err
    wrong = run("alert", "explain", str(path), "--source", "lap")
    assert (wrong.code, "Did you mean 'lab'?" in wrong.err) == (2, True)
    both = run("alert", "parse", str(path), "--source", "lab", "--format", "grafana")
    assert (both.code, "not both" in both.err) == (2, True)

    result = run("alert", "explain", str(path), "--source", "lab")
    assert result.code == 0, result.err
    assert "its state is resolved: that is no heartbeat" in result.out
    assert result.out.count("no heartbeat") == 1
    assert "from       lab" in run("alert", "parse", str(path), "--source", "lab").out
    assert "alive" in run("alert", "replay", str(path), "--source", "lab").out
    done = run("declare", "--from-alert", str(path), "--source", "lab", "--no-input", "--json")
    assert done.code == 0, done.err
    assert run("show", "--json").json["title"] == "Chlorine low"
