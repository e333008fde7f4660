"""Redaction and purge where clones, branches and versions differ: nothing lost, nothing left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.record.kit import AUTHOR, INCIDENT, Clone, event
from tests.record.purging import FOLDER, SECRET, Leak, in_history, in_tree, purge, say_alone
from tests.record.sharing import (
    BRANCH,
    LOG_REF,
    SHORT,
    commit_on,
    exchange,
    opened,
    say,
    shared,
    tip,
)

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.event_json import decode, encode
from incidentctl.domain.incident.ids import ulid
from incidentctl.errors import EnvironmentFailedError
from incidentctl.record.store import paths
from incidentctl.record.sync import reconcile
from incidentctl.record.sync.merge import TEMPORARY
from incidentctl.record.write.lock import Lock

pytestmark = pytest.mark.both_formats


@pytest.fixture
def team(remote: Clone, ann: Clone, bob: Clone) -> Leak:
    return Leak(remote, ann, bob)


def test_a_purge_leaves_a_branch_of_the_team_s_own(clone: Clone) -> None:
    (clone.path / "ours.txt").write_text("ours")
    clone.git("checkout", "-q", "-b", "incident-log")
    clone.git("add", "ours.txt")
    clone.git("commit", "-q", "-m", "ours")
    ours = tip(clone, BRANCH)
    clone.git("checkout", "-q", "main")
    _, secret = say_alone(clone, facts.Declared("a"), facts.Noted(SECRET))
    say_alone(clone, facts.Redacted(secret))
    purge(clone, alone=True)
    assert tip(clone, BRANCH) == ours
    assert (clone.git_dir / "logs" / BRANCH).exists()
    assert not in_history(clone)


def test_a_purge_elsewhere_leaves_what_somebody_committed_on_the_branch(team: Leak) -> None:
    commit_on(team.bob, BRANCH, {"ours.txt": "ours"})
    ours = tip(team.bob, BRANCH)
    team.redact(team.ann)
    purge(team.ann)
    shared(team.bob)
    assert tip(team.bob, BRANCH) == ours
    assert tip(team.bob, LOG_REF) == tip(team.ann, LOG_REF)
    assert opened(team.bob).mirror_note()


def test_a_purge_drops_nothing_that_was_fetched_and_not_taken_in(team: Leak) -> None:
    """A command held the lock for longer than the exchange waited."""
    team.redact(team.ann)
    shared(team.ann, team.bob)
    known = say(team.bob, facts.Noted("from bob"))
    shared(team.bob)
    team.ann.git("fetch", "-q", "origin")
    record = opened(team.ann)
    # As if all had been up to date: what a plain fetch brought is not.
    record.exchange = lambda *_, **__: None  # type: ignore[method-assign]
    with pytest.raises(EnvironmentFailedError, match="has not received yet"):
        record.purge(AUTHOR, marker=ulid(1, 1), limit=30)
    assert known[0] in team.remote.git("ls-tree", "-r", "--name-only", BRANCH)
    purge(team.ann)
    assert known[0] in team.remote.git("ls-tree", "-r", "--name-only", BRANCH)


def test_an_exchange_that_could_not_take_in_what_came_does_not_say_it_is_up_to_date(
    team: Leak,
) -> None:
    say(team.bob, facts.Noted("from bob"))
    shared(team.bob)
    with Lock(team.ann.git_dir / "incidentctl/lock") as lock:
        assert lock.take()
        assert exchange(team.ann, retries=SHORT).state == "behind"
    shared(team.ann)
    assert tip(team.ann, LOG_REF) == tip(team.bob, LOG_REF)


def test_very_many_events_on_a_chain_that_was_replaced_are_kept(
    team: Leak, monkeypatch: pytest.MonkeyPatch
) -> None:
    say_alone(team.bob, facts.Redacted(team.secret))
    purge(team.bob, alone=True)
    known = [ident for _ in range(6) for ident in say(team.ann, facts.Noted("x"))]
    shared(team.ann)
    monkeypatch.setattr(reconcile, "_MAX_READ", 3)
    shared(team.bob, team.ann)
    for clone in (team.bob, team.ann):
        assert set(known) <= set(clone.logged_ids())
        assert not in_history(clone)


def test_an_amendment_of_what_is_redacted_loses_its_text(team: Leak) -> None:
    """Who amends does not know yet."""
    say(team.bob, facts.Amended(team.secret, "hunter2, I meant", None))
    team.redact(team.ann)
    shared(team.ann, team.bob, team.ann)
    for clone in (team.ann, team.bob):
        assert not in_tree(clone, LOG_REF)
    purge(team.ann)
    shared(team.bob)
    assert not in_history(team.ann)
    assert not in_history(team.bob)


def test_a_log_with_what_a_newer_version_says_loses_a_text_too(team: Leak) -> None:
    other = json.loads(encode(event(facts.Noted("x"))))
    other["kind"] = "mood-set"
    text = json.dumps(other) + "\n"
    commit_on(team.remote, BRANCH, {f"{FOLDER}/{other['id']}-mood-set.json": text})
    log = f"# {INCIDENT}\n{SECRET}\n"
    commit_on(team.remote, BRANCH, {paths.log_path(INCIDENT): log})
    shared(team.ann, team.bob)
    assert in_tree(team.ann, LOG_REF)
    team.redact(team.ann)
    shared(team.ann, team.bob)
    for clone, ref in ((team.ann, LOG_REF), (team.bob, LOG_REF), (team.remote, BRANCH)):
        assert not in_tree(clone, ref)
    assert other["id"] in team.bob.logged_ids()


def test_a_purge_blanks_what_only_the_branch_has_blanked(team: Leak) -> None:
    before = tip(team.ann, LOG_REF)
    say_alone(team.ann, facts.Redacted(team.secret))
    team.ann.git("update-ref", LOG_REF, before)
    team.ann.git("update-ref", "-d", "refs/remotes/origin/incident-log")
    purge(team.ann, alone=True)
    assert not in_tree(team.ann, LOG_REF)
    assert not in_history(team.ann)


def test_two_purges_that_know_nothing_of_each_other(team: Leak) -> None:
    other = say(team.ann, facts.Noted("swordfish"))[0]
    shared(team.ann, team.bob)
    say_alone(team.bob, facts.Redacted(team.secret))
    purge(team.bob, alone=True)
    team.redact(team.ann, other)
    purge(team.ann)
    for _ in range(2):
        shared(team.bob, team.ann)
    assert tip(team.ann, LOG_REF) == tip(team.bob, LOG_REF) == tip(team.remote, BRANCH)
    for clone in (team.ann, team.bob, team.remote):
        for text in ("hunter2", "swordfish"):
            assert not in_history(clone, text), (clone.path.name, text)
    listed = team.ann.git("ls-tree", "--name-only", LOG_REF, f"{paths.PURGED}/").split()
    assert len(listed) == 3


def test_a_merge_with_what_was_purged_is_replaced_again(team: Leak) -> None:
    """As by an old version, which knows no purge, or by `git merge`."""
    old = tip(team.ann, LOG_REF)
    team.redact(team.ann)
    purge(team.ann)
    new = tip(team.remote, BRANCH)
    by_hand = event(facts.Noted("from an old version"))
    commit_on(team.remote, BRANCH, {f"{FOLDER}/{by_hand.id}-noted.json": encode(by_hand).decode()})
    tree = tip(team.remote, f"{BRANCH}^{{tree}}")
    merged = team.remote.git("commit-tree", "-m", "x", "-p", new, "-p", old, tree).strip()
    team.remote.git("update-ref", BRANCH, merged)
    assert in_history(team.remote)
    shared(team.ann, team.bob)
    for clone in (team.remote, team.ann, team.bob):
        assert not in_history(clone)
        assert by_hand.id in clone.git(
            "ls-tree", "-r", "--name-only", BRANCH if clone is team.remote else LOG_REF
        )


def test_what_comes_with_a_redaction_and_its_text_is_blanked(team: Leak) -> None:
    """The remote stands at a commit that has the redaction and not the blanked form yet."""
    redaction = event(facts.Redacted(team.secret))
    name = f"{FOLDER}/{redaction.id}-redacted.json"
    commit_on(team.remote, BRANCH, {name: encode(redaction).decode()})
    shared(team.ann, team.bob)
    for clone, ref in ((team.ann, LOG_REF), (team.bob, LOG_REF), (team.remote, BRANCH)):
        assert not in_tree(clone, ref, SECRET)
        assert tip(clone, ref) == tip(team.ann, LOG_REF)
    assert decode(
        team.ann.git("show", f"{LOG_REF}:{FOLDER}/{team.secret}-noted.json").encode()
    ).id == team.secret  # fmt: skip


def test_a_merge_that_was_never_pushed_is_no_place_for_a_text(team: Leak) -> None:
    team.bob.git("update-ref", TEMPORARY, LOG_REF)
    team.redact(team.ann)
    purge(team.ann)
    shared(team.bob)
    assert tip(team.bob, TEMPORARY) == ""
    assert not in_history(team.bob)


@pytest.mark.parametrize("hindrance", ["checked out", "locked"])
def test_a_branch_that_could_not_follow_a_purge_does_so_later(
    team: Leak, tmp_path: Path, hindrance: str
) -> None:
    tree, lock = tmp_path / "look", team.bob.git_dir / f"{BRANCH}.lock"
    if hindrance == "locked":
        lock.touch()
    else:
        team.bob.git("worktree", "add", "-q", str(tree), "incident-log")
    team.redact(team.ann)
    purge(team.ann)
    shared(team.bob)
    assert tip(team.bob, BRANCH) != tip(team.bob, LOG_REF)
    if hindrance == "locked":
        lock.unlink()
    else:
        team.bob.git("worktree", "remove", "--force", str(tree))
    shared(team.bob)
    assert tip(team.bob, BRANCH) == tip(team.bob, LOG_REF)
    assert not in_history(team.bob)
    assert opened(team.bob).mirror_note() is None


def test_no_cache_keeps_a_text_that_was_redacted_elsewhere(team: Leak) -> None:
    opened(team.bob).heads()
    say(team.bob, facts.Noted("so that it is cached"))
    shared(team.bob, team.ann)
    team.redact(team.ann)
    say(team.ann, facts.Resolved("over"))
    shared(team.ann, team.bob)
    cache = team.bob.git_dir / "incidentctl/cache"
    assert not [
        path for path in cache.rglob("*") if path.is_file() and b"hunter2" in path.read_bytes()
    ]


def test_what_a_remote_said_of_a_text_is_forgotten_with_it(team: Leak) -> None:
    hook = team.remote.path / "hooks/pre-receive"
    hook.write_text(
        "#!/bin/sh\nread old new ref\ngit log -p $new --not --all | grep swordfish >&2 && exit 1\n"
        "exit 0\n"
    )
    hook.chmod(0o755)
    secret = say(team.bob, facts.Noted("swordfish"))[0]
    assert exchange(team.bob).state == "refused"
    state = team.bob.git_dir / "incidentctl"
    assert "swordfish" in (state / "exchange.json").read_text()
    team.redact(team.bob, secret)
    purge(team.bob)
    assert "swordfish" not in (state / "exchange.json").read_text()
