"""A short run of `make torture`, and that it would tell: some of the faults of `make mutants`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from torture.plan import FAULTS, draw

ROOT = Path(__file__).parents[2]


def torture(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "torture", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_no_history_violates_what_the_record_promises() -> None:
    done = torture("--seed", "make-test", "--seconds", "8", "--jobs", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    counted = re.search(r"(\d+) histories, \d+ actions, (\d+) kills, (\d+) ack", done.stdout)
    assert counted, done.stdout
    histories, kills, acknowledged = map(int, counted.groups())
    assert histories >= 2
    assert kills + acknowledged > 20, "nothing was tormented"


@pytest.mark.parametrize(
    "name",
    [
        "acknowledge-before-fsync",
        "forget-before-import",
        "redaction-not-applied-in-a-flush",
        "one-hash-for-every-repository",
        "restricted-in-the-branch-for-people",
    ],
)
def test_a_planted_fault_is_caught(name: str) -> None:
    done = torture("--seed", "make-test", "--mutants", name)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{name} " in done.stdout
    assert "caught by" in done.stdout


def test_the_faults_of_alerts_can_be_planted() -> None:
    script = """
from torture import mutants
for name, each in mutants.every().items():
    if each.harness:
        mutants.apply(name)
        print(name)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) >= 5


@pytest.mark.parametrize("faults", ["prune", "broken", "torn", "hostile", "restricted", "accounts"])
def test_each_fault_is_in_histories_of_its_own(faults: str) -> None:
    plans = [draw(f"a:{number}", faults=frozenset({faults})) for number in range(5)]
    assert faults in FAULTS
    assert all(plan.faults == {faults} for plan in plans)
    assert len({plan.steps for plan in plans}) == 5


def test_a_seed_plays_the_same_again() -> None:
    assert draw("a:1") == draw("a:1")
    assert draw("a:1") != draw("a:2")
