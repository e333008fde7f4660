"""A drill at a pseudo-terminal: three injects, scored, looked back at, its action item overdue."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pexpect
import pytest
from tests import program

PLAN = """\
name: q1
what: Logging in on staging
team: orders
at: 2026-03-29T10:30
how: We stop the token database
why: To practise the runbook
saboteur: greta
injects:
  - {after: 1s, tell: Support has 30 tickets}
  - {after: 3s, tell: The database does not answer}
  - {after: 5h, tell: A journalist calls}
targets: {first_update: 15m}
"""
COMMAND = [sys.executable, "-m", "incidentctl"]


@pytest.fixture
def shop(team, git):
    (team / "drills").mkdir()
    (team / "drills/q1.yaml").write_text(PLAN)
    git(team, "add", "-A")
    git(team, "commit", "-qm", "A drill")
    return team


def run(root, *arguments):
    done = program.run("-C", root, *arguments, check=True)
    return done.stdout


def test_a_drill_with_three_injects_is_played_scored_and_looked_back_at(shop):
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "40"}
    environment["PROMPT_TOOLKIT_NO_CPR"] = "1"  # nobody answers where the cursor is
    child = program.Terminal(
        "-C", shop, "drill", "run", "q1", "--severity", "SEV3", "--as", "omar",
        env=environment, dimensions=(40, 80), timeout=60, encoding="utf-8",
    )  # fmt: skip
    child.expect_exact("q1 is planned for 2026-03-29")
    child.expect_exact("Play it now?")
    child.sendline("y")
    # Nobody touches a key: what is due comes by itself, and the walk goes on where it was.
    child.expect_exact("Inject 1: Support has 30 tickets")
    child.expect_exact("Inject 2: The database does not answer")
    child.expect_exact("then Enter)")
    child.send("d\r")
    child.expect_exact("note or link")
    # The third from another terminal, whenever it would be due.
    assert run(shop, "drill", "next") == "Inject 3: A journalist calls\n"
    child.expect_exact("Inject 3: A journalist calls")
    child.send("paged\r")
    child.expect_exact("Step 2 of")
    child.expect_exact("then Enter)")
    child.send("u\r")
    child.expect_exact("update")
    child.send("we look at it\r")
    child.expect_exact("then Enter)")
    child.send("s\r")
    child.expect_exact("reason")
    child.send("practice\r")
    child.expect_exact("then Enter)")
    child.send("l\r")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0

    run(shop, "drill", "stop")
    score = json.loads(run(shop, "drill", "score", "q1", "--json"))
    _, command, update = score["measures"]
    assert (command["took"], update["met"], len(score["skipped"])) == (0, True, 1)
    run(shop, "retro")
    file = shop / f"retros/{score['incident']}.md"
    written = file.read_text()
    assert [n for n in (1, 2, 3) if f"Inject {n}: " in written] == [1, 2, 3]
    assert json.loads(run(shop, "list", "--all", "--kind", "incident", "--json"))["incidents"] == []

    # What they will change is due in three days, and nobody does it.
    due = (datetime.now(UTC) + timedelta(days=3)).date()
    item = f"  - {{id: q1-1, title: An alarm on the tokens, owner: omar, due: {due}}}\n"
    file.write_text(written.replace("actions:\n", f"actions:\n{item}"))
    assert "q1-1" in run(shop, "actions")
    assert run(shop, "actions", "--overdue") == ""
    need_faketime()
    next_week = subprocess.run(
        ["faketime", "-f", "+10d", *COMMAND, "-C", shop, "actions", "--overdue"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert next_week.returncode == 1, next_week.stderr
    assert "An alarm on the tokens" in next_week.stdout


def test_who_leaves_the_walk_of_a_drill_that_is_over_is_not_told_to_go_on(shop):
    environment = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    child = program.Terminal(
        "-C", shop, "drill", "run", "q1", "--severity", "SEV3", "--as", "omar",
        env=environment, dimensions=(40, 80), timeout=60, encoding="utf-8",
    )  # fmt: skip
    child.expect_exact("Play it now?")
    child.sendline("y")
    child.expect_exact("then Enter)")
    run(shop, "drill", "stop")
    child.expect_exact("The incident is resolved.")
    child.expect_exact("then Enter)")
    child.send("l\r")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "Continue with" not in child.before
    assert "When it is over" not in child.before


def need_faketime():
    if not shutil.which("faketime"):
        if os.environ.get("INCIDENTCTL_REQUIRE_ALL") == "1":
            pytest.fail("faketime is missing")
        pytest.skip("faketime is missing: what is overdue next week was not seen")
