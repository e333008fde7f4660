"""`completion`: Tab knows commands, options, ids, people, services and steps."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def tab(run):
    """What Tab offers for the last word, with what it is."""

    def press(*words: str) -> dict[str, str]:
        result = run("completion", "fish", "--", *words)
        assert (result.code, result.err) == (0, "")
        pairs = (line.partition("\t") for line in result.out.splitlines())
        return {value: about for value, _, about in pairs}

    return press


def test_commands_and_options(tab):
    assert tab("dec") == {"declare": "Declare an incident: a title is enough"}
    assert {"list", "show", "who"} <= set(tab("catalog", ""))
    assert "--severity" in tab("declare", "--")
    assert "--severity" in tab("-C", "elsewhere", "declare", "--sev")


def test_an_incident_by_its_id_or_the_end_of_it(tab, opened):
    title = "SEV2 checkout is down"
    for words in (["show"], ["log", "-i"], ["log", "a text", "--incident"]):
        assert tab(*words, "") == {opened: title}
        assert tab(*words, opened[:9]) == {opened: title}
    assert tab("show", opened[-3:-1]) == {opened[-3:]: title}
    assert tab("show", "zzz") == {}


def test_one_that_is_over_is_found_by_what_is_typed(tab, run, opened):
    run("resolve", "-i", opened)
    run("close", "-i", opened)
    assert tab("show", "") == {}
    assert list(tab("show", opened[:12])) == [opened]


def test_open_steps_of_the_incident(tab, run, opened):
    steps = run("show", "--json").json["steps"]
    before = tab("step", "done", "")
    assert set(before) == {step["id"] for step in steps if step["state"] == "open"}
    run("step", "done", steps[0]["id"])
    assert steps[0]["id"] not in tab("step", "done", "-i", opened[-3:], "")


def test_people_services_teams_severities_roles(tab, team):
    assert tab("log", "--as", "gre")["greta"] == "Greta Lindqvist"
    assert "checkout" in tab("list", "--service", "ch")
    assert "checkout" in tab("affects", "che")
    assert "SEV1" in tab("severity", "sev")
    assert {"mitigator", "greta"} <= set(tab("assign", ""))
    assert "payments" in tab("escalate", "pa") or tab("escalate", "")
    assert "checkout" in tab("catalog", "show", "chec")


def test_the_repository_is_the_one_that_is_named(command, team, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for words in (["-C", str(team), "list", "--service"], ["list", "-C", str(team), "--service"]):
        assert "checkout" in command("completion", "fish", "--", *words, "ch").out


def test_nothing_is_said_where_nothing_can_be_found(tab, team, monkeypatch):
    for words in ([""], ["bogus", ""], ["show", "-C", "/nonexistent", ""], ["help", ""], ["\x00"]):
        tab(*words)
    (team / "teams" / "broken.yaml").write_text("{")
    assert "checkout" in tab("list", "--service", "ch")


def test_it_records_and_sends_nothing(tab, team, opened, git):
    def files() -> set[Path]:
        return {path for path in (team / ".git").rglob("*") if "cache" not in path.parts}

    before = files()
    tab("show", "")
    tab("step", "done", "")
    assert files() == before


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_of_its_shell(run, team, opened, shell, tmp_path):
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "script"
    script.write_text(run("completion", shell).out)
    asked = {
        "bash": f"source {script}; COMP_WORDS=(incidentctl show inc-); COMP_CWORD=2; _incidentctl; "
        'printf "%s\\n" "${COMPREPLY[@]}"',
        "zsh": f"compdef() {{ :; }}; source {script}; _describe() {{ print -l $found; }}; "
        "words=(incidentctl show inc-); CURRENT=3; _incidentctl",
        "fish": f'source {script}; complete -C "incidentctl show inc-"',
    }[shell]
    folder = Path(sys.executable).parent
    environment = dict(os.environ, PATH=f"{folder}:{os.environ['PATH']}")
    done = subprocess.run(
        [found, "-c", asked], capture_output=True, text=True, env=environment, cwd=team, check=True
    )
    assert done.stdout.splitlines()[0].startswith(opened)
