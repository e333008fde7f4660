"""The walk sends what a step says: `r` shows it, and only a second yes sends it."""

from __future__ import annotations

import io
import os
import sys

import pexpect
import pytest
from tests.sending import SECRET, answer, trusted


@pytest.fixture
def walk(run, monkeypatch):
    """Walk with lines of stdin."""

    def lines(*typed, auto=False):
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
        return run("run", *(["--auto"] if auto else []))

    return lines


def steps(run):
    return {each["id"]: each["state"] for each in run("show", "--json").json["steps"]}


def test_r_shows_what_is_sent_to_whom_and_r_yes_sends_it(run, sev1, target, walk):
    trusted(run)
    shown = walk("r", "l")
    assert "r sends it: pagerduty to 127.0.0.1 for " in shown.err
    assert "This is sent to 127.0.0.1 for " in shown.err
    assert "/v2/enqueue" in shown.err
    assert "Nothing was sent. `r yes` sends it." in shown.err
    assert SECRET not in shown.err + shown.out
    assert target.asked == []
    sent = walk("r yes", "l")
    assert "Sent to 127.0.0.1 for " in sent.err
    assert "Step 2 of 4: Create a ticket" in sent.err
    assert steps(run)["page-on-call"] == "done"
    assert len(target.asked) == 1


def test_untrusted_the_walk_says_so_and_r_is_no_key(run, sev1, target, walk):
    shown = walk("g 1", "l")
    assert "NOT SENT: Nothing is sent: this repository is not trusted." in shown.err
    refused = walk("r yes")
    assert refused.code == 2
    assert "'r' is not one of" in refused.err
    refused = walk("l", auto=True)
    assert refused.code == 5
    assert "not trusted" in refused.err
    assert target.asked == []
    assert set(steps(run).values()) == {"open"}


def test_auto_runs_what_is_marked_automatic_and_nothing_else(run, sev1, target, walk):
    trusted(run)
    assert "Sent to 127.0.0.1 for " in walk("l", auto=True).err
    assert len(target.asked) == 1
    assert steps(run) == {
        "page-on-call": "done", "create-ticket": "open", "tell-everybody": "open", "think": "open",
    }  # fmt: skip


def test_a_failure_is_told_in_the_walk_and_the_step_stays_open(
    run, sev1, target, walk, monkeypatch
):
    monkeypatch.setattr("incidentctl.domain.actions.run.DELAYS", ())
    trusted(run)
    target.answers(400)
    result = walk("r yes", "l")
    assert "NOT SENT to 127.0.0.1" in result.err
    assert "! NOT SENT: Page the on-call engineer" in result.err
    assert steps(run)["page-on-call"] == "open"
    target.answer = answer
    assert "Sent to 127.0.0.1" in walk("r yes", "l").err


def test_on_a_terminal_a_second_confirmation_sends(run, sev1, target, team):
    trusted(run)
    environment = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    child = pexpect.spawn(
        sys.executable,
        ["-m", "incidentctl", "-C", str(team), "run"],
        env=environment, dimensions=(40, 80), timeout=30, encoding="utf-8",
    )  # fmt: skip
    child.expect("Who takes which role")
    child.expect("letter or arrows")
    child.send("s\r")
    child.expect("r sends it: pagerduty")
    child.expect("letter or arrows")
    child.send("r\r")
    child.expect("This is sent to 127.0.0.1")
    child.expect("Send it")
    child.sendline("n")
    child.expect("Nothing was sent")
    assert target.asked == []
    child.expect("letter or arrows")
    child.send("r\r")
    child.expect("Send it")
    child.sendline("yes")  # nothing of it is left for the list that follows
    child.expect("Sent to 127.0.0.1")
    child.expect("Create a ticket")
    child.expect("letter or arrows")
    child.send("l\r")
    child.expect(pexpect.EOF)
    assert len(target.asked) == 1
    assert steps(run)["page-on-call"] == "done"
