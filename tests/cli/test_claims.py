"""Two clones with one remote: only one of them sends, and nobody waits for ever."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import timedelta

import pytest
from tests.sending import plant, trusted

from incidentctl.app.actions import automatic
from incidentctl.app.actions import run as sending
from incidentctl.app.actions.prepare import target_of
from incidentctl.app.incident.find import load
from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.record.sync import claims


@pytest.fixture
def two(run, team, target, tmp_path, git, monkeypatch):
    """Two clones that share an open SEV1, each trusted; their folders, and the remote's."""
    plant(team, target.url, monkeypatch)
    settings = team / "incidentctl.yaml"
    settings.write_text(settings.read_text().replace("record: {", "record: {remote: origin, "))
    git(team, "add", "-A")
    git(team, "commit", "-qm", "Actions")
    remote = tmp_path / "remote.git"
    git(tmp_path, "clone", "-q", "--bare", str(team), str(remote))
    git(team, "remote", "add", "origin", str(remote))
    assert run("declare", "checkout is down", "--affects", "checkout", "-s", "SEV1").code == 0
    run("sync")
    other = tmp_path / "other"
    git(tmp_path, "clone", "-q", str(remote), str(other))
    git(other, "config", "user.name", "Greta Lindqvist")
    git(other, "config", "user.email", "greta@astronomy-shop.example")
    trusted(run)
    monkeypatch.chdir(other)
    run("sync")
    trusted(run)
    return team, other, remote


def due_in(folder, **more):
    workspace = open_workspace(str(folder))
    found = automatic.due(workspace, workspace.now())
    return automatic.run_due(workspace, found, workspace.actor(None), **more)


def test_of_two_clones_that_do_not_know_of_each_other_one_sends(two, target, run, git):
    team, other, remote = two
    [done] = due_in(team)
    assert done.done
    [refused] = due_in(other)  # it has not heard of that
    assert isinstance(refused.why, sending.NotNowError)
    assert "Another clone is sending" in refused.why.message
    assert len(target.asked) == 1
    run("sync")
    run("-C", str(team), "sync")
    run("sync")
    assert due_in(other) == []
    assert len(git(remote, "for-each-ref", "refs/incidentctl/claims").splitlines()) == 1
    kinds = [e["kind"] for e in run("show", "--json").json["timeline"] if "action" in e["kind"]]
    assert kinds == ["action-started", "action-done"]


def test_a_clone_that_claimed_and_was_stopped_is_passed_over_after_a_minute(
    two, target, monkeypatch
):
    team, other, _ = two
    stopped = open_workspace(str(team))
    ident = stopped.record.open_heads()[0].id
    key = f"{ident}.page-on-call.1"
    assert stopped.record.claim(ident, key, 1, limit=10).state == "held"
    assert stopped.record.claim(ident, key, 1, limit=10).state == "held"  # it is its own
    [refused] = due_in(other)
    assert isinstance(refused.why, sending.NotNowError)
    monkeypatch.setattr(claims, "PATIENCE", timedelta(0))
    [done] = due_in(other)
    assert done.done
    assert target.asked[0].body["dedup_key"] == key


def test_while_the_remote_is_away_a_ticket_waits_and_a_page_goes_out_after_half_a_minute(
    two, target, run, monkeypatch
):
    _, other, remote = two
    shutil.move(remote, f"{remote}.away")
    [waiting] = due_in(other)
    assert "waits for the remote" in waiting.why.message
    assert target.asked == []
    monkeypatch.setattr(sending, "_WITHOUT_CLAIM", timedelta(0))
    [done] = due_in(other)
    assert done.done
    assert "without a claim on the remote" in run("log").out
    assert run("action", "run", "create-ticket").code == 0  # a person does not wait
    workspace = open_workspace(str(other))
    ident = workspace.record.open_heads()[0].id
    incident = load(workspace, ident)
    ticket = target_of(workspace, incident, "tell-everybody")
    assert json.dumps(run("action", "list", "--json").json["problems"]) == "[]"
    assert ticket.step == "tell-everybody"


def test_claims_that_somebody_took_all_hold_up_no_page(two, target, run, git, monkeypatch):
    """Who may push may create every ref of a claim beforehand."""
    _, other, remote = two
    ident = open_workspace(str(other)).record.open_heads()[0].id
    name = hashlib.sha256(f"{ident}.page-on-call.1".encode()).hexdigest()[:40]
    for turn in range(30):
        git(remote, "update-ref", f"refs/incidentctl/claims/{name}/{turn}", "HEAD")
    [refused] = due_in(other)
    assert "Another clone is sending" in refused.why.message
    monkeypatch.setattr(claims, "PATIENCE", timedelta(0))
    [refused] = due_in(other)
    assert "5 claims of it were taken there" in refused.why.message
    assert target.asked == []
    monkeypatch.setattr(sending, "_WITHOUT_CLAIM", timedelta(0))
    [done] = due_in(other)
    assert done.done
    assert len(target.asked) == 1
    assert "without a claim on the remote" in run("log").out
