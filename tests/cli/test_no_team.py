"""Commands that need a team's repository refuse to be without one, all in the same words."""

from __future__ import annotations

import pytest

REPOSITORY = (
    ("catalog", "lint"),
    ("process", "show", "--at", "HEAD"),
)
FILES = (
    ("process", "scaffold"),
    ("drill", "new", "q1"),
    ("drill", "sent", "q1"),
    ("drill", "check"),
    ("drill", "seal", "q1"),
    ("drill", "unseal", "q1"),
    ("retro",),
    ("retro", "--blank"),
    ("actions",),
    ("actions", "done", "k7f-1"),
)


@pytest.mark.parametrize("arguments", REPOSITORY + FILES, ids=" ".join)
def test_outside_of_a_team_repository(command, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    refused = command(*arguments)
    assert (refused.code, refused.out) == (3, "")
    assert refused.err == (
        "error: No team repository found.\n"
        "hint: Name it with `incidentctl -C DIR`, or create one with `incidentctl init`.\n"
    )


@pytest.mark.parametrize("arguments", FILES, ids=" ".join)
def test_where_the_files_are_not_checked_out(command, team, tmp_path, git, arguments):
    git(tmp_path, "clone", "-q", "--bare", str(team), "bare.git")
    refused = command("-C", str(tmp_path / "bare.git"), *arguments)
    assert (refused.code, refused.out) == (3, "")
    assert "error: The team's files are not checked out in" in refused.err
    assert not (tmp_path / "bare.git" / "runbooks").exists()
