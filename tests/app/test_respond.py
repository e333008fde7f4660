"""The use cases of a response without a terminal: a Response in, a value out."""

from __future__ import annotations

import pytest

from incidentctl.app.incident import corrections, handover, lifecycle, notes, roles, steps
from incidentctl.app.incident.declare import Request, begin, complete, complete_if_cut_off
from incidentctl.app.incident.due import due_now
from incidentctl.app.incident.respond import Response
from incidentctl.app.walk.walk import Walk
from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.cli.incident.walk_menu import _listed
from incidentctl.domain.incident.state import DONE
from incidentctl.domain.incident.walk.machine import Choice
from incidentctl.errors import RefusedError


@pytest.fixture
def safe():
    """What was said to be safe."""
    return []


@pytest.fixture
def workspace(monkeypatch, tmp_path):
    """A record of this user's own, without a team's repository."""
    monkeypatch.chdir(tmp_path)
    return open_workspace(must=False)


@pytest.fixture
def cut_off(workspace, safe):
    """A response to an incident whose declarer was cut off."""
    who = workspace.actor("ann")
    ident = begin(workspace, Request("login is down"), who, on_recorded=safe.append)
    return Response(workspace, ident, who, on_recorded=safe.append)


@pytest.fixture
def response(cut_off):
    complete_if_cut_off(cut_off)
    return cut_off


def test_a_declaration_that_was_cut_off_gets_its_process_once(cut_off):
    assert cut_off.incident.tier is None
    completed = complete_if_cut_off(cut_off)
    assert completed is not None
    assert completed.commit is not None
    assert cut_off.incident.tier == "single"
    assert complete_if_cut_off(cut_off) is None


def test_a_use_case_returns_what_it_recorded(response, safe):
    done = notes.log(response, "rolled back")
    assert done.recorded is done
    assert safe[-1] == f"{response.ident}: log"
    assert [entry.event for entry in response.incident.entries[-1:]] == list(done.events)


def test_a_role_says_who_cannot_see_the_incident(workspace, safe):
    who = workspace.actor("ann")
    request = Request("a leak", restricted=True)
    ident = begin(workspace, request, who, on_recorded=safe.append)
    complete(workspace, ident, request, who)
    response = Response(workspace, ident, who, on_recorded=safe.append)
    assert roles.assign(response, "mitigator", "bob").unseen_by == "bob"
    assert roles.assign(response, "planning", "ann").unseen_by is None


def test_command_goes_from_one_to_the_other(response, workspace, safe):
    offered = handover.offer(response, "bob")
    assert (offered.by, offered.person, offered.unseen) == ("ann", "bob", False)
    bob = Response(workspace, response.ident, workspace.actor("bob"), on_recorded=safe.append)
    assert handover.accept(bob).incident.commander == "bob"


def test_what_is_not_confirmed_is_not_redacted(response):
    notes.log(response, "the password is hunter2")
    with pytest.raises(RefusedError, match=r"^Not redacted\.$"):
        corrections.redact(response, "-1", confirm=lambda entry: entry.by != "ann")
    done = corrections.redact(response, "-1", confirm=lambda entry: entry.by == "ann")
    assert done.in_history
    assert "hunter2" not in str(response.look_again().entries[-2:])
    assert len(done.recorded.events) == 1


def test_what_was_undone_is_told(response):
    notes.log(response, "looked")
    undone = corrections.undo(response)
    assert [entry.text for entry in undone.entries] == ["looked"]


def test_a_walk_records_each_answer_and_goes_on_behind_it(response, safe):
    walk = Walk(response)
    first = walk.look().screen
    while first.kind == "roles":
        walk.answer("s", None)
        first = walk.look().screen
    assert (first.kind, first.number) == ("step", 1)
    assert walk.answer("n", None).needs == "note"
    assert walk.answer("n", "looked").needs is None
    assert safe[-1] == f"{response.ident}: log"
    assert not walk.answer("d", "").refused
    assert walk.look().screen.number == 2
    refused = walk.answer("z", None)
    assert refused.refused
    assert refused.message is not None
    walk.go_to("1")
    assert walk.look().screen.number == 1
    assert walk.answer("l", None).left


def test_a_walk_refuses_what_was_typed_while_somebody_else_did_the_step(response):
    walk = Walk(response)
    walk.go_to("1")
    step = walk.look().screen.at
    assert walk.answer("d", None).needs
    steps.done(response, step, note="first")
    assert walk.look(typing=True).screen.state == DONE
    before = response.look_again().entries
    refused = walk.answer("d", "second")
    assert refused.refused
    assert refused.message is not None
    assert refused.message.endswith("\nYou had typed: second")
    assert response.look_again().entries == before
    assert walk.look().screen.at == step
    assert not walk.answer("d", "second").refused  # now it is said with the step in view
    assert response.look_again().entries[-1].text.endswith("second")


def test_a_team_without_a_title_is_listed_by_its_name_alone(tmp_path, monkeypatch):
    (tmp_path / "incidentctl.yaml").touch()
    (tmp_path / "teams").mkdir()
    (tmp_path / "teams" / "passenger.yaml").write_text("name: passenger\n")
    (tmp_path / "teams" / "core.yaml").write_text("name: core\ntitle: The core\n")
    monkeypatch.chdir(tmp_path)
    workspace = open_workspace()
    who = workspace.actor("ann")
    ident = begin(workspace, Request("login is down"), who, on_recorded=print)
    response = Response(workspace, ident, who, on_recorded=print)
    names = Walk(response).names(Choice("x", "escalate", of="team"))
    assert [text for text, _ in _listed(names, 2)] == ["  1  core       The core", "  2  passenger"]


def test_what_is_over_is_not_due(response, workspace):
    assert {ident for ident, _ in due_now(workspace).items} <= {response.ident}
    lifecycle.resolve(response, "rolled back")
    found = due_now(workspace)
    assert (found.items, found.overdue) == ((), 0)
    assert found.now.tzinfo is not None
