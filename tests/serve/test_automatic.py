"""A receiver runs what is marked automatic, once it is trusted, and says so before."""

from __future__ import annotations

import json
import time

from tests.sending import SECRET, plant

from incidentctl.cli.boundary import run as run_app
from incidentctl.cli.main import app
from incidentctl.serve import upkeep


def until(found, seconds=60.0):
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
    return value


def test_a_step_runs_by_itself_after_the_trust_and_not_before(
    start, team, target, monkeypatch, capsys
):
    monkeypatch.setattr(upkeep, "_ACT", 0.2)
    plant(team, target.url, monkeypatch)

    def command(*words):
        capsys.readouterr()
        assert run_app(app, ["-C", str(team), *words]) == 0
        return capsys.readouterr().out

    command("declare", "checkout is down", "--affects", "checkout", "-s", "SEV1")
    serving = start()
    problem = until(lambda: serving.ask("GET", "/readyz").body["problems"].get("actions"))
    assert problem == "Nothing is sent: this repository is not trusted"
    assert target.asked == []
    command("trust", json.loads(command("trust", "--json"))["hash"])
    (asked,) = until(lambda: list(target.asked))
    assert asked.body["routing_key"] == SECRET
    until(lambda: not serving.ask("GET", "/readyz").body["problems"].get("actions"))
    (action,) = until(lambda: json.loads(command("show", "--json"))["actions"])
    assert action["state"] == "done"
    time.sleep(0.5)
    assert len(target.asked) == 1


def test_a_receiver_that_has_nothing_to_send_asks_for_no_trust(start, team, monkeypatch, capsys):
    monkeypatch.setattr(upkeep, "_ACT", 0.1)
    acted = []
    act = upkeep.Upkeep._act
    monkeypatch.setattr(upkeep.Upkeep, "_act", lambda self: acted.append(act(self)))
    assert run_app(app, ["-C", str(team), "declare", "checkout is down", "-s", "SEV1"]) == 0
    serving = start()
    until(lambda: acted)
    assert "actions" not in serving.ask("GET", "/readyz").body["problems"]
    capsys.readouterr()
