"""One command opens the team's repository, its settings and its record once."""

from __future__ import annotations

import io

import pytest

from incidentctl.app.workspace.workspace import Workspace


@pytest.fixture
def workspaces(monkeypatch):
    """Every workspace that is opened from here on."""
    made: list[Workspace] = []
    init = Workspace.__init__

    def counted(self, *arguments, **named):
        made.append(self)
        init(self, *arguments, **named)

    monkeypatch.setattr(Workspace, "__init__", counted)
    return made


@pytest.mark.parametrize(
    "arguments",
    [
        ("assign", "mitigator", "omar"),
        ("assign", "--individual", "omar"),
        ("assign", "--team", "orders"),
        ("handover", "omar"),
        ("take-command", "no answer", "--as", "omar"),
        ("log", "looked at the dashboard"),
        ("log",),
        ("log", "--", "true"),
        ("task", "add", "count the orders", "--role", "planning", "--person", "omar"),
        ("task", "list"),
        ("step", "done", "1"),
        ("status",),
        ("status", "identified"),
        ("mark", "started", "--at", "5 minutes ago"),
        ("update", "--snooze", "9h"),
        ("severity", "SEV1"),
        ("escalate",),
        ("amend", "1", "--at", "1 minute ago"),
        ("redact", "1"),
        ("cancel", "a false alarm"),
        ("resolve", "rolled back"),
        ("due", "-q"),
        ("show",),
        ("run",),
        ("run", "--step", "2"),
    ],
    ids=" ".join,
)
def test_a_command_opens_one_workspace(run, opened, workspaces, monkeypatch, arguments):
    monkeypatch.setattr("sys.stdin", io.StringIO("a mitigator omar\nl\n"))
    result = run(*arguments)
    assert result.code == 0, result.err
    assert len(workspaces) == 1
