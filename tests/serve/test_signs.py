"""What others in the clone see of its receiver."""

from __future__ import annotations

import errno
import itertools
import json
import shutil
from datetime import UTC, datetime, timedelta

from incidentctl.app.workspace import receiver_signs as signs
from incidentctl.app.workspace.receiver_signs import Signs
from incidentctl.cli.boundary import run as run_app
from incidentctl.cli.main import app

NOW = datetime.now(UTC).replace(microsecond=0)
RUNS = Signs(NOW, 42, "127.0.0.1:8095", {"am": NOW - timedelta(minutes=3)}, {}, ())


def test_a_receiver_that_runs_is_well():
    assert signs.problems_of(RUNS, NOW) == []
    assert signs.problems_of(RUNS._replace(problems=("the disk is full",)), NOW) == [
        "the receiver of alerts: the disk is full"
    ]
    assert signs.as_json(RUNS, NOW)["runs"]


def test_silence_is_no_all_clear():
    (silent,) = signs.problems_of(RUNS, NOW + timedelta(minutes=10))
    assert silent.startswith("no alerts come in: the receiver of this clone has fallen silent 10m")
    (stopped,) = signs.problems_of(RUNS._replace(stopped=True), NOW + timedelta(minutes=10))
    assert "was stopped 10m ago" in stopped
    assert signs.problems_of(RUNS, NOW + timedelta(days=8)) == []
    assert not signs.as_json(RUNS, NOW + timedelta(minutes=2))["runs"]


def test_doctor_watch_and_due_tell_of_it(start, team, capsys, monkeypatch):
    monkeypatch.setenv("NOT_THERE", "a secret")
    start()
    monkeypatch.chdir(team)

    def command(*words):
        run_app(app, list(words))
        return capsys.readouterr()

    capsys.readouterr()
    (check,) = [each for each in json.loads(command("doctor", "--json").out)["checks"]
                if each["name"] == "receiver"]  # fmt: skip
    assert check["state"] == "ok"
    assert check["message"].startswith("the receiver of alerts runs as process ")
    for name in ("watch", "due"):
        assert json.loads(command(name, "--json").out)["receiver"]["runs"]
    file = team / ".git/incidentctl/receiver.json"
    monkeypatch.setattr(signs, "SILENT", timedelta(seconds=-1))
    assert file.is_file()
    assert "no alerts come in" in command("due").err
    assert "no alerts come in" in command("watch").out
    assert "no alerts come in" in command("doctor").out


def test_a_second_receiver_is_told_who_is_the_first(start, team, capsys):
    first = start()
    assert run_app(app, ["-C", str(team), "serve", "--listen", "127.0.0.1:0"]) == 5
    said = capsys.readouterr().err
    assert f"which listens on 127.0.0.1:{first.server.port}." in said


def test_where_nobody_can_listen_is_told(start, team, capsys, tmp_path):
    taken = start().server.port
    other = tmp_path / "other"
    shutil.copytree(team, other)
    assert run_app(app, ["-C", str(other), "serve", "--listen", f"127.0.0.1:{taken}"]) == 6
    assert "Cannot listen on" in capsys.readouterr().err


def test_a_fault_that_stays_is_logged_once_though_each_try_has_another_file(start, tmp_path, capfd):
    upkeep, number = start().server._upkeep, itertools.count()

    def full():
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path / f".{next(number)}"))

    for _ in range(3):
        upkeep._guarded("a part", full)
    upkeep._guarded("a part", lambda: None)
    said = [line for line in capfd.readouterr().err.splitlines() if "event=a-part" in line]
    assert len(said) == 2
    assert f"{tmp_path}: No space left on device" in said[0]
    assert "none any more" in said[1]
