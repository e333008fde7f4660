"""`init --page`: the workflow that publishes the status page."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys

import pytest
import yaml
from tests import program

GITHUB, GITLAB = ".github/workflows/status-page.yml", ".gitlab/status-page.yml"


def run(folder, *words):
    return program.run("-C", folder, *words, "--no-input", cwd=folder)


def git(folder, *words):
    subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True)


@pytest.fixture
def root(tmp_path):
    """A repository that is set up, and has a remote."""
    root = tmp_path / "incidents"
    assert (
        run(tmp_path, "init", "incidents", "--services", "api", "--remote", "origin").returncode
        == 0
    )
    return root


def check(file, schema):
    """Fail where a file has not the shape that the forge documents."""
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_github_builds_on_a_schedule_and_on_dispatch_and_not_on_a_push(root):
    done = run(root, "init", "--page")
    assert done.stdout.splitlines() == [GITHUB], "nothing else of a repository that is set up"
    assert "in Settings, Pages choose the source GitHub Actions" in done.stderr
    check(root / GITHUB, "vendor.github-workflows")
    workflow = yaml.safe_load((root / GITHUB).read_text())
    assert set(workflow["on"]) == {"schedule", "workflow_dispatch", "repository_dispatch"}
    assert workflow["on"]["repository_dispatch"] == {"types": ["public-update"]}
    steps = [step.get("run", "") for step in workflow["jobs"]["publish"]["steps"]]
    built = steps.index("incidentctl page build --out public")
    assert any(step.startswith("incidentctl sync") for step in steps[:built]), (
        "read the record first"
    )
    assert run(root, "init", "--page").stderr.startswith(f"kept: {GITHUB}")


def test_gitlab_builds_on_a_schedule_and_on_a_trigger_alone(root):
    git(root, "remote", "add", "origin", "git@gitlab.example.com:acme/incidents.git")
    done = run(root, "init", "--page")
    assert done.stdout.splitlines() == [GITLAB, ".gitlab-ci.yml"]
    assert "add a pipeline schedule" in done.stderr
    check(root / GITLAB, "vendor.gitlab-ci")
    assert yaml.safe_load((root / ".gitlab-ci.yml").read_text()) == {"include": [{"local": GITLAB}]}
    job = yaml.safe_load((root / GITLAB).read_text())["pages"]
    assert job["rules"][-1] == {"if": "$CI_PIPELINE_SOURCE =~ /^(schedule|web|api|trigger)$/"}
    assert job["artifacts"]["paths"] == ["public"]


def test_a_pipeline_of_the_team_s_own_is_kept_and_told_what_to_include(root):
    (root / ".gitlab-ci.yml").write_text("test: {script: [make]}\n")
    done = run(root, "init", "--page")
    assert done.stdout.splitlines() == [GITLAB]
    assert "Add to .gitlab-ci.yml: `include: [{local: .gitlab/status-page.yml}]`." in done.stderr
    assert (root / ".gitlab-ci.yml").read_text() == "test: {script: [make]}\n"


def test_without_a_remote_or_at_the_wrong_place_it_says_so(tmp_path):
    done = run(tmp_path, "init", "a", "--page", "--services", "api")
    assert GITHUB in done.stdout
    assert "the record has no remote" in " ".join(done.stderr.split())
    (tmp_path / "a" / "deep").mkdir()
    refused = run(tmp_path / "a", "init", "deep", "--page")
    assert refused.returncode == 5
    assert "at the top of the repository" in refused.stderr
    assert not list((tmp_path / "a" / "deep").iterdir())


def test_what_the_workflow_runs_publishes_what_customers_were_told(root, tmp_path):
    """In a clone of one commit, of a remote that has the record, as a job of a forge has it."""
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(root, "remote", "add", "origin", str(tmp_path / "remote.git"))
    assert run(root, "init", "--page", "--area", "login=api").returncode == 0
    git(root, "add", "-A")
    git(root, "commit", "-qm", "The catalog")
    git(root, "push", "-q", "origin", "HEAD:refs/heads/main")
    for words in (
        ("declare", "api is down", "--affects", "api", "--no-input", "--no-walk"),
        ("update", "--public", "--yes", "--state", "login=partial", "We look at it"),
        ("sync",),
    ):
        done = program.run("-C", root, *words)
        assert done.returncode == 0, done.stderr
    remote = f"file://{tmp_path / 'remote.git'}"
    git(tmp_path, "clone", "-q", "--depth", "1", "--branch", "main", remote, "job")
    steps = yaml.safe_load((root / GITHUB).read_text())["jobs"]["publish"]["steps"]
    for line in (step["run"] for step in steps if step.get("run", "").startswith("incidentctl")):
        words = shlex.split(line, comments=True)[1:]
        done = program.run(*words, cwd=tmp_path / "job")
        assert done.returncode == 0, done.stderr
    public = tmp_path / "job" / "public"
    status = json.loads((public / "api/v2/status.json").read_text())["status"]
    assert status == {"indicator": "minor", "description": "Minor Service Outage"}
    assert "We look at it" in (public / "feed.atom").read_text()
    shutil.rmtree(tmp_path / "remote.git")
    fresh = program.run("sync", cwd=tmp_path / "job")
    assert fresh.returncode != 0, "without the record the workflow fails, and the old page stays"
