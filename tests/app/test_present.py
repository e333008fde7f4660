"""Incidents as they are now: read again only when something of them has changed."""

from __future__ import annotations

import os

import pytest

from incidentctl.app.incident import notes
from incidentctl.app.incident.declare import Request, begin
from incidentctl.app.incident.present import Present
from incidentctl.app.incident.respond import Response
from incidentctl.app.workspace import places
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.errors import NotFoundError


@pytest.fixture
def workspace(tmp_path, git):
    git(tmp_path, "init", "-q", "team")
    (tmp_path / "team" / "incidentctl.yaml").write_text("organisation: Acme\n")
    git(tmp_path / "team", "add", "-A")
    git(tmp_path / "team", "commit", "-qm", "Begin")
    choice = places.RepositoryChoice(tmp_path / "team", "-C")
    return lambda: Workspace(choice, dict(os.environ))


def declare(opened: Workspace, title: str, **more) -> str:
    who = opened.actor(None)
    ident = begin(opened, Request(title, **more), who, on_recorded=lambda _: None)
    opened.flush()
    return ident


def note(opened: Workspace, ident: str) -> None:
    notes.log(Response(opened, ident, opened.actor(None), on_recorded=lambda _: None), "a note")


def test_an_incident_is_the_same_until_something_of_it_changes(workspace):
    one, other = declare(workspace(), "Login is down"), declare(workspace(), "Search is slow")
    present = Present(workspace)
    before, token = present.incident(one), present.token()
    assert present.incident(one) is before
    note(workspace(), other)
    assert present.token() != token
    assert present.incident(one) is before
    note(workspace(), one)
    after = present.incident(one)
    assert len(after.entries) == len(before.entries) + 1


def test_what_is_restricted_or_unknown_is_not_there(workspace):
    restricted = declare(workspace(), "The payroll leaks", restricted=True)
    present = Present(workspace)
    assert not present.has(restricted)
    for ident in (restricted, "inc-20260101-0000-zzz", "no id"):
        with pytest.raises(NotFoundError):
            present.incident(ident)
