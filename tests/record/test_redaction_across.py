"""Redaction and purge across clones: what loses its text, what must not, and what comes back."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.record.kit import INCIDENT, OTHER, action, event, shown_in
from tests.record.purging import in_tree, purge
from tests.record.sharing import BRANCH, LOG_REF, Team, clone_of, commit_on, opened, say, shared

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.event_json import EventError, decode, encode
from incidentctl.domain.incident.state import StepPlan
from incidentctl.errors import InvalidDataError
from incidentctl.record.record import Record
from incidentctl.record.store import paths

FOLDER = f"{Path(paths.log_path(INCIDENT)).parent}/events"


def path_of(ident: str, kind: str = "noted") -> str:
    return f"{FOLDER}/{ident}-{kind}.json"


def test_nobody_blanks_what_no_redaction_names(team: Team) -> None:
    said = say(team.ann, facts.Declared("a"), facts.Noted("the one fact that matters"))
    shared(team.ann, team.bob)
    path = path_of(said[1])
    text = team.ann.git("show", f"{LOG_REF}:{path}")
    commit_on(team.remote, BRANCH, {path: text.replace("the one fact that matters", "[redacted]")})
    assert any("were changed" in note for note in shared(team.ann).notes)
    shared(team.bob)
    for clone in (team.ann, team.bob):
        assert in_tree(clone, LOG_REF, "the one fact that matters")
    assert in_tree(team.remote, BRANCH, "the one fact that matters")


@pytest.mark.both_formats
def test_what_a_newer_version_blanked_stays_blank(team: Team) -> None:
    """Its events are of kinds and fields that are not known here."""
    say(team.ann, facts.Declared("a"))
    shared(team.ann)
    known = event(facts.Noted("Password hunter2"))
    entry = json.loads(encode(known))
    new = json.dumps(entry | {"mood": "good", "steps": [{"said": "Password hunter2"}]}) + "\n"
    commit_on(team.remote, BRANCH, {path_of(known.id): new})
    shared(team.ann, team.bob)
    assert in_tree(team.bob, LOG_REF, "hunter2")
    redaction = event(facts.Redacted(known.id))
    commit_on(
        team.remote,
        BRANCH,
        {
            path_of(known.id): new.replace("Password hunter2", "[redacted]"),
            path_of(redaction.id, "redacted"): encode(redaction).decode(),
        },
    )
    say(team.ann, facts.Noted("meanwhile"))
    shared(team.ann, team.bob, team.ann)
    for clone, ref in ((team.ann, LOG_REF), (team.bob, LOG_REF), (team.remote, BRANCH)):
        assert not in_tree(clone, ref, "hunter2")


def test_an_event_that_would_be_too_large_once_redacted_is_none(team: Team) -> None:
    said = say(team.ann, facts.Declared("a"))
    steps = tuple(
        StepPlan(id=f"s{n}", title="a", role="r", purpose="a", action="a") for n in range(700)
    )
    attached = facts.RunbookAttached(runbook="x", reason="r", steps=steps)
    with pytest.raises(InvalidDataError, match="too large once it is redacted"):
        opened(team.ann).acknowledge(action(attached))
    shared(team.ann)
    made = event(attached)
    redaction = event(facts.Redacted(made.id))
    commit_on(
        team.remote,
        BRANCH,
        {
            path_of(made.id, "runbook-attached"): encode(made).decode(),
            path_of(redaction.id, "redacted"): encode(redaction).decode(),
        },
    )
    shared(team.ann)
    said += say(team.ann, facts.Noted("b"))
    shared(team.ann, team.bob)
    assert {*said} <= {each.id for each in opened(team.bob).events(INCIDENT)[0]}


def test_deep_json_is_no_event_however_deep_the_stack_is() -> None:
    entry = json.loads(encode(event(facts.Noted("x"))))
    for depth in (40, 900, 5000):
        text = json.dumps(entry)[:-1] + ', "deep": ' + "[" * depth + "]" * depth + "}\n"
        with pytest.raises(EventError, match="nested too deeply"):
            decode(text.encode())
    brackets = entry | {"text": "[" * 900}
    assert decode(json.dumps(brackets).encode()).fact.text == "[" * 900


def redacted_at_ann(team: Team) -> None:
    said = say(team.ann, facts.Declared("a"), facts.Noted("the password is hunter2"))
    shared(team.ann, team.bob)
    say(team.ann, facts.Redacted(said[1]))


def test_a_purge_elsewhere_keeps_what_was_only_to_be_sent(team: Team) -> None:
    """The log's ref was moved back here, as by somebody who restored an old copy of .git."""
    redacted_at_ann(team)
    before = team.bob.git("rev-parse", LOG_REF).strip()
    own = say(team.bob, facts.Noted("acknowledged"))
    team.bob.git("update-ref", LOG_REF, before)
    team.bob.git("update-ref", "-d", BRANCH)
    shared(team.ann)
    purge(team.ann)
    shared(team.bob, team.ann)
    for clone in (team.ann, team.bob):
        assert own[0] in [each.id for each in opened(clone).events(INCIDENT)[0]]


@pytest.mark.both_formats
@pytest.mark.parametrize("purger", ["ann", "bob"])
def test_a_purge_keeps_what_stands_on_the_mirror_alone(team: Team, purger: str) -> None:
    redacted_at_ann(team)
    shared(team.ann, team.bob)
    extra = event(facts.Noted("on the mirror"))
    tree = team.bob.path.parent / "tree"
    team.bob.git("worktree", "add", "-q", str(tree), "incident-log")
    (tree / path_of(extra.id)).write_bytes(encode(extra))
    mirror = team.bob._replace(path=tree)
    mirror.git("add", "-A", "-f")
    mirror.git("commit", "-q", "-m", "by hand")
    team.bob.git("worktree", "remove", "--force", str(tree))
    purge(getattr(team, purger))
    shared(team.bob, team.ann)
    for clone in (team.ann, team.bob):
        assert extra.id in [each.id for each in opened(clone).events(INCIDENT)[0]]


@pytest.mark.both_formats
def test_a_purge_in_a_shallow_clone_replaces_the_old_chain_too(team: Team) -> None:
    redacted_at_ann(team)
    shared(team.ann)
    old = team.remote.git("rev-parse", BRANCH).strip()
    shallow = clone_of(team.remote, "shallow", "--depth=1", "--no-single-branch")
    purge(shallow)
    shared(team.ann)
    team.remote.git("update-ref", BRANCH, old)
    shared(team.ann)
    assert "hunter2" not in team.remote.git("log", "-p", BRANCH)


def test_every_work_tree_shows_that_a_text_is_gone(team: Team) -> None:
    tree = team.ann.path.parent / "tree"
    team.ann.git("worktree", "add", "-q", "-b", "other", str(tree))
    own = team.ann.git_dir / "worktrees/tree"

    def there() -> Record:
        return team.ann.record(remote="origin", work_tree=tree, own_dir=own)

    record = there()
    record.acknowledge(action(facts.Declared("a")))
    record.flush()
    before = shown_in(tree)
    say(team.ann, facts.Noted("b"))
    for mark in (team.ann.git_dir / "incidentctl").glob("view*/owed/*"):
        os.utime(mark, (0, 0))
    record = there()
    record.acknowledge(action(facts.Declared("c"), incident=OTHER))
    record.flush()
    assert shown_in(tree) == team.ann.git("show", f"{BRANCH}:{paths.log_path(INCIDENT)}") != before
