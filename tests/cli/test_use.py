"""`incidentctl use` from the command line."""

from __future__ import annotations

from tests import program


def run(folder, *arguments):
    return program.run(*arguments, cwd=folder)


def test_set_shown_and_refused(tmp_path):
    team, outside = tmp_path / "team", tmp_path / "outside"
    team.mkdir()
    outside.mkdir()
    (team / "incidentctl.yaml").touch()
    assert "No default repository" in run(outside, "use").stderr
    assert run(team, "use", ".").returncode == 0
    assert run(outside, "use").stdout == f"{team}\n"
    refused = run(team, "use", "..")
    assert refused.returncode == 3
    assert "incidentctl.yaml" in refused.stderr
    assert run(outside, "use").stdout == f"{team}\n"
