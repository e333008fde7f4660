"""How an exchange ends that does not go well: in a state that is told, and with nothing left."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.record.kit import AUTHOR, Clone, now
from tests.record.purging import purge
from tests.record.sharing import BRANCH, exchange, opened, say, shared, tip

from incidentctl.domain.incident import facts
from incidentctl.errors import EnvironmentFailedError
from incidentctl.git.run import Patience
from incidentctl.record.sync import purge as purges
from incidentctl.record.sync import remote as remotes
from incidentctl.record.sync.merge import TEMPORARY


def hook(remote: Clone, text: str) -> None:
    path = remote.path / "hooks/pre-receive"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def broken(incident: str, events: Sequence[object], problems: Sequence[object]) -> str:
    raise KeyError(incident)


def test_a_bug_in_an_exchange_is_a_state_and_is_kept_for_a_report(ann: Clone, bob: Clone) -> None:
    say(ann, facts.Declared("a"))
    shared(ann, bob)
    say(ann, facts.Noted("b"))
    shared(ann)
    known = say(bob, facts.Noted("c"))
    record = bob.record(remote="origin", render=broken)
    done = record.exchange(AUTHOR, limit=30)
    assert done is not None
    assert done.state == "failed"
    assert str(done.reason).startswith("a bug in incidentctl: KeyError")
    last = record.exchange_status()
    assert last is not None
    assert (last.state, last.reason) == (done.state, done.reason)
    kept = {str(path): path.read_text() for path in bob.fallback.glob("bug-*.txt")}
    assert kept
    assert all("KeyError" in text for text in kept.values())
    assert str(done.reason).rpartition(" ")[2] in kept
    shared(bob, ann)  # nothing of it stays
    assert known[0] in ann.logged_ids()


def test_a_remote_may_think_for_as_long_as_its_hooks_take(
    remote: Clone, ann: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(ann, facts.Declared("a"))
    shared(ann)
    monkeypatch.setattr(remotes, "SILENCE", 1.0)
    hook(remote, "sleep 4")
    say(ann, facts.Noted("b"))
    shared(ann)
    assert opened(ann).unsynced().events == 0


def test_a_remote_that_has_all_and_says_nothing_is_not_offline(
    remote: Clone, ann: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(ann, facts.Declared("a"))
    shared(ann)
    after, _ = remotes._PATIENCE
    monkeypatch.setattr(remotes, "_PATIENCE", Patience(after, 1.0))
    hook(remote, "sleep 60")
    say(ann, facts.Noted("b"))
    done = exchange(ann)
    assert done.state == "unanswered"
    assert "received everything" in str(done.reason)
    assert opened(ann).unsynced().events == 1


@pytest.mark.both_formats
def test_a_purge_that_is_refused_leaves_no_chain_behind(remote: Clone, ann: Clone) -> None:
    said = say(ann, facts.Declared("a"), facts.Noted("hunter2"))
    say(ann, facts.Redacted(said[1]))
    shared(ann)
    before = tip(remote, BRANCH)
    hook(remote, "exit 1")
    with pytest.raises(EnvironmentFailedError, match="did not accept the new root"):
        purge(ann)
    assert tip(remote, BRANCH) == before
    for name in (purges.TEMPORARY, TEMPORARY):
        assert not tip(ann, name)


def test_what_a_killed_purge_left_behind_goes_with_the_next_exchange(ann: Clone) -> None:
    say(ann, facts.Declared("a"))
    for name in (purges.TEMPORARY, TEMPORARY):
        ann.git("update-ref", name, "refs/incidentctl/log")
    shared(ann)
    for name in (purges.TEMPORARY, TEMPORARY):
        assert not tip(ann, name)
    assert opened(ann).exchange_status().at <= now()
