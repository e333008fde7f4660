"""Bugs that were found by reading and trying, each with a test of its own."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import time

import pytest


@pytest.fixture
def show(run):
    return lambda *part: run("show", *part, "--json").json


def declared(run, *more):
    return run("declare", "login is down", "--no-input", "--json", *more).json


def test_a_moment_before_1970_is_refused_and_nothing_is_acknowledged(run):
    done = run("declare", "z", "--no-input", "--at", "0999-01-01T00:00")
    assert done.code == 2
    assert "too far in the past" in done.err
    assert "z" in done.err.splitlines()
    assert run("list", "--all").out == ""
    declared(run)
    assert run("log", "x", "--at", "999999 weeks ago").code == 2


def test_undo_of_an_earlier_change_leaves_the_process_of_the_severity(run, show):
    declared(run, "--severity", "SEV3")
    run("severity", "SEV1", "--as", "greta")
    run("severity", "SEV4", "--as", "omar")
    assert run("undo", "--as", "greta").code == 0
    state = show()
    assert (state["severity"], state["runbooks"]) == ("SEV4", ["non-critical"])
    assert state["problems"] == []


def test_undo_right_after_a_declaration_keeps_its_process(run, show):
    declared(run)
    refused = run("undo")
    assert refused.code == 5
    assert "`severity` and `affects`" in refused.err
    assert show()["runbooks"] == ["critical"]


def test_show_at_a_moment_before_a_redaction_is_redacted(run, show):
    declared(run)
    run("log", "hunter2", "--at", "1 minute ago")
    before = show()["timeline"][0]["recorded"]
    run("redact", "-1")
    for form in ((), ("--json",)):
        assert "hunter2" not in run("show", "--at", before, *form).out


def test_redact_blanks_the_address_that_a_step_kept(run):
    declared(run)
    run("step", "done", "open-channel", "--link", "https://chat.example.com/SECRET")
    number = next(
        e["number"] for e in run("show", "--json").json["timeline"] if e["kind"] == "step-done"
    )
    run("redact", str(number))
    for command in (("show",), ("show", "--json"), ("log",)):
        assert "SECRET" not in run(*command).out


def test_a_runbook_that_is_too_large_leaves_nobody_without_steps(run, team, show):
    steps = "".join(
        f"  - {{id: step-{n}, title: Do {n}, purpose: {'why ' * 125}}}\n" for n in range(200)
    )
    (team / "runbooks" / "huge.yaml").write_text(
        f"name: huge\napplies_to: {{categories: [vendor]}}\nsteps:\n{steps}"
    )
    answer = declared(run, "--category", "vendor")
    assert answer["runbooks"] == ["huge"]
    assert len(show()["steps"]) == 200
    assert answer["severity"] == "SEV2"


def test_run_gives_an_incident_its_process_when_the_declarer_was_cut_off(run, team, monkeypatch):
    subprocess.run(
        [sys.executable, "-m", "incidentctl", "declare", "cut off", "--no-input"],
        cwd=team,
        env={**os.environ, "INCIDENTCTL_CRASH_AT": "outbox.acknowledged"},
        capture_output=True,
        check=False,
    )
    monkeypatch.setattr("sys.stdin", io.StringIO("l\n"))
    done = run("run")
    assert "Step 1 of 8" in done.err
    assert run("show", "--json").json["runbooks"] == ["critical"]


def test_piped_lines_mean_the_steps_and_a_line_that_is_refused_ends_with_2(run, monkeypatch):
    declared(run)
    monkeypatch.setattr("sys.stdin", io.StringIO("d paged bob\nz what\nn never read\n"))
    done = run("run")
    assert done.code == 2
    assert "'z' is none of" in done.err
    state = run("show", "--json").json
    assert state["steps"][0]["state"] == "done"
    assert "never read" not in str(state["timeline"])


def test_a_reporter_that_is_none_is_told(run):
    answer = declared(run, "--reported-by", "customr")
    assert any("did you mean customer?" in note for note in answer["notes"])


def test_a_full_disk_behind_stderr_stops_no_declaration(team):
    done = subprocess.run(
        [
            "sh",
            "-c",
            f"exec {sys.executable} -m incidentctl declare 'x' --no-input --json 2>/dev/full",
        ],
        cwd=team,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert '"runbooks": [' in done.stdout


def test_a_full_disk_behind_stdout_is_no_bug(run, team):
    declared(run)
    done = subprocess.run(
        ["sh", "-c", f"exec {sys.executable} -m incidentctl show >/dev/full"],
        cwd=team,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 6
    assert "No space left on device" in done.stderr


def test_a_command_is_not_run_for_an_incident_that_takes_no_output(run, team):
    declared(run, "--severity", "SEV3")
    ident = run("list").out.split()[0]
    run("resolve")
    run("close")
    done = run("log", "-i", ident, "--", "touch", "ran")
    assert done.code == 5
    assert not (team / "ran").exists()


def test_an_update_after_its_step_was_skipped_brings_the_cadence_of_the_step_back(run, show):
    declared(run, "--severity", "SEV1")
    run("step", "skip", "updates")
    run("update", "we look")
    before = show()["next_update"]
    run("step", "done", "page-on-call")
    assert show()["next_update"] == before


def test_bare_log_as_json_is_refused_with_what_to_do(run):
    declared(run)
    done = run("log", "--json")
    assert done.code == 2
    assert "show --json" in done.err


def test_minus_one_is_what_a_person_said_last_and_not_what_the_catalog_made_of_it(run, show):
    declared(run, "--severity", "SEV1")
    run("log", "breaker B1 tripped")
    run("severity", "SEV3")
    run("undo")
    done = run("amend", "-1", "breaker B2 tripped")
    assert "breaker B1 tripped" in done.err
    texts = [entry["text"] for entry in show()["timeline"]]
    assert "breaker B2 tripped" in texts
    assert not any("detached: breaker" in text for text in texts)


def test_a_time_is_told_in_the_organisations_zone_where_the_machine_runs_on_utc(
    run, team, show, monkeypatch
):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    settings = team / "incidentctl.yaml"
    settings.write_text(re.sub(r"timezone: .*", "timezone: Pacific/Auckland", settings.read_text()))
    declared(run)
    run("log", "breaker tripped", "--at", "00:30", "--as", "somebody")
    at = next(e["at"] for e in show()["timeline"] if e["text"] == "breaker tripped")
    assert at[11:16] in ("11:30", "12:30")  # by the season


def test_a_mistake_is_put_right_after_closing(run, show):
    declared(run, "--severity", "SEV3")
    ident = run("list").out.split()[0]
    run("log", "wrong zone")
    number = str(show()["timeline"][-1]["number"])
    run("resolve")
    run("close")
    assert run("amend", "-i", ident, number, "the right zone").code == 0
    assert run("retract", "-i", ident, number).code == 0
    refused = run("retract", "-i", ident, "-1")
    assert (refused.code, "reopen" in refused.err) == (5, True)
    assert run("log", "-i", ident, "more").code == 5


def test_close_without_a_name_means_the_resolved_one_and_not_a_cancelled_one(run):
    first = declared(run, "--severity", "SEV3")["id"]
    second = run("declare", "another", "--no-input", "--json").json["id"]
    run("cancel", "duplicate", "-i", second)
    run("resolve", "-i", first)
    assert run("close", "--json").json["incident"] == first


def test_a_second_declaration_of_the_same_tells_of_the_first(run):
    first = declared(run, "--affects", "checkout")["id"]
    again = run("declare", "pay is down", "--affects", "checkout", "--no-input", "--json").json
    assert any(first in note and "--duplicate-of" in note for note in again["notes"])
    other = run("declare", "ads", "--affects", "ad", "--no-input", "--json").json
    assert not any("--duplicate-of" in note for note in other["notes"])


def test_init_does_not_drop_a_second_team(command, tmp_path):
    done = command("init", str(tmp_path / "x"), "--team", "a", "--team", "b", "--no-input")
    assert done.code == 2
    assert "one team" in done.err
    assert not (tmp_path / "x").exists()
