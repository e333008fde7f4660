"""A prune takes objects of what is logged while it runs: nothing that was acknowledged is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.record.kit import INCIDENT, Clone, action
from tests.record.sharing import BRANCH, LOG_REF, clone_of, exchange, opened, say, shared, tip

from incidentctl.domain.incident import facts
from incidentctl.record.store.paths import log_path
from incidentctl.record.write import kept, outbox
from incidentctl.record.write.repair import Repair


class Prune:
    """A `git prune --expire=now`: it has seen what is reachable, and deletes all else later."""

    def __init__(self, clone: Clone) -> None:
        self._clone = clone
        self._seen = self._loose()

    def end(self, *keep: str) -> None:
        """Delete what was written meanwhile, but for objects of these types."""
        for path in self._loose() - self._seen:
            oid = path.parent.name + path.name
            if not keep or self._clone.git("cat-file", "-t", oid).strip() not in keep:
                path.unlink()

    def _loose(self) -> set[Path]:
        return set((self._clone.git_dir / "objects").glob("??/*"))


def note(clone: Clone, text: str) -> str:
    record, done = clone.record(), action(facts.Noted(text))
    record.acknowledge(done)
    record.flush()
    return done.events[0].id


def shown(clone: Clone) -> list[str]:
    return [event.id for event in clone.record().events(INCIDENT)[0]]


def is_sound(clone: Clone) -> bool:
    """Whether git can work with the repository: both fail where a ref leads to what is missing."""
    clone.git("gc", "-q", "--prune=now")
    clone.git("fsck", "--connectivity-only")
    return tip(clone, BRANCH) == tip(clone, LOG_REF)


@pytest.mark.parametrize("last", ["", "commit", "tree", "blob"])
@pytest.mark.parametrize("cached", [True, False])
def test_what_is_logged_during_a_prune_stays(clone: Clone, last: str, cached: bool) -> None:
    clone.declare()
    note(clone, "before")
    prune = Prune(clone)
    during = [note(clone, str(number)) for number in range(5)]
    prune.end(*last.split())
    if not cached:
        shutil.rmtree(clone.git_dir / "incidentctl" / "cache")
    after = note(clone, "after")
    assert {*during, after} < set(clone.logged_ids())
    assert len(clone.logged_ids()) == 8
    assert shown(clone) == sorted(clone.logged_ids())
    assert is_sound(clone)


def test_what_a_prune_took_behind_a_sound_tip_is_noticed(clone: Clone) -> None:
    clone.declare()
    prune = Prune(clone)
    during = [note(clone, str(number)) for number in range(3)]
    prune.end()
    # As if the last command had been after the prune came by: it knows the folders by heart.
    assert not clone.git("cat-file", "-t", tip(clone, LOG_REF), check=False)
    after = note(clone, "after")
    assert {*during, after} < set(clone.logged_ids())
    assert is_sound(clone)


@pytest.mark.parametrize("lost", ["one blob", "every blob"])
def test_a_blob_that_a_gc_took_is_noticed_once_the_gc_has_ended(clone: Clone, lost: str) -> None:
    clone.declare()
    during = [note(clone, "first")]
    prune = Prune(clone)
    (clone.git_dir / "gc.pid").touch()
    clone.git("repack", "-q")
    during.append(note(clone, "during"))
    if lost == "one blob":
        blob = clone.git("rev-parse", f"{LOG_REF}:{log_path(INCIDENT)}").strip()
        (clone.git_dir / "objects" / blob[:2] / blob[2:]).unlink()
    during.append(note(clone, "while it still deletes"))
    if lost == "every blob":
        prune.end("commit", "tree")
    (clone.git_dir / "gc.pid").unlink()
    after = note(clone, "after")
    assert {*during, after} < set(clone.logged_ids())
    assert is_sound(clone)


def test_who_reads_sees_what_a_prune_took(clone: Clone) -> None:
    clone.declare()
    prune = Prune(clone)
    during = note(clone, "during")
    prune.end()
    shutil.rmtree(clone.git_dir / "incidentctl" / "cache")
    assert during in shown(clone)
    assert [head.id for head in clone.record().open_heads()] == [INCIDENT]


def test_a_gc_while_somebody_logs_loses_nothing(clone: Clone) -> None:
    """A real race; that it is one is luck, that nothing is lost is not."""
    clone.declare()
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.record.kit", str(clone.git_dir), str(clone.fallback),
         INCIDENT, *map(str, range(30))],
        cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    while worker.poll() is None:
        clone.git("gc", "-q", "--prune=now", check=False)
    lines = worker.communicate()[0].split("\n")
    acknowledged = {line.split()[1] for line in lines if line.startswith("ACK")}
    assert len(acknowledged) == 30
    for pack in (clone.git_dir / "objects" / "pack").glob("*.pack"):
        if not pack.with_suffix(".idx").exists():  # a gc has failed: let it be a minute ago
            os.utime(pack, (0, 0))
    note(clone, "after")
    assert acknowledged < set(clone.logged_ids())
    assert is_sound(clone)


def age(clone: Clone, seconds: float = 2 * kept.AGE) -> None:
    """Let all that is kept have been committed so long ago."""
    state = clone.git_dir / "incidentctl"
    for path in (*state.glob("kept/*"), *state.glob("kept-looked")):
        os.utime(path, (time.time() - seconds,) * 2)


def kept_of(clone: Clone) -> list[str]:
    return [path.name for path in outbox.paths([clone.git_dir / "incidentctl" / "kept"])]


def test_what_is_committed_is_kept_until_a_later_look_finds_it(clone: Clone) -> None:
    record = clone.declare()
    note(clone, "x")
    record.maintain()
    assert len(kept_of(clone)) == 2
    age(clone)
    assert record.is_due()
    (clone.git_dir / "gc.pid").touch()
    record.maintain()
    assert len(kept_of(clone)) == 2  # a gc is under way
    (clone.git_dir / "gc.pid").unlink()
    (clone.git_dir / "incidentctl" / "kept-looked").unlink(missing_ok=True)
    record.maintain()
    assert kept_of(clone) == []
    assert not record.is_due()


def test_many_kept_files_are_looked_through_once_an_hour(clone: Clone, monkeypatch) -> None:
    monkeypatch.setattr(kept, "_MANY", 1)
    record = clone.declare()
    note(clone, "x")
    assert not record.is_due()
    stamp = clone.git_dir / "incidentctl" / "kept-looked"
    age(clone)
    stamp.touch()
    assert not record.is_due()
    os.utime(stamp, (time.time() - kept.AGE - 1,) * 2)
    assert record.is_due()


def test_kept_files_are_looked_through_once_until_the_oldest_is_due(clone: Clone) -> None:
    record = clone.declare()
    note(clone, "x")
    age(clone, kept.AGE - 30)
    assert not record.is_due()
    stamp = clone.git_dir / "incidentctl" / "kept-looked"
    oldest = min(path.stat().st_mtime for path in stamp.parent.glob("kept/*"))
    assert stamp.stat().st_mtime == pytest.approx(oldest)
    note(clone, "y")
    assert not record.is_due()
    age(clone, kept.AGE + 1)
    assert record.is_due()


@pytest.mark.parametrize("taken", ["blob", "tip"])
def test_a_look_that_does_not_find_it_commits_it_again(clone: Clone, taken: str) -> None:
    clone.declare()
    ident = note(clone, "x")
    if taken == "blob":
        path = next(
            line for line in clone.git("ls-tree", "-r", LOG_REF).splitlines() if ident in line
        )
        oid = path.split()[2]
        (clone.git_dir / "objects" / oid[:2] / oid[2:]).unlink()
    else:  # somebody has moved the record to an older commit
        clone.git("update-ref", LOG_REF, f"{LOG_REF}~1")
        clone.git("update-ref", BRANCH, f"{BRANCH}~1")
    age(clone)
    clone.record().maintain()
    assert ident in clone.logged_ids()
    assert is_sound(clone)


def test_what_was_moved_aside_and_comes_back_is_reconciled_again(clone: Clone) -> None:
    clone.declare()
    ident = note(clone, "x")
    away = tip(clone, LOG_REF)
    path = clone.git_dir / "objects" / away[:2] / away[2:]
    path.rename(clone.path / "away")
    for part in ("kept", "cache"):
        shutil.rmtree(clone.git_dir / "incidentctl" / part)
    note(clone, "y")
    assert ident not in clone.logged_ids()
    (clone.path / "away").rename(path)
    clone.record().maintain()
    assert ident in clone.logged_ids()
    assert not list((clone.git_dir / "incidentctl").glob("damaged-*"))


def test_what_the_remote_has_is_kept_here_for_a_while(remote: Clone, ann: Clone) -> None:
    say(ann, facts.Declared("a"))
    prune = Prune(ann)
    (during,) = say(ann, facts.Noted("x"))
    assert exchange(ann).state == "ok"
    prune.end()
    remote.git("update-ref", BRANCH, f"{BRANCH}~1")  # the remote was restored from a backup
    (after,) = say(ann, facts.Noted("y"))
    assert exchange(ann).state == "ok"
    assert {during, after} < set(ann.logged_ids())


def test_a_redaction_takes_the_text_out_of_what_is_kept(clone: Clone) -> None:
    clone.declare()
    secret = note(clone, "the password is hunter2")
    record = clone.record()
    record.acknowledge(action(facts.Redacted(secret)))
    record.flush()
    held = [path.read_text() for path in (clone.git_dir / "incidentctl" / "kept").iterdir()]
    assert len(held) == 3
    assert not any("hunter2" in text for text in held)


def test_a_purge_during_a_prune_keeps_the_record(clone: Clone) -> None:
    clone.declare()
    secret = note(clone, "the password is hunter2")
    record, redaction = clone.record(), action(facts.Redacted(secret))
    record.acknowledge(redaction)
    record.flush()
    prune = Prune(clone)
    author = redaction.author
    assert clone.record().purge(author, marker="01M8765GG1993JZZ2RC3PY935S", limit=30.0)
    shutil.rmtree(clone.git_dir / "incidentctl")  # nothing but git has it now
    prune.end()
    assert {secret, redaction.events[0].id} < set(shown(clone))
    assert is_sound(clone)
    assert "hunter2" not in clone.git("log", "-p", BRANCH)


def test_a_pack_that_a_dead_git_left_without_index_stops_no_repair(clone: Clone) -> None:
    clone.declare()
    prune = Prune(clone)
    known = note(clone, "a")
    prune.end()
    left = clone.git_dir / "objects" / "pack" / f"pack-{'1' * 40}.pack"
    left.write_bytes(b"PACK")
    waiting = note(clone, "b")  # a git may still be at work on it
    assert {known, waiting} <= set(shown(clone)) | {p[:26] for p in clone.outbox()}
    os.utime(left, (0, 0))
    note(clone, "c")
    assert {known, waiting} < set(clone.logged_ids())


def test_what_a_prune_took_of_the_history_stops_no_push(remote: Clone, ann: Clone) -> None:
    """A view that was written over since: no event lacks, and git can push none of what follows."""
    clone = ann
    clone.declare()
    assert exchange(clone).state == "ok"
    during = [note(clone, str(number)) for number in range(3)]
    oid = clone.git("rev-parse", f"{LOG_REF}~1:{log_path(INCIDENT)}").strip()
    (clone.git_dir / "objects" / oid[:2] / oid[2:]).unlink()
    assert exchange(clone).state == "ok"
    assert all(ident in remote.git("ls-tree", "-r", "--name-only", BRANCH) for ident in during)
    assert is_sound(clone)


def test_what_a_prune_took_of_the_history_stops_no_fetch(remote: Clone, ann: Clone) -> None:
    """What came from another clone, on which a third one has built: git can fetch nothing more."""
    ann.declare()
    assert exchange(ann).state == "ok"
    bob, carol = clone_of(remote, "bob"), clone_of(remote, "carol")
    say(bob, facts.Noted("from bob"))
    shared(bob, ann, carol)
    lost = tip(ann, LOG_REF)
    say(ann, facts.Noted("on top of it"))
    assert exchange(ann).state == "ok"
    say(carol, facts.Noted("beside it"))
    assert exchange(carol).state == "ok"
    waiting = note(ann, "not yet sent")
    (ann.git_dir / "objects" / lost[:2] / lost[2:]).unlink()
    shutil.rmtree(ann.git_dir / "incidentctl" / "kept")
    done = exchange(ann)
    assert (done.state, done.reason) == ("ok", None)
    assert waiting in remote.git("ls-tree", "-r", "--name-only", BRANCH)
    assert "beside it" in str(ann.record().events(INCIDENT))
    assert is_sound(ann)


def test_a_prune_that_took_the_remote_tracking_commit_too_hides_no_event(
    remote: Clone, ann: Clone
) -> None:
    """No commit is whole any more, but the events of others are still readable."""
    ann.declare()
    note(ann, "second")
    assert exchange(ann).state == "ok"
    bob = clone_of(remote, "bob")
    say(bob, facts.Noted("from bob"))
    shared(bob, ann)
    say(bob, facts.Noted("fetched later"))
    shared(bob)
    ann.git("fetch", "-q", "origin", f"{BRANCH}:refs/remotes/origin/incident-log")
    root = ann.git("rev-list", "--max-parents=0", LOG_REF).strip()
    for oid in (root, tip(ann, "refs/remotes/origin/incident-log")):
        (ann.git_dir / "objects" / oid[:2] / oid[2:]).unlink()
    shutil.rmtree(ann.git_dir / "incidentctl" / "cache")
    ann.git("update-ref", "-d", BRANCH)
    repair = Repair(opened(ann).part)
    assert repair.deep()
    assert "from bob" in str(repair.found[INCIDENT])


def test_a_repair_that_is_killed_is_done_by_the_next_one(clone: Clone) -> None:
    """Between the move of the ref and the commit of what the damaged commit still has."""
    clone.declare()
    texts = [note(clone, str(number)) for number in range(3)]
    before = shown(clone)
    oid = clone.git("rev-parse", f"{LOG_REF}~1:{log_path(INCIDENT)}").strip()
    (clone.git_dir / "objects" / oid[:2] / oid[2:]).unlink()
    for gone in ("kept", "cache"):
        shutil.rmtree(clone.git_dir / "incidentctl" / gone)
    assert Repair(clone.record().part).deep()
    assert set(shown(clone)) < set(before)  # nobody has committed what it found
    note(clone, "next")
    assert shown(clone)[:-1] == before
    assert texts[-1] in clone.logged_ids()
    assert is_sound(clone)
    tip_then = tip(clone, LOG_REF)
    note(clone, "after")
    assert tip(clone, f"{LOG_REF}~1") == tip_then  # it is done once


def test_a_remote_that_lacks_objects_is_named_and_the_clone_is_not(
    remote: Clone, ann: Clone
) -> None:
    ann.declare()
    assert exchange(ann).state == "ok"
    bob = clone_of(remote, "bob")
    say(bob, facts.Noted("lost on the remote"))
    assert exchange(bob).state == "ok"
    oid = remote.git("rev-parse", f"{BRANCH}^{{tree}}").strip()
    (remote.git_dir / "objects" / oid[:2] / oid[2:]).unlink()
    before = tip(ann, LOG_REF)
    done = exchange(ann)
    assert done.state == "misconfigured"
    assert "origin: " in str(done.reason)
    assert tip(ann, LOG_REF) == before
    assert not any("was damaged" in note for note in done.notes)
