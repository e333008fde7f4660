from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.record.kit import INCIDENT, OTHER, Clone, action, event, make_clone
from tests.record.sharing import BRANCH, LOG_REF, commit_on, tip

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.event_json import encode
from incidentctl.git import refs
from incidentctl.record.store import paths

pytestmark = pytest.mark.both_formats


def note(clone: Clone, text: str) -> None:
    record = clone.record()
    record.acknowledge(action(facts.Noted(text)))
    flushed = record.flush()
    assert flushed.commit == tip(clone, LOG_REF)


def test_the_mirror_follows(clone: Clone) -> None:
    clone.declare()
    note(clone, "x")
    assert tip(clone, BRANCH) == tip(clone, LOG_REF)
    assert clone.record().mirror_note() is None


@pytest.mark.parametrize("other", ["incident-log/old", "incident-log/a/b"])
def test_a_branch_below_its_name_is_told_as_what_is_in_the_way(clone: Clone, other: str) -> None:
    clone.git("branch", other)
    clone.declare()
    mirrored = str(clone.record().mirror_note())
    assert f"branch {other} is in the way" in mirrored
    clone.git("branch", "-m", other, "old")
    note(clone, "x")
    assert clone.record().mirror_note() is None


def test_a_mirror_that_is_missing_is_told_as_that_and_comes_again(clone: Clone) -> None:
    clone.declare()
    clone.git("branch", "-D", BRANCH.removeprefix("refs/heads/"))
    assert "is missing" in str(clone.record().mirror_note())
    note(clone, "x")
    assert clone.record().mirror_note() is None


def test_a_branch_above_its_name_is_told_as_well(clone: Clone) -> None:
    clone.declare()
    clone.git("branch", "-D", BRANCH.removeprefix("refs/heads/"))
    assert refs.in_the_way(clone.record().part.git, "refs/heads/team/log") is None
    clone.git("branch", "team")
    assert refs.in_the_way(clone.record().part.git, "refs/heads/team/log") == "refs/heads/team"


def test_a_user_who_commits_on_a_checkout_of_the_mirror_deletes_nothing(clone: Clone) -> None:
    clone.declare()
    note(clone, "before")
    clone.git("checkout", "-q", "incident-log")
    note(clone, "meanwhile")
    assert tip(clone, BRANCH) != tip(clone, LOG_REF)
    assert "checked out" in str(clone.record().mirror_note())

    theirs = event(facts.Noted("by hand"))
    added = clone.path / paths.event_path(INCIDENT, paths.event_name(theirs))
    added.write_bytes(encode(theirs))
    other = event(facts.Declared("by hand, too"))
    second = clone.path / paths.event_path(OTHER, paths.event_name(other))
    second.parent.mkdir(parents=True)
    second.write_bytes(encode(other))
    (added.parent / "readme.txt").write_text("no event")
    for path in list(added.parent.iterdir())[:1]:
        if path != added:
            path.unlink()
    clone.git("add", "-A")
    clone.git("commit", "-q", "-m", "by hand")

    known = {e.id for e in clone.record().events(INCIDENT)[0]}
    assert theirs.id in known  # on reading
    assert len(known) == 4
    assert {head.id for head in clone.record().open_heads()} == {INCIDENT, OTHER}
    assert clone.record().find("bcd") == [OTHER]
    note(clone, "after")
    assert {theirs.id, other.id} <= set(clone.logged_ids())  # and at the flush
    assert len(clone.logged_ids()) == 6
    assert "readme.txt" not in clone.git("ls-tree", "-r", "--name-only", LOG_REF)
    clone.git("checkout", "-q", "main")
    note(clone, "later")
    assert len(clone.logged_ids()) == 7
    assert "commits of its own" in str(clone.record().mirror_note())
    assert {head.id for head in clone.record().heads()} == {INCIDENT, OTHER}


def test_the_mirror_does_not_run_ahead_of_a_log_that_git_could_not_move(clone: Clone) -> None:
    record = clone.declare()
    before = tip(clone, LOG_REF)
    lock = clone.git_dir / f"{LOG_REF}.lock"
    lock.touch()
    record.acknowledge(action(facts.Noted("x")))
    assert record.flush().pending == 1
    assert tip(clone, BRANCH) == tip(clone, LOG_REF) == before
    lock.unlink()
    note(clone, "y")
    assert tip(clone, BRANCH) == tip(clone, LOG_REF) != before
    assert clone.record().mirror_note() is None


def test_the_mirror_catches_up_once_nobody_has_it_checked_out(clone: Clone) -> None:
    clone.declare()
    clone.git("checkout", "-q", "incident-log")
    note(clone, "one")
    note(clone, "two")
    clone.git("checkout", "-q", "main")
    note(clone, "three")
    assert tip(clone, BRANCH) == tip(clone, LOG_REF)


@pytest.mark.parametrize("cached", [True, False])
def test_a_deleted_log_comes_back_from_the_mirror(clone: Clone, cached: bool) -> None:
    clone.declare()
    note(clone, "x")
    clone.git("update-ref", "-d", LOG_REF)
    if not cached:
        shutil.rmtree(clone.git_dir / "incidentctl" / "cache")
    assert len(clone.record().events(INCIDENT)[0]) == 2
    note(clone, "y")
    assert len(clone.logged_ids()) == 3
    assert tip(clone, BRANCH) == tip(clone, LOG_REF)


def test_a_deleted_or_foreign_mirror_harms_nothing(clone: Clone) -> None:
    clone.declare()
    clone.git("branch", "-D", "incident-log")
    note(clone, "x")
    assert tip(clone, BRANCH) == tip(clone, LOG_REF)
    clone.git("branch", "-f", "incident-log", "main")
    note(clone, "y")
    assert tip(clone, BRANCH) == tip(clone, "main")
    assert len(clone.logged_ids()) == 3
    clone.git("branch", "-D", "incident-log")
    clone.git("branch", "incident-log/of/mine", "main")  # the mirror's name is a folder now
    note(clone, "z")
    assert len(clone.logged_ids()) == 4


def test_a_branch_in_a_rebase_is_left(clone: Clone) -> None:
    clone.declare()
    note(clone, "x")
    clone.git("checkout", "-q", "incident-log")
    clone.git("-c", "sequence.editor=sed -i 1s/^/break\\\\n/", "rebase", "-qi", "HEAD~1")
    assert (clone.git_dir / "rebase-merge").exists()
    before = tip(clone, BRANCH)
    note(clone, "y")
    assert tip(clone, BRANCH) == before
    clone.git("rebase", "--abort")
    assert tip(clone, BRANCH) == before


def test_a_fresh_clone_reads_the_remote_s_branch_and_starts_from_it(
    clone: Clone, tmp_path: Path
) -> None:
    clone.declare()
    note(clone, "x")
    fresh = Clone(tmp_path / "fresh", tmp_path / "fresh" / ".git", tmp_path / "fallback2")
    clone.git("clone", "-q", str(clone.path), str(fresh.path))
    assert len(fresh.record(remote="origin").events(INCIDENT)[0]) == 2
    assert [head.id for head in fresh.record(remote="origin").open_heads()] == [INCIDENT]
    record = fresh.record(remote="origin")
    record.acknowledge(action(facts.Noted("y")))
    assert record.flush().commit == tip(fresh, LOG_REF)
    assert tip(fresh, LOG_REF + "~1") == tip(clone, LOG_REF)
    assert len(fresh.record(remote="origin").events(INCIDENT)[0]) == 3


def test_what_the_remote_s_branch_adds_later_is_reconciled(clone: Clone, tmp_path: Path) -> None:
    clone.declare()
    fresh = make_clone(tmp_path / "fresh")
    record = fresh.record(remote="origin")
    record.acknowledge(action(facts.Declared("offline"), incident=OTHER))
    record.flush()
    fresh.git("remote", "add", "origin", str(clone.path))
    fresh.git("fetch", "-q")
    assert {h.id for h in fresh.record(remote="origin").open_heads()} == {INCIDENT, OTHER}
    record.acknowledge(action(facts.Noted("y"), incident=OTHER))
    assert record.flush().commit
    assert len(fresh.logged_ids()) == 2  # the exchange will merge the two
    record = fresh.record(remote="origin")
    assert {h.id for h in record.open_heads()} == {INCIDENT, OTHER}
    assert len(record.events(INCIDENT)[0]) == 1


def test_an_old_mirror_beside_a_deleted_cache_brings_nothing_back_twice(clone: Clone) -> None:
    clone.declare()
    clone.git("checkout", "-q", "incident-log")
    note(clone, "x")
    shutil.rmtree(clone.git_dir / "incidentctl" / "cache")
    assert len(clone.record().events(INCIDENT)[0]) == 2
    note(clone, "y")
    note(clone, "z")
    assert len(clone.record().events(INCIDENT)[0]) == 4
    assert clone.git("rev-list", "--count", LOG_REF) == "4\n"


@pytest.mark.parametrize("branch", ["release", "main"])
def test_a_branch_of_the_teams_own_is_never_built_upon(clone: Clone, branch: str) -> None:
    clone.git("branch", "release")
    clone.git("checkout", "-q", "-b", "elsewhere")
    before = tip(clone, f"refs/heads/{branch}")
    record = clone.record(branch=branch)
    record.acknowledge(action(facts.Declared("t")))
    flushed = record.flush()
    assert "left alone" in flushed.notes[0]
    assert tip(clone, f"refs/heads/{branch}") == before
    assert clone.git("ls-tree", "--name-only", LOG_REF).split() == ["incidents"]
    assert clone.git("rev-list", "--max-parents=0", LOG_REF).strip() == flushed.commit
    record.acknowledge(action(facts.Noted("x")))
    assert record.flush().commit == tip(clone, LOG_REF)
    assert tip(clone, f"refs/heads/{branch}") == before


def test_events_on_a_branch_with_other_files_are_taken_in_and_the_files_are_not(
    clone: Clone,
) -> None:
    clone.declare()
    clone.git("checkout", "-q", "incident-log")
    (clone.path / "secret.env").write_text("TOKEN=1\n")
    clone.git("add", "-f", "secret.env")
    clone.git("commit", "-q", "-m", "a secret")
    clone.git("checkout", "-q", "main")
    clone.git("update-ref", "-d", LOG_REF)
    shutil.rmtree(clone.git_dir / "incidentctl")
    note(clone, "x")
    assert len(clone.record().events(INCIDENT)[0]) == 2
    assert clone.git("ls-tree", "--name-only", LOG_REF).split() == ["incidents"]


def test_a_record_that_was_deleted_comes_back_from_what_was_not_yet_sent(clone: Clone) -> None:
    record = clone.record(remote="origin")
    for fact in (facts.Declared("t"), facts.Noted("a")):
        record.acknowledge(action(fact))
        record.flush()
    clone.git("update-ref", "-d", LOG_REF)
    clone.git("branch", "-q", "-D", "incident-log")
    again = clone.record(remote="origin")
    assert len(again.events(INCIDENT)[0]) == 2
    assert [head.id for head in again.heads()] == [INCIDENT]
    again.acknowledge(action(facts.Noted("b")))
    assert again.flush().pending == 0
    assert len(clone.logged_ids()) == 3
    assert len(list((clone.git_dir / "incidentctl" / "sent").iterdir())) == 3


def test_another_version_of_an_event_on_the_mirror_alone_is_no_fault_of_the_incident(
    clone: Clone,
) -> None:
    clone.declare()
    note(clone, "as recorded")
    ident = clone.logged_ids()[-1]
    name = next(
        path for path in clone.git("ls-tree", "-r", "--name-only", LOG_REF).split() if ident in path
    )
    forged = clone.git("show", f"{LOG_REF}:{name}").replace("as recorded", "by hand")
    commit_on(clone, BRANCH, {name: forged, "secret.env": "x"})
    note(clone, "after")
    assert tip(clone, BRANCH) != tip(clone, LOG_REF)  # the mirror is left with its own commit
    shutil.rmtree(clone.git_dir / "incidentctl" / "cache")
    events, problems = clone.record().events(INCIDENT)
    assert problems == []  # as in every other clone
    texts = [each.fact.text for each in events if isinstance(each.fact, facts.Noted)]
    assert texts == ["as recorded", "after"]
    assert "commits of its own" in str(clone.record().mirror_note())
