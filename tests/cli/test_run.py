"""`incidentctl run` from a pipe."""

from __future__ import annotations

import io
import os

import pexpect
from tests import program


def test_run_gives_an_incident_its_process_when_the_declarer_was_cut_off(run, team, monkeypatch):
    crash = {**os.environ, "INCIDENTCTL_CRASH_AT": "outbox.acknowledged"}
    program.run("declare", "cut off", "--no-input", cwd=team, env=crash)
    monkeypatch.setattr("sys.stdin", io.StringIO("l\n"))
    done = run("run")
    assert "Step 1 of 8" in done.err
    assert run("show", "--json").json["runbooks"] == ["critical"]


def test_piped_lines_mean_the_steps_and_a_line_that_is_refused_ends_with_2(
    run, monkeypatch, declared
):
    declared()
    monkeypatch.setattr("sys.stdin", io.StringIO("d paged bob\nz what\nn never read\n"))
    done = run("run")
    assert done.code == 2
    assert "'z' is not one of" in done.err
    state = run("show", "--json").json
    assert state["steps"][0]["state"] == "done"
    assert "never read" not in str(state["timeline"])


def test_the_walk_takes_command_and_escalates(run, monkeypatch, opened):
    monkeypatch.setattr("sys.stdin", io.StringIO("c no answer for ten minutes\nx\nx orders\nl\n"))
    done = run("run", "--as", "omar")
    assert done.code == 0, done.err
    state = run("show", "--json").json
    assert state["commander"] == "omar"
    assert state["escalated"][-1] == "orders"
    assert len(state["escalated"]) == 2
    assert "NOT SENT: this pages nobody" in done.err
    assert "on call: " in done.err


def test_the_step_of_the_status_page_posts_a_public_update_once_it_was_seen(
    run, monkeypatch, team, declared
):
    declared()
    monkeypatch.setattr("sys.stdin", io.StringIO("p from a pipe\n"))
    refused = run("run", "--step", "status-page")
    assert (refused.code, "update --public --yes" in refused.err) == (5, True)
    environment = os.environ | {"TERM": "dumb", "COLUMNS": "100"}
    child = program.Terminal(
        "-C", team, "run", "--step", "status-page", env=environment, encoding="utf-8", timeout=60
    )  # fmt: skip
    child.expect("Update the public status page")
    child.sendline("p payments fail")
    child.expect("Customers read this:\r\n  payments fail")
    child.expect("Record this as for customers")
    child.sendline("n")
    child.expect("Nothing was recorded")
    child.sendline("p payments may fail")
    child.expect("Record this as for customers")
    child.sendline("y")
    child.expect("Nothing was published: no announcement takes it")
    child.sendline("l")
    child.expect(pexpect.EOF)
    state = run("show", "--json").json
    assert [(each["text"], each["public"]) for each in state["updates"]] == [
        ("payments may fail", True)
    ]
    assert {s["id"]: s["state"] for s in state["steps"]}["status-page"] == "open"
