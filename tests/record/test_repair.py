from __future__ import annotations

import shutil
import time

import pytest
from tests.record.kit import INCIDENT, OTHER, Clone, action
from tests.record.sharing import BRANCH, LOG_REF, clone_of, say, shared, tip

from incidentctl.domain.incident import facts


def note(clone: Clone, text: str) -> tuple[str, ...]:
    record = clone.record()
    record.acknowledge(action(facts.Noted(text)))
    flushed = record.flush()
    assert (flushed.pending, flushed.reason) == (0, None)
    assert flushed.commit == tip(clone, LOG_REF)
    return flushed.notes


TORN = ["", "garbage\n", "\0" * 41, "1" * 40 + "\n"]


@pytest.mark.parametrize("cached", [True, False])
@pytest.mark.parametrize("packed", [None, "old", "same"])
@pytest.mark.parametrize("torn", TORN)
def test_a_torn_ref_of_the_log_is_moved_aside_and_the_record_goes_on(
    clone: Clone, torn: str, packed: str | None, cached: bool
) -> None:
    clone.declare()
    if packed == "old":
        clone.git("pack-refs", "--all")
    note(clone, "before")
    if packed == "same":
        clone.git("pack-refs", "--all", "--no-prune")
    before = clone.logged_ids()
    (clone.git_dir / LOG_REF).write_text(torn)
    if not cached:
        shutil.rmtree(clone.git_dir / "incidentctl" / "cache")
    assert [event.id for event in clone.record().events(INCIDENT)[0]] == sorted(before)
    assert [head.id for head in clone.record().open_heads()] == [INCIDENT]
    notes = note(clone, "after")
    assert len(notes) == 1
    assert "damaged" in notes[0]
    assert set(before) < set(clone.logged_ids())
    assert len(clone.logged_ids()) == 3
    aside = list((clone.git_dir / "incidentctl").glob("damaged-log-ref-*"))
    assert [path.read_text() for path in aside] == [torn]
    assert tip(clone, BRANCH) == tip(clone, LOG_REF)
    assert note(clone, "and on") == ()


@pytest.mark.parametrize("left", ["last-tips", "cache", "kept", None])
def test_a_torn_ref_without_any_branch_goes_on_from_what_this_clone_has(
    clone: Clone, left: str | None
) -> None:
    clone.declare()
    clone.git("branch", "-D", "incident-log")
    (clone.git_dir / LOG_REF).write_text("")
    state = clone.git_dir / "incidentctl"
    (state / "last-tips").rename(state / "noted")
    shutil.move(state / "cache", state / "cached")
    shutil.move(state / "kept", state / "put-by")
    if left == "last-tips":
        (state / "noted").rename(state / "last-tips")
    elif left:
        shutil.move(state / {"cache": "cached", "kept": "put-by"}[left], state / left)
    assert "damaged" in note(clone, "x")[0]
    assert len(clone.logged_ids()) == (2 if left else 1)


def test_a_log_whose_commit_is_gone_with_the_mirror_s(clone: Clone) -> None:
    clone.declare()
    before = tip(clone, LOG_REF)
    clone.git("update-ref", "refs/remotes/origin/incident-log", before)
    note(clone, "lost with the disk")
    gone = tip(clone, LOG_REF)
    (clone.git_dir / "objects" / gone[:2] / gone[2:]).unlink()
    shutil.rmtree(clone.git_dir / "incidentctl" / "cache")
    (clone.git_dir / BRANCH).write_text(before + "\n")
    assert len(clone.record().events(INCIDENT)[0]) == 2
    assert "damaged" in note(clone, "x")[0]
    assert len(clone.logged_ids()) == 3


def test_a_repair_prefers_what_this_clone_alone_has(clone: Clone, remote: Clone) -> None:
    """A remote's branch that is newer lacks what was recorded before there was a remote."""
    clone.declare(OTHER)
    clone.declare()
    other = clone_of(remote, "other")
    clone.git("remote", "add", "origin", str(remote.path))
    time.sleep(1.1)  # git tells commits apart by the second
    say(other, facts.Declared("elsewhere"))
    shared(other)
    clone.git("fetch", "-q", "origin", "+incident-log:refs/remotes/origin/incident-log")
    state, last = clone.git_dir / "incidentctl", tip(clone, LOG_REF)
    shutil.rmtree(state / "kept")
    shutil.rmtree(state / "cache")
    (clone.git_dir / "objects" / last[:2] / last[2:]).unlink()
    record = clone.record(remote="origin")
    record.acknowledge(action(facts.Noted("next")))
    record.flush()
    assert record.events(OTHER)[0]
