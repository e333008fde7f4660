"""A receiver goes by the newest version of the team's files that has no errors."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from incidentctl.app.actions import trust
from incidentctl.app.receiver.team_files import TeamFiles
from incidentctl.app.workspace import places
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.alerts.rules import decide

SERVICE = "services/checkout.yaml"


def git(folder, *words):
    done = subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)
    return done.stdout.decode().strip()


def workspace_of(folder):
    return Workspace(places.RepositoryChoice(folder, "-C"), dict(os.environ))


@pytest.fixture
def shared(team, tmp_path):
    """A remote, a colleague's clone of it, and the receiver's."""
    settings = team / "incidentctl.yaml"
    settings.write_text(settings.read_text().replace("{branch:", "{remote: origin, branch:"))
    git(team, "commit", "-qam", "A remote")
    subprocess.run(["git", "clone", "-q", "--bare", team, tmp_path / "remote"], check=True)
    for name in ("theirs", "mine"):
        subprocess.run(["git", "clone", "-q", tmp_path / "remote", tmp_path / name], check=True)
    return tmp_path / "theirs", tmp_path / "mine"


def pushed(folder, text):
    (folder / SERVICE).write_text(text)
    git(folder, "commit", "-qam", "A change")
    git(folder, "push", "-q")
    return git(folder, "rev-parse", "HEAD")


def test_it_follows_what_is_pushed_and_no_work_tree_is_touched(shared):
    theirs, mine = shared
    files = TeamFiles(workspace_of(mine), None)
    first = files.look(limit=20)
    assert first.name == git(mine, "rev-parse", "HEAD")
    assert (files.follows, files.fault, files.unreached) == ("origin/main", None, None)
    assert files.look(limit=20) is None  # nothing is new
    commit = pushed(theirs, (theirs / SERVICE).read_text() + "\n# a comment\n")
    before = git(mine, "status", "--porcelain"), git(mine, "rev-parse", "HEAD")
    found = files.look(limit=20)
    assert found.name == commit
    assert "checkout" in found.catalog.services
    assert (git(mine, "status", "--porcelain"), git(mine, "rev-parse", "HEAD")) == before


def test_a_version_with_errors_is_not_taken_also_not_after_a_restart(shared):
    theirs, mine = shared
    files = TeamFiles(workspace_of(mine), None)
    good = files.look(limit=20).name
    text = (theirs / SERVICE).read_text()
    broken = pushed(theirs, text + "\nno_such_key: 1\n")
    assert files.look(limit=20) is None
    assert files.version.name == good
    assert files.fault.startswith(f"commit {broken[:10]} of origin/main has 1 error (services/")
    assert files.fault.endswith(f": commit {good[:10]} is used")

    again = TeamFiles(workspace_of(mine), None)
    assert again.look(limit=20).name == good
    assert again.fault.endswith(f": commit {good[:10]} is used")

    repaired = pushed(theirs, text)
    assert again.look(limit=20).name == repaired
    assert again.fault is None


def test_without_any_good_version_what_can_be_read_is_used_and_told(shared):
    theirs, mine = shared
    pushed(theirs, (theirs / SERVICE).read_text() + "\nno_such_key: 1\n")
    files = TeamFiles(workspace_of(mine), None)
    assert files.look(limit=20) is not None
    assert "no earlier version is known" in files.fault


def test_a_remote_that_is_away_is_told_and_the_last_version_serves(shared, tmp_path):
    _, mine = shared
    (tmp_path / "remote").rename(tmp_path / "away")
    files = TeamFiles(workspace_of(mine), None)
    assert files.look(limit=20).name == git(mine, "rev-parse", "HEAD")
    assert files.unreached


def test_another_branch_may_be_named(shared):
    theirs, mine = shared
    git(theirs, "checkout", "-qb", "rules")
    git(theirs, "push", "-q", "origin", "rules")
    files = TeamFiles(workspace_of(mine), "rules")
    assert files.look(limit=20) is not None
    assert files.follows == "origin/rules"
    missing = TeamFiles(workspace_of(mine), "nothing")
    missing.look(limit=20)
    assert missing.fault == "origin/nothing was never fetched"


def test_without_a_remote_it_is_the_work_tree(team):
    files = TeamFiles(workspace_of(team), None)
    assert files.look(limit=1).name == "the work tree"
    assert files.look(limit=1) is None
    path = team / SERVICE
    text = path.read_text()
    path.write_text(text + "\nno_such_key: 1\n")
    assert files.look(limit=1) is None
    assert files.fault == (
        "the work tree has 1 error (services/checkout.yaml: Unknown key 'no_such_key'.): "
        "what it was before is used"
    )
    path.write_text(text + "\n# a comment\n")
    assert files.look(limit=1) is not None
    assert files.fault is None


SECRET = "rules: [{name: leaks, match: {kind: leak}, mode: declare, restricted: true}]\n"
RULE = "rules: [{name: %s, match: {severity: page}, mode: declare, severity: SEV1}]\n"


@pytest.fixture
def trusting(shared):
    """The same, where the receiver's account trusts a rule that is pushed."""
    theirs, mine = shared
    (theirs / "alerts.yaml").write_text(RULE % "first")
    git(theirs, "add", "-A")
    pushed(theirs, (theirs / SERVICE).read_text())
    git(mine, "pull", "-q")
    workspace = workspace_of(mine)
    trust.trust(workspace, trust.trust_status(workspace).hash)
    return theirs, mine


def rules(files):
    return [rule.name for rule in files.version.catalog.alerts.rules]


def test_what_starts_something_else_waits_until_it_is_trusted(trusting):
    theirs, mine = trusting
    files = TeamFiles(workspace_of(mine), None)
    first = files.look(limit=20)
    assert (rules(files), files.fault) == (["first"], None)
    pushed(theirs, (theirs / SERVICE).read_text() + "\n# a comment\n")
    assert files.look(limit=20).name != first.name  # what is trusted is the same
    (theirs / "alerts.yaml").write_text(RULE % "other")
    newer = pushed(theirs, (theirs / SERVICE).read_text())
    assert files.look(limit=20) is None
    assert rules(files) == ["first"]
    assert "is not trusted as it is now" in files.fault
    again = TeamFiles(workspace_of(mine), None)
    assert again.look(limit=20) is not None
    assert rules(again) == ["first"]
    git(mine, "pull", "-q")
    workspace = workspace_of(mine)
    trust.trust(workspace, trust.trust_status(workspace).hash)
    for each in (files, again):
        assert each.look(limit=20).name == newer
        assert (rules(each), each.fault) == (["other"], None)


def test_where_what_is_trusted_is_gone_no_rule_is_gone_by(trusting):
    theirs, mine = trusting
    (theirs / "alerts.yaml").write_text(RULE % "other")
    pushed(theirs, (theirs / SERVICE).read_text())
    place = trust._file(workspace_of(mine))
    known = json.loads(place.read_text())
    place.write_text(json.dumps(known | {"commit": "0" * 40}))
    files = TeamFiles(workspace_of(mine), None)
    assert files.look(limit=20).catalog.services
    assert rules(files) == []
    assert "alerts go to the inbox" in files.fault


def test_where_what_is_trusted_is_gone_what_it_kept_for_few_is_for_few(trusting):
    _, mine = trusting
    place = trust._file(workspace_of(mine))
    (mine / "alerts.yaml").write_text(SECRET)
    workspace = workspace_of(mine)
    trust.trust(workspace, trust.trust_status(workspace).hash)
    place.write_text(json.dumps(json.loads(place.read_text()) | {"commit": "0" * 40}))
    files = TeamFiles(workspace_of(mine), None)
    assert files.look(limit=20)
    assert [rule.restricted for rule in files.version.catalog.alerts.rules] == [True]
    decided = decide(files.version.catalog, Alert("alertmanager", "k", "g", "firing", "x"))
    assert (decided.mode, decided.restricted) == ("inbox", True)
    assert "all of them are restricted" in files.fault


def test_a_typo_makes_no_alert_public_that_a_rule_keeps_for_few(shared):
    """The first version that a receiver sees has no earlier one to go by."""
    theirs, mine = shared
    (theirs / "alerts.yaml").write_text(SECRET.replace("match", "mtach"))
    git(theirs, "add", "-A")
    pushed(theirs, (theirs / SERVICE).read_text() + "\n# a comment\n")
    files = TeamFiles(workspace_of(mine), None)
    found = files.look(limit=20)
    assert [rule.restricted for rule in found.catalog.alerts.rules] == [True]
    assert "all alerts are restricted" in files.fault
