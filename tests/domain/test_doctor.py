from datetime import UTC, datetime, timedelta

import pytest

from incidentctl.domain.common.text import count
from incidentctl.domain.doctor.checks import (
    Check,
    clock_check,
    fails,
    git_check,
    inert,
    refusal_hint,
)
from incidentctl.domain.doctor.ci import runs_on
from incidentctl.domain.incident.ids import ulid
from incidentctl.errors import Hint

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("printed", "state"),
    [
        ("git version 2.36.0", "ok"),
        ("git version 2.39.5 (Apple Git-154)", "ok"),
        ("git version 3.0.rc1", "ok"),
        ("git version 2.35.8", "bad"),
        ("git version 1.8.3.1", "bad"),
        ("something else", "warn"),
        (None, "bad"),
    ],
)
def test_the_version_of_git(printed, state):
    assert git_check(printed).state == state


@pytest.mark.parametrize(
    ("ahead", "state"),
    [
        (timedelta(days=-9), "ok"),
        (timedelta(minutes=4), "ok"),
        (timedelta(minutes=6), "warn"),
        (timedelta(hours=47), "warn"),
        (timedelta(hours=49), "bad"),
    ],
)
def test_the_clock_against_the_newest_event(ahead, state):
    newest = ulid(int((NOW + ahead).timestamp() * 1000), 0)
    assert clock_check(newest, NOW, remote=None).state == state
    assert clock_check(None, NOW, remote=NOW + ahead).state == state
    assert clock_check(newest, NOW, remote=NOW - timedelta(days=1)).state == state


def test_the_clock_is_suspected_where_the_remote_is_ahead_too():
    newest = ulid(int((NOW + timedelta(hours=1)).timestamp() * 1000), 0)
    assert "or another was fast" in clock_check(newest, NOW, remote=NOW).message
    both = clock_check(newest, NOW, remote=NOW + timedelta(hours=1))
    assert "probably slow" in both.message
    assert clock_check(None, NOW, remote=None).state == "ok"


def test_only_what_is_bad_fails():
    assert not fails([Check("a", "ok", ""), Check("b", "warn", "")])
    assert fails([Check("a", "ok", ""), Check("b", "bad", "")])


def test_every_text_is_one_line_and_inert():
    shown = inert(Check("a", "bad", "x\nok    all is well", "\x1b[2J"))
    assert (shown.message, shown.hint) == ("x ⏎ ok    all is well", "\\u{1b}[2J")


def test_what_a_protected_branch_needs():
    unprotect = Hint("unprotect-branch", {"branch": "log"})
    assert refusal_hint("GH006: Protected branch update failed", "log") == unprotect
    assert refusal_hint("no space left on device", "log") == Hint("allow-push", {"branch": "log"})
    # Such a rule may be about either.
    assert refusal_hint("GH013: Repository rule violations", "log") == unprotect
    assert refusal_hint("GH013: declined, secret scanning", "log") == Hint("remove-secret")
    assert (count(1, "event"), count(2, "event")) == ("1 event", "2 events")


@pytest.mark.parametrize(
    ("events", "runs"),
    [
        ("push", True),
        ("pull_request", False),
        (("pull_request", "push"), True),
        (("pull_request",), False),
        ({"push": None, "pull_request": None}, True),
        ({"pull_request": None}, False),
        ({"push": {"paths": ("src/**",)}}, True),
        ({"push": {"branches": ("main",)}}, False),
        ({"push": {"branches": "main"}}, False),
        ({"push": {"branches": ("**",)}}, True),
        ({"push": {"branches": ("**", "!incident-log")}}, False),
        ({"push": {"branches-ignore": ("incident-*",)}}, False),
        ({"push": {"branches-ignore": ("docs",)}}, True),
        ({"push": {"tags": ("v*",)}}, False),
        (None, False),
    ],
)
def test_what_a_workflow_runs_on(events, runs):
    assert runs_on(".github/workflows/a.yml", {"on": events}, "", "incident-log") == runs


@pytest.mark.parametrize(
    ("path", "text", "runs"),
    [
        (".github/workflows/a.yml", "on: push\nx: &a 1", True),
        (".github/workflows/a.yml", "on:\n  push:\n    branches: [main]\nx: &a 1", False),
        (".github/workflows/a.yml", "on: pull_request\nx: &a 1", False),
        (".gitlab-ci.yml", "test: {script: [make]}", True),
        (".gitlab-ci.yml", "workflow:\n  rules: []\ntest: {script: [make]}", False),
        (".gitlab-ci.yml", 'test: {rules: [if: $CI_COMMIT_BRANCH != "incident-log"]}', False),
    ],
)
def test_what_cannot_be_read_strictly_goes_by_its_text(path, text, runs):
    assert runs_on(path, None, text, "incident-log") == runs
