"""`alert parse` and `alert explain`: what a payload says, on the screen and as JSON."""

from __future__ import annotations

import io
import json
import sys
from types import SimpleNamespace

import pytest

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
        "started    2026-11-24T13:33:58.000Z\n"
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
        "because    label service=checkout is the otel identifier of checkout\n"
        "because    its severity 'page' is number 1 of a scale, here SEV1\n"
    )
    means = run("alert", "explain", payload, "--json").json["alerts"][0]["means"]
    assert (means["affects"], means["severity"]) == ("checkout", "SEV1")


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
