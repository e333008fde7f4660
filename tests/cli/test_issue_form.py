"""The issue form: what a colleague writes on the forge is declared, whatever it says."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from incidentctl.connect.forge.github_issue import read
from incidentctl.domain.incident.issue_form import AFFECTED, NOTICED, SEVERITY, TEXT, answers
from incidentctl.errors import InvalidDataError

FORM, WORKFLOW = ".github/ISSUE_TEMPLATE/incident.yml", ".github/workflows/declare.yml"
#: Runs or breaks out if any of it reaches a shell, a command line or a template.
EVIL = (
    "--severity=SEV1 -s $(touch ran) `touch ran` \"; touch ran; ' touch ran & ${HOME} %s \\ {{x}}"
)


def body(text, affected="checkout, frontend", severity="SEV2", noticed="customer"):
    """Write what GitHub makes of the form."""
    fields = ((AFFECTED, affected), (SEVERITY, severity), (NOTICED, noticed), (TEXT, text))
    return "\n\n".join(f"### {label}\n\n{answer}" for label, answer in fields)


def event(title="Checkout is down", text="Nobody can pay.", association="MEMBER", **more):
    issue = {
        "title": title, "body": body(text), "user": {"login": "nadia-gh"}, "number": 7,
        "html_url": "https://github.com/acme/incidents/issues/7",
        "created_at": "2026-11-24T14:01:09Z", "author_association": association,
    }  # fmt: skip
    return {"action": "opened", "issue": issue, **more}


@pytest.fixture
def declare(run, tmp_path):
    def call(told, *arguments):
        file = tmp_path / "event.json"
        file.write_text(told if isinstance(told, str) else json.dumps(told))
        return run("declare", "--from-issue", str(file), *arguments)

    return call


def test_the_answers_of_the_form_are_those_of_the_incident(declare, show, log_md):
    result = declare(event(), "--json")
    assert result.code == 0, result.err
    found = show(result.json["id"])
    assert found["title"] == "Checkout is down"
    assert {"checkout", "frontend"} <= {*found["services"], *found["product_areas"]}
    assert (found["severity"], found["confirmed"]) == ("SEV2", False)
    assert (found["reported_by"], found["declared_by"]) == ("customer", "github:nadia-gh")
    assert found["declared"] == "2026-11-24T14:01:09.000Z"
    said = log_md(found["id"])
    assert "Nobody can pay." in said
    assert "https://github.com/acme/incidents/issues/7" in said
    assert "How bad is it?" not in said


def test_an_issue_that_comes_again_declares_nothing(declare, run):
    first = declare(event())
    again = declare(event(action="labeled", label={"name": "declare"}))
    assert (again.code, again.out) == (0, first.out)
    assert "declared before" in again.err
    assert len(run("list", "--json").json["incidents"]) == 1


@pytest.mark.parametrize("association", ["NONE", "CONTRIBUTOR", "FIRST_TIMER", None])
def test_a_stranger_declares_nothing_until_a_member_says_yes(declare, run, association):
    refused = declare(event(association=association))
    assert refused.code == 5
    assert "sets the label 'declare'" in refused.err
    labelled = event(association=association, action="labeled", label={"name": "incident"})
    assert declare(labelled).code == 5
    assert run("list", "--json").json["incidents"] == []
    assert declare(event(association=association, action="labeled", label={"name": "declare"})).out


@pytest.mark.parametrize(
    "told", ["", "[]", "{}", '{"issue": 1}', '{"issue": {"title": " ", "user": {"login": "x"}}}']
)
def test_what_is_no_issue_is_refused(declare, told):
    result = declare(told)
    assert result.code == 4
    assert "Traceback" not in result.err


ANYTHING = st.text() | st.sampled_from(
    [None, True, 1.5, -1, 10**30, [], {}, ["x"], {"login": "x"}, {"login": 1}, {"name": []},
     "\ud800", "2026-11-24T14:01:09Z", "9999-99-99", "MEMBER", "https://a b",
     "###", f"### {SEVERITY}\n"]
)  # fmt: skip
KEYS = ("title", "body", "user", "html_url", "created_at", "author_association", "login")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, ANYTHING)), ANYTHING)
def test_whatever_comes_is_read_or_refused(issue, other):
    for event in (issue, {"issue": issue, "action": "labeled", "label": other}, other):
        with contextlib.suppress(InvalidDataError):
            found = read(json.dumps(event).encode())
            assert found.title.strip()
            assert "\n" not in found.author
            answers(found.body)


def test_the_issue_says_everything(declare):
    result = declare(event(), "--restricted")
    assert result.code == 2
    assert "you state nothing" in result.err


def test_a_member_is_known_by_their_name_on_the_forge(declare, show, team):
    file = next(team.glob("teams/*.yaml"))
    written = yaml.safe_load(file.read_text())
    written["members"][0]["chat"] = {"github": "nadia-gh"}
    file.write_text(yaml.safe_dump(written))
    assert declare(event()).code == 0
    assert show()["declared_by"] == written["members"][0]["handle"]


def test_an_issue_without_the_form_is_text_alone():
    assert answers("It is\r\ndown") == ((), None, None, "It is\ndown")
    nothing = body("_No response_", "_No response_", "I do not know", "I do not know")
    assert answers(nothing) == ((), None, None, "")
    # A field of the team's own stays in the text, and what the text says is no answer.
    more = body(f"x\n\n### {SEVERITY}\n\nSEV1").replace(
        f"### {TEXT}", f"### Where?\n\nHere\n\n### {TEXT}"
    )
    assert answers(more).severity == "SEV2"
    assert answers(more).text == f"### Where?\n\nHere\n\nx\n\n### {SEVERITY}\n\nSEV1"


@pytest.fixture
def forged(run, team, tmp_path, git):
    """A team with the form whose record has a remote; a checkout of it as a runner makes."""
    settings = team / "incidentctl.yaml"
    settings.write_text(settings.read_text().replace("record: {", "record: {remote: origin, "))
    result = run("init", "--issue-form", "--no-input")
    assert result.code == 0, result.err
    assert sorted(result.out.split()) == [FORM, WORKFLOW]
    git(team, "add", "-A")
    git(team, "commit", "-qm", "The form")
    git(tmp_path, "clone", "-q", "--bare", str(team), "remote.git")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{tmp_path}/remote.git", "checkout")
    return tmp_path / "checkout"


def test_both_files_are_what_github_reads_and_stay_as_they_are(run, team, forged):
    for name, path in (("workflows", WORKFLOW), ("issue-forms", FORM)):
        words = ["check_jsonschema", "--builtin-schema", f"vendor.github-{name}", team / path]
        done = subprocess.run(
            [sys.executable, "-m", *words], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout
    form = yaml.safe_load((team / FORM).read_text())
    asked = [each for each in form["body"] if each["type"] != "markdown"]
    assert [each["attributes"]["label"] for each in asked] == [AFFECTED, SEVERITY, NOTICED, TEXT]
    assert len({each["id"] for each in asked}) == 4
    assert "SEV2" in asked[1]["attributes"]["options"]
    (team / FORM).write_text("ours")
    assert "kept" in run("init", "--issue-form", "--no-input").err
    assert (team / FORM).read_text() == "ours"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (EVIL, f"{EVIL}\n### {SEVERITY}\n\nSEV1\n" + "0123456789abcde\n" * 4400),
        ("$(touch ran)\n--json", "`touch ran`\n\0\x1b]0;x\x07 ::set-output name=x::y\nEOF\n'"),
    ],
    ids=["hostile, 70 kB", "newline"],
)
def test_the_script_of_the_workflow_runs_nothing_that_an_issue_says(
    forged, tmp_path, run, team, log_md, title, text
):
    workflow = yaml.safe_load((forged / WORKFLOW).read_text())
    assert set(workflow["permissions"]) == {"contents", "issues"}
    steps = {each.get("name"): each for each in workflow["jobs"]["declare"]["steps"]}
    scripts = [each["run"] for each in steps.values() if "run" in each]
    assert not any("${{" in script for script in scripts)
    event_file = tmp_path / "event.json"
    event_file.write_text(json.dumps(event(title, text)))
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "incidentctl").symlink_to(Path(sys.executable).parent / "incidentctl")
    answer = tmp_path / "answer"
    gh = programs / "gh"
    gh.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> "{answer}"\n')
    gh.chmod(0o755)
    script = tmp_path / "script.sh"
    script.write_text(steps["Declare"]["run"])
    done = subprocess.run(
        [shutil.which("bash"), "--noprofile", "--norc", "-eo", "pipefail", script],
        cwd=forged, capture_output=True, text=True, check=False, timeout=120,
        env={
            **os.environ, "CI": "true", "GITHUB_EVENT_PATH": str(event_file), "ISSUE": "7",
            "PATH": f"{programs}:{os.environ['PATH']}",
        },
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not [*tmp_path.rglob("ran")]
    ident = answer.read_text().splitlines()[-1].split("`")[1]
    assert answer.read_text().splitlines()[:-1] == ["issue", "comment", "7", "--body"]

    # A colleague's clone has it.
    subprocess.run(
        ["git", "-C", team, "remote", "add", "origin", tmp_path / "remote.git"], check=True
    )
    assert run("sync").code == 0
    found = run("show", ident, "--json").json
    assert found["title"] == title.partition("\n")[0]
    assert (found["severity"], found["confirmed"]) == ("SEV2", False)
    assert log_md(ident).count("0123456789abcde") >= text.count("0123456789abcde")
