"""A short run of `make fuzz`, and that it would tell."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from fuzz.__main__ import TARGETS, try_one
from fuzz.findings import findings
from fuzz.place import Ran, make

from fuzz import events, lines
from incidentctl.domain.incident.event_json import decode
from incidentctl.domain.incident.events import Unknown

ROOT = Path(__file__).parents[2]


def test_no_input_makes_a_command_misbehave() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fuzz", "--seed", "make-test", "--most", "5"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    counted = re.search(r"5 inputs, (\d+) commands, 0 findings", done.stdout)
    assert counted, done.stdout
    assert int(counted[1]) > 30


@pytest.mark.parametrize(
    ("ran", "told"),
    [
        (Ran(("list",), 0, "fine\tand\r\nplain\n", "", ""), None),
        (Ran(("list",), 6, "", "error: x", ""), None),
        (Ran(("list",), 70, "", "", "OverflowError: x"), "OverflowError"),
        (Ran(("list",), -11, "", "", ""), "exit -11"),
        (Ran(("list",), None, "", "", ""), "more than 10 s"),
        (Ran(("list",), 1, "", "Traceback (most recent call last)\n", ""), "traceback"),
        (Ran(("list",), 0, "\x1b[31m", "", ""), "stdout"),
        (Ran(("list",), 0, "", "a\u202eb", ""), "stderr"),
    ],
)
def test_what_a_finding_is(ran: Ran, told: str | None) -> None:
    found = list(findings(ran))
    assert found == [] if told is None else told in found[0]


def test_a_bug_is_found_and_an_input_is_the_same_again(tmp_path, monkeypatch) -> None:
    template = make(tmp_path / "template")

    def broken(*_: object, **__: object) -> None:
        raise OverflowError("planted")

    monkeypatch.setattr("incidentctl.render.incident.log.render_log", broken)
    monkeypatch.setattr("incidentctl.app.incident.respond.fold", broken)
    findings = [
        list(try_one(template, tmp_path / name, "events", "a", 0, totals=Counter()))
        for name in ("one", "two")
    ]
    assert any("planted" in each for each in findings[0])
    assert len(findings[0]) == len(findings[1])


def test_most_events_are_ones_that_are_applied() -> None:
    """Else the reading of events would be all that is tried."""
    drawn = [data for number in range(20) for _, data in events._events(Random(number))]
    known = 0
    for data in drawn:
        try:
            known += not isinstance(decode(data).fact, Unknown)
        except ValueError:
            continue
    assert known > len(drawn) / 2


def test_every_command_is_tried() -> None:
    assert set(TARGETS) == {"events", "yaml", "settings", "refs", "cli", "alerts"}
    assert {("log",), ("drill", "check"), ("catalog", "lint")} <= set(lines.commands())
