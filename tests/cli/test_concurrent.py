"""Several processes at once in one clone: nothing is lost, nothing is left waiting."""

import subprocess

import pytest
from tests import program


@pytest.mark.parametrize("count", [2, 8])
def test_logs_at_once(run, team, opened, show, git, count):
    running = [
        program.start(
            "log", "--json", f"note {number}",
            cwd=team, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for number in range(count)
    ]  # fmt: skip
    for process in running:
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert b"recorded" in err
    notes = sorted(e["text"] for e in show()["timeline"] if e["kind"] == "noted")
    assert notes == [f"note {number}" for number in range(count)]
    assert list((team / ".git" / "incidentctl" / "outbox").iterdir()) == []
    listed = git(team, "ls-tree", "-r", "--name-only", "incident-log").splitlines()
    assert sum("-noted.json" in path for path in listed) == count
    assert show()["problems"] == []


def test_declarations_at_once_have_ids_of_their_own(run, team):
    running = [
        program.start(
            "declare", f"x {number}",
            cwd=team, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for number in range(4)
    ]  # fmt: skip
    idents = {process.communicate(timeout=60)[0].strip() for process in running}
    assert len(idents) == 4
    assert len(run("list", "--json").json["incidents"]) == 4
