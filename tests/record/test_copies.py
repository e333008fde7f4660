"""Copies that are not whole: a missing commit is an error and never an empty record."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
from tests.record.kit import AUTHOR, INCIDENT, Clone, action, event, now
from tests.record.sharing import (
    BRANCH,
    LOG_REF,
    clone_of,
    exchange,
    first_clone_of,
    opened,
    say,
    shared,
    tip,
)

from incidentctl.domain.incident import facts
from incidentctl.git.presence import DamagedError
from incidentctl.record.record import Action
from incidentctl.record.store.ref_names import RESTRICTED_COPY_REF, RESTRICTED_REF

TRACKING = "refs/remotes/origin/incident-log"
NOWHERE = "1234567890" * 4


@pytest.fixture
def ann(remote: Clone) -> Clone:
    """A clone that is up to date with the remote."""
    made = first_clone_of(remote, "ann")
    say(made, facts.Declared("a"))
    shared(made)
    return made


@pytest.mark.parametrize("torn", [NOWHERE + "\n", "", "garbage\n"])
@pytest.mark.parametrize("which", [(BRANCH,), (TRACKING,), (BRANCH, TRACKING)])
def test_a_torn_mirror_or_tracking_ref_is_repaired(
    remote: Clone, ann: Clone, which: tuple[str, ...], torn: str
) -> None:
    for ref in which:
        (ann.git_dir / ref).write_text(torn)
    assert [head.id for head in opened(ann).open_heads()] == [INCIDENT]
    say(ann, facts.Noted("x"))
    shared(ann)
    assert tip(ann, BRANCH) == tip(ann, LOG_REF) == tip(ann, TRACKING) == tip(remote, BRANCH)
    ann.git("gc", "-q")


@pytest.mark.parametrize("torn", [NOWHERE + "\n", "", "garbage\n"])
def test_what_was_fetched_and_shown_stays_when_its_ref_is_torn(
    remote: Clone, ann: Clone, torn: str
) -> None:
    bob = clone_of(remote, "bob")
    say(bob, facts.Noted("from bob"))
    shared(bob)
    ann.git("fetch", "-q", "origin", f"{BRANCH}:{TRACKING}")  # an exchange that was killed here
    say(ann, facts.Noted("of ann"))  # its flush computes the index without what was fetched
    shown = opened(ann).events(INCIDENT)
    assert "from bob" in str(shown)
    fetched = tip(ann, TRACKING)
    for _ in range(2):
        (ann.git_dir / TRACKING).write_text(torn)
        assert opened(ann).events(INCIDENT) == shown
    say(ann, facts.Noted("repairs it"))
    assert tip(ann, TRACKING) == fetched
    assert "from bob" in str(opened(ann).events(INCIDENT))
    shared(ann)
    assert tip(ann, LOG_REF) == tip(remote, BRANCH)


@pytest.mark.parametrize("torn", [NOWHERE + "\n", "garbage\n"])
def test_a_commit_that_is_gone_with_its_tracking_ref_is_fetched_again(
    remote: Clone, ann: Clone, torn: str
) -> None:
    assert opened(ann).open_heads()  # notes in the index what is here
    gone = tip(ann, TRACKING)
    assert gone == tip(ann, LOG_REF)
    (ann.git_dir / "objects" / gone[:2] / gone[2:]).unlink()
    (ann.git_dir / TRACKING).write_text(torn)
    shared(ann)
    assert tip(ann, LOG_REF) == tip(remote, BRANCH) == tip(ann, TRACKING)
    assert [head.id for head in opened(ann).open_heads()] == [INCIDENT]


def test_an_exchange_repairs_a_log_without_its_objects(remote: Clone, ann: Clone) -> None:
    for ref in (LOG_REF, BRANCH, TRACKING):
        (ann.git_dir / ref).write_text(NOWHERE + "\n")
    assert [head.id for head in opened(ann).open_heads()] == [INCIDENT]  # by the last tip
    (ann.git_dir / "incidentctl" / "last-tips").unlink()
    assert [head.id for head in opened(ann).open_heads()] == [INCIDENT]  # by what was fetched
    shutil.rmtree(ann.git_dir / "incidentctl" / "cache")
    with pytest.raises(DamagedError):
        opened(ann).open_heads()
    shared(ann)
    assert tip(ann, LOG_REF) == tip(remote, BRANCH)
    assert [head.id for head in opened(ann).open_heads()] == [INCIDENT]


def test_a_torn_ref_continues_from_the_last_commit_and_not_from_the_one_with_the_latest_date(
    clone: Clone,
) -> None:
    """As where this clock is hours behind that of a colleague, whose declaration was merged."""
    clone.declare()
    for number in range(3):
        late = event(facts.Noted(str(number)), at=now() - timedelta(hours=12 - number))
        record = clone.record()
        record.acknowledge(Action(INCIDENT, (late,), AUTHOR, "note"))
        assert record.flush().commit
    before, shown = tip(clone, LOG_REF), opened(clone).events(INCIDENT)
    (clone.git_dir / LOG_REF).write_text("")
    clone.git("update-ref", "-d", BRANCH)
    for gone in ("kept", "cache"):
        shutil.rmtree(clone.git_dir / "incidentctl" / gone)
    opened(clone).repair()
    assert tip(clone, LOG_REF) == before
    assert opened(clone).events(INCIDENT) == shown


@pytest.mark.parametrize("lacks", ["incidents", "incidents/2026"])
def test_a_fetch_heals_what_lacks_folders(remote: Clone, ann: Clone, lacks: str) -> None:
    oid = ann.git("rev-parse", f"{LOG_REF}:{lacks}").strip()
    (ann.git_dir / "objects" / oid[:2] / oid[2:]).unlink()
    for part in ("kept", "cache"):
        shutil.rmtree(ann.git_dir / "incidentctl" / part)
    with pytest.raises(DamagedError):
        opened(ann).open_heads()
    shared(ann)
    assert tip(ann, LOG_REF) == tip(remote, BRANCH)
    assert [head.id for head in opened(ann).open_heads()] == [INCIDENT]
    ann.git("fsck", "--connectivity-only")


@pytest.mark.parametrize("ref", [TRACKING, BRANCH])
def test_a_fresh_clone_whose_only_branch_is_torn_is_not_empty(
    remote: Clone, ann: Clone, ref: str
) -> None:
    bob = clone_of(remote, "bob")
    bob.git("pack-refs", "--all")
    packed = bob.git_dir / "packed-refs"
    packed.write_text(
        "".join(line for line in packed.read_text().splitlines(True) if "incident-log" not in line)
    )
    (bob.git_dir / ref).parent.mkdir(parents=True, exist_ok=True)
    (bob.git_dir / ref).write_text(NOWHERE + "\n")
    with pytest.raises(DamagedError):
        opened(bob).open_heads()
    shared(bob)
    assert [head.id for head in opened(bob).open_heads()] == [INCIDENT]


@pytest.mark.parametrize("kind", ["blob", "tree"])
def test_a_branch_of_the_remote_that_names_no_commit_is_not_taken_in(
    remote: Clone, ann: Clone, kind: str
) -> None:
    before = tip(remote, BRANCH)
    odd = remote.git("rev-parse", f"{before}^{{tree}}").strip()
    if kind == "blob":
        odd = remote.git("hash-object", "-w", "--stdin", data="hi").strip()
    (remote.git_dir / BRANCH).write_text(odd + "\n")
    bob = clone_of(remote, "bob")
    for clone in (ann, bob):
        done = exchange(clone)
        assert done.state == "misconfigured"
        assert f"names a {kind}" in str(done.reason)
    assert [head.id for head in opened(ann).open_heads()] == [INCIDENT]
    assert tip(bob, LOG_REF) == ""
    assert opened(bob).is_unseen()  # nobody may say there that nothing is open
    assert not opened(ann).is_unseen()
    (remote.git_dir / BRANCH).write_text(before + "\n")
    shared(ann, bob)
    assert tip(ann, LOG_REF) == tip(bob, LOG_REF) == before


def restricted(clone: Clone) -> list[str]:
    return [head.id for head in clone.record(restricted=True).open_heads()]


@pytest.mark.parametrize("deleted", [(RESTRICTED_REF,), (RESTRICTED_REF, RESTRICTED_COPY_REF)])
def test_what_nobody_else_has_does_not_hang_on_one_ref(
    clone: Clone, deleted: tuple[str, ...]
) -> None:
    record = clone.record(restricted=True)
    record.acknowledge(action(facts.Declared("secret")))
    assert record.flush().commit
    before = tip(clone, RESTRICTED_REF)
    assert tip(clone, RESTRICTED_COPY_REF) == before
    for ref in deleted:
        clone.git("update-ref", "-d", ref)
    assert restricted(clone) == [INCIDENT]
    record = clone.record(restricted=True)
    record.acknowledge(action(facts.Noted("x")))
    assert "it has been restored" in record.flush().notes[0]
    clone.git("merge-base", "--is-ancestor", before, RESTRICTED_REF)
    assert tip(clone, RESTRICTED_COPY_REF) == tip(clone, RESTRICTED_REF)
