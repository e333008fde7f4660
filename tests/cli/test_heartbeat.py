"""A missed heartbeat is told: outside by an announcement, and by doctor."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from tests.sending import trusted

from incidentctl.app.actions import automatic
from incidentctl.app.alerts.receive import Receiver
from incidentctl.app.receiver.station import Station
from incidentctl.app.workspace.receiver_signs import Signs
from incidentctl.app.workspace.workspace import open_workspace

RULES = """\
rules:
  - {name: dog, match: {alertname: Watchdog}, mode: heartbeat, every: 5m, severity: SEV1}
"""
ANNOUNCED = """\
announcements:
  - name: silence
    on: [heartbeat-missed]
    applies_to: {severities: [SEV1]}
    actions:
      - uses: pagerduty
        with: {routing_key: env:PD_KEY, base_url: URL}
"""


@pytest.fixture
def target(target):
    target.answer = lambda _: (202, {"status": "success"}, {})
    return target


def sent(folder):
    workspace = open_workspace(str(folder))
    found = automatic.due(workspace, workspace.now())
    return automatic.run_due(workspace, found, workspace.actor(None))


def test_it_is_announced_once_and_no_more_when_it_is_over(run, team, target, monkeypatch):
    (team / "alerts.yaml").write_text(RULES)
    (team / "announce.yaml").write_text(ANNOUNCED.replace("URL", target.url))
    monkeypatch.setenv("PD_KEY", "s3cr3t")
    trusted(run)
    workspace = open_workspace(str(team))
    receiver, start = Receiver(workspace), workspace.now() - timedelta(minutes=10)
    receiver.tick(start)
    assert sent(team) == []
    receiver.tick(start + timedelta(minutes=6))
    [done] = sent(team)
    assert done.done, done
    [asked] = target.asked
    assert asked.body["event_action"] == "trigger"
    assert "No heartbeat of dog for 5m" in json.dumps(asked.body)
    assert "silence is no all-clear" in json.dumps(asked.body)
    assert sent(team) == []
    shown = run("alert", "show", "1").out
    assert "announcement silence" in shown
    assert run("list").out.count("heartbeat") == 0
    assert run("alert", "dismiss", "1", "known").code == 0
    assert sent(team) == []


def test_doctor_does_not_say_ok_for_a_missed_heartbeat(run, team):
    workspace = open_workspace(str(team))
    now, ago = workspace.now(), workspace.now() - timedelta(minutes=12)
    signs = Signs(now, 1, "127.0.0.1:1", {"am": now}, {"dog": ago}, (), missed=("dog",))
    station = Station(workspace)
    station.take()
    station.say(signs)
    out = run("doctor").out
    assert "no heartbeat of dog for 12m" in out
    assert "heartbeat dog was heard" not in out
    assert "no heartbeat of dog" in run("due").err
    beating = signs._replace(missed=())
    station.say(beating)
    assert "heartbeat dog was heard 12m ago" in run("doctor").out
