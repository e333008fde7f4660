"""`action`: what a step sends, what is recorded of it, and what is never sent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from tests.sending import SECRET, answer, plant, trusted

from incidentctl.app.actions import automatic
from incidentctl.app.workspace.workspace import open_workspace


def step_state(show, step):
    return next(each["state"] for each in show()["steps"] if each["id"] == step)


@pytest.fixture
def show(run):
    return lambda: run("show", "--json").json


def everything(team, result, git):
    """Return the record, whole, and what a command printed."""
    blobs = git(team, "log", "-p", "--all")
    return blobs + result.out + result.err


def test_a_page_is_sent_once_and_recorded_with_who_was_on_call(run, sev1, target, show, team, git):
    trusted(run)
    ran = run("action", "run", "page-on-call")
    assert ran.code == 0, ran.err
    [asked] = target.asked
    assert asked.body["dedup_key"] == f"{sev1}.page-on-call.1"
    assert asked.body["routing_key"] == SECRET
    assert step_state(show, "page-on-call") == "done"
    [action] = show()["actions"]
    assert action["state"] == "done"
    assert action["recipient"]
    assert action["recipient"] in asked.body["payload"]["custom_details"]["text"]
    assert SECRET not in everything(team, ran, git)
    again = run("action", "run", "page-on-call")
    assert again.code == 5
    assert "was sent at" in again.err
    assert len(target.asked) == 1


@pytest.mark.parametrize(
    ("duty", "whom"),
    [("lead", ["Greta Lindqvist (greta)"]), ("escalation", ["kofi", "renata", "yuki"])],
)
def test_a_page_may_go_to_the_lead_or_to_whoever_is_called_after_the_team(
    run, sev1, target, show, team, duty, whom
):
    runbook = team / "runbooks" / "sev1.yaml"
    runbook.write_text(runbook.read_text().replace("on_call: owner", f"on_call: {duty}"))
    trusted(run)
    assert run("action", "run", "page-on-call").code == 0
    [action], [asked] = show()["actions"], target.asked
    assert any(person in action["recipient"] for person in whom)
    assert f"For {action['recipient']}" in asked.body["payload"]["custom_details"]["text"]


def test_a_page_to_nobody_is_not_sent(run, sev1, target, team):
    runbook, orders = team / "runbooks" / "sev1.yaml", team / "teams" / "orders.yaml"
    runbook.write_text(runbook.read_text().replace("on_call: owner", "on_call: escalation"))
    orders.write_text(orders.read_text().replace("  escalate_to: platform\n", ""))
    trusted(run)
    refused = run("action", "run", "page-on-call")
    assert refused.code == 5
    assert "Nothing is sent: no team is called after orders." in refused.err
    assert target.asked == []


def test_the_link_of_a_ticket_is_one_of_the_incident(run, sev1, target, show):
    trusted(run)
    assert run("action", "run", "create-ticket").code == 0
    link = {"label": "ticket", "url": "https://github.example/acme/shop/issues/7"}
    assert link in show()["links"]
    log = run("log").out
    assert "Action done: Create a ticket · `https://github.example/acme/shop/issues/7`" in log


def test_an_untrusted_repository_sends_nothing_by_any_path(
    run, sev1, target, show, monkeypatch, capsys
):
    for words in (
        ("action", "run", "page-on-call"),
        ("action", "retry", "page-on-call"),
    ):
        refused = run(*words)
        assert refused.code == 5
        assert "not trusted" in refused.err
    look = run("action", "run", "page-on-call", "--dry-run")
    assert (look.code, "/v2/enqueue" in look.out, "not trusted" in look.err) == (0, True, True)
    workspace = open_workspace()
    with pytest.raises(Exception, match="not trusted"):
        automatic.due(workspace, workspace.now())
    assert target.asked == []
    assert step_state(show, "page-on-call") == "open"
    assert "not trusted" in run("action", "list").err


def test_a_changed_byte_of_an_action_or_template_sends_nothing(run, sev1, target, team):
    (team / "templates").mkdir()
    template = team / "templates" / "x.md.j2"
    template.write_text("a")
    trusted(run)
    runbook = team / "runbooks" / "sev1.yaml"
    for file, old, new in ((template, "a", "b"), (runbook, "Tell everybody", "Tell anybody")):
        before = file.read_text()
        file.write_text(before.replace(old, new))
        refused = run("action", "run", "page-on-call")
        assert refused.code == 5
        assert "has changed since you trusted it" in refused.err
        file.write_text(before)
    assert target.asked == []
    assert run("action", "run", "page-on-call").code == 0


def test_a_failure_is_shown_and_ticks_nothing_and_a_retry_has_the_same_key(
    run, sev1, target, show, monkeypatch
):
    monkeypatch.setattr("incidentctl.domain.actions.run.DELAYS", ())
    trusted(run)
    target.answers(500)
    ran = run("action", "run", "page-on-call")
    assert ran.code == 6
    assert "NOT SENT to 127.0.0.1" in ran.err or "PERHAPS SENT" in ran.err
    assert step_state(show, "page-on-call") == "open"
    for command in ("status", "show"):
        output = run(command).out
        assert "SENT: Page the on-call engineer" in output
        assert "Send it again: `incidentctl action retry page-on-call`." in output
    target.answer = answer
    assert run("action", "retry", "page-on-call").code == 0
    keys = [asked.body["dedup_key"] for asked in target.asked]
    assert set(keys) == {f"{sev1}.page-on-call.1"}
    assert len(keys) == 2
    assert step_state(show, "page-on-call") == "done"
    assert [action["attempts"] for action in show()["actions"]] == [2]


def test_who_waits_sees_it_tried_again_after_what_the_target_asks_for(
    run, sev1, target, show, monkeypatch
):
    monkeypatch.setattr("incidentctl.domain.actions.run.DELAYS", (0.01, 0.01))
    trusted(run)
    target.answers((429, {}, {"Retry-After": "1"}), 503, (202, {"status": "success"}))
    begun = time.monotonic()
    assert run("action", "run", "page-on-call").code == 0
    assert time.monotonic() - begun >= 1
    assert len(target.asked) == 3
    kinds = [entry["kind"] for entry in show()["timeline"] if "action" in entry["kind"]]
    assert kinds == ["action-started", "action-failed"] * 2 + ["action-started", "action-done"]


def test_a_start_without_an_outcome_is_unknown_and_asks_to_look(
    run, sev1, target, show, team, monkeypatch
):
    """kill -9 between the start and the outcome, by a server that does not answer."""
    trusted(run)
    arrived = []

    def hang(asked):
        arrived.append(asked)
        time.sleep(1.5)
        return 202, {}, {}

    target.answer = hang
    program = [sys.executable, "-m", "incidentctl", "action", "run", "page-on-call"]
    process = subprocess.Popen(program, cwd=team, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not arrived and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    [action] = show()["actions"]
    assert action["state"] == "started"
    assert step_state(show, "page-on-call") == "open"
    assert "is being sent since" in run("action", "run", "page-on-call").err
    monkeypatch.setattr("incidentctl.domain.incident.unsent.AT_MOST", _no_time())
    refused = run("action", "run", "page-on-call")
    assert refused.code == 5
    assert "may have been sent" in refused.err
    assert "incidentctl action retry page-on-call" in refused.err
    assert "PERHAPS SENT, look before you try again" in run("action", "list").out
    target.answer = answer
    assert run("action", "retry", "page-on-call").code == 0
    assert len({asked.body["dedup_key"] for asked in target.asked}) == 1
    assert len(target.asked) == 2


def _no_time():
    from datetime import timedelta

    return timedelta(0)


def test_the_dry_run_prints_the_request_with_secrets_masked_and_records_nothing(
    run, sev1, target, show
):
    trusted(run)
    before = len(show()["timeline"])
    dry = run("action", "run", "page-on-call", "--dry-run")
    assert dry.code == 0
    assert "POST" in dry.out
    assert "/v2/enqueue" in dry.out
    assert f"{sev1}.page-on-call.1" in dry.out
    assert SECRET not in dry.out + dry.err
    assert run("action", "run", "page-on-call", "--dry-run", "--json").json["state"] == "dry-run"
    assert target.asked == []
    assert len(show()["timeline"]) == before


def test_without_its_secret_nothing_is_recorded_or_sent(run, sev1, target, show, monkeypatch):
    trusted(run)
    monkeypatch.delenv("PD_KEY")
    refused = run("action", "run", "page-on-call")
    assert refused.code == 5
    assert "PD_KEY is not set in the environment" in refused.err
    assert show()["actions"] == []


def test_a_step_done_by_hand_is_done_and_its_action_is_not_sent(run, sev1, target, show):
    trusted(run)
    assert run("step", "done", "page-on-call", "--note", "by phone").code == 0
    workspace = open_workspace()
    assert automatic.due(workspace, workspace.now()) == []
    assert show()["actions"] == []


def test_drills_and_restricted_incidents_use_only_targets_marked_for_them(
    run, team, target, monkeypatch
):
    plant(team, target.url, monkeypatch)
    trusted(run)
    drill = run("declare", "a drill", "--affects", "checkout", "-s", "SEV1", "--drill").out.strip()
    refused = run("action", "run", "page-on-call", "-i", drill)
    assert refused.code == 5
    assert "not marked for drills" in refused.err
    assert run("action", "run", "tell-everybody", "-i", drill).code == 0
    assert target.asked[-1].body["title"] == "DRILL: a drill"
    secret = run(
        "declare", "a leak", "--affects", "checkout", "-s", "SEV1", "--restricted"
    ).out.strip()
    refused = run("action", "run", "create-ticket", "-i", secret)
    assert refused.code == 5
    assert "not marked for restricted incidents" in refused.err
    assert run("action", "run", "tell-everybody", "-i", secret).code == 0
    assert len(target.asked) == 2
    workspace = open_workspace()
    assert automatic.due(workspace, workspace.now()) == []


def test_automatic_steps_run_once_and_are_tried_again_when_they_say(
    run, sev1, target, show, monkeypatch
):
    trusted(run)
    target.answers(503)
    workspace = open_workspace()
    who = workspace.actor(None)
    due = automatic.due(workspace, workspace.now())
    assert [each.target.step for each in due] == ["page-on-call"]
    [failed] = automatic.run_due(workspace, due, who)
    assert failed.retry_at is not None
    assert automatic.due(workspace, workspace.now()) == []
    [later] = automatic.due(workspace, failed.retry_at)
    target.answer = answer
    [done] = automatic.run_due(workspace, [later], who)
    assert done.done
    assert automatic.due(workspace, workspace.now()) == []
    assert len({asked.body["dedup_key"] for asked in target.asked}) == 1


def test_what_cannot_even_be_tried_is_in_the_record_once(run, sev1, target, show, monkeypatch):
    trusted(run)
    monkeypatch.delenv("PD_KEY")
    workspace = open_workspace()
    who = workspace.actor(None)
    automatic.run_due(workspace, automatic.due(workspace, workspace.now()), who)
    assert automatic.due(workspace, workspace.now()) == []
    [action] = show()["actions"]
    assert action["state"] == "failed"
    assert "PD_KEY is not set" in action["reason"]


def test_a_step_opened_again_is_sent_again_with_the_next_key(run, sev1, target):
    trusted(run)
    run("action", "run", "page-on-call")
    run("step", "reopen", "page-on-call")
    assert run("action", "run", "page-on-call").code == 0
    keys = [asked.body["dedup_key"] for asked in target.asked]
    assert keys == [f"{sev1}.page-on-call.1", f"{sev1}.page-on-call.2"]


def test_a_record_that_names_another_action_changes_nothing(run, sev1, target, show):
    trusted(run)
    assert run("action", "run", "think").code == 3
    listed = run("action", "list", "--json").json
    assert [each["step"] for each in listed["actions"]] == [
        "page-on-call", "create-ticket", "tell-everybody",
    ]  # fmt: skip
    assert json.dumps(listed).count(SECRET) == 0
