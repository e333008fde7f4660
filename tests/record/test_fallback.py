"""Whose is an outbox in the user's own state: never that of whoever comes to stand at the path."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest
from tests.record.kit import AUTHOR, INCIDENT, OTHER, Clone, action, make_clone, part_of
from tests.record.sharing import clone_of, exchange, say, shared

from incidentctl.domain.incident import facts
from incidentctl.record.restricted.pair import RecordPair
from incidentctl.record.write import fallback, outbox


def block(clone: Clone, what: str) -> Path:
    """Put a file in the way of what is recorded: of the outbox alone, or of all the state."""
    path = clone.git_dir / "incidentctl" / ("outbox" if what == "outbox" else "")
    if path.is_dir():
        shutil.rmtree(path)
    path.write_text("in the way")
    return path


def unclaimed(clone: Clone) -> list[str]:
    found = fallback.unclaimed(clone.fallback, clone.git_dir)
    return [outbox.incident_of(path) for files in found.values() for path in files]


def identity(clone: Clone) -> str:
    return (clone.git_dir / "incidentctl" / "repository").read_text()


def with_restricted(clone: Clone) -> RecordPair:
    return RecordPair(part_of(clone.git_dir, clone.fallback), restricted_remote=None)


@pytest.mark.parametrize("what", ["outbox", "all, so that no identity is kept"])
def test_a_repository_that_comes_to_stand_at_the_path_takes_nothing(
    clone: Clone, what: str
) -> None:
    if what == "outbox":
        clone.declare(OTHER)
    block(clone, what)
    result = clone.record().acknowledge(action(facts.Declared("t")))
    assert str(clone.fallback) in str(result.note)
    shutil.rmtree(clone.path)
    other = make_clone(clone.path)
    assert other.record().flush().pending == 0
    assert other.record().events(INCIDENT)[0] == []
    assert unclaimed(other) == [INCIDENT]
    other.declare(OTHER)
    assert len(other.logged_ids()) == 1
    assert unclaimed(other) == [INCIDENT]
    assert result.path.is_file()


@pytest.mark.parametrize("what", ["outbox", "all, so that no identity is kept"])
def test_the_repository_itself_takes_them_when_it_can_be_written(clone: Clone, what: str) -> None:
    if what == "outbox":
        clone.declare()
    path = block(clone, what)
    clone.record().acknowledge(action(facts.Noted("x")))
    assert unclaimed(clone) == []
    path.unlink()
    for changed in (clone.git_dir, clone.git_dir / "config"):
        changed.chmod(0o700)  # as who makes it writable does
    assert clone.record().acknowledge(action(facts.Noted("y"))).note is None
    assert identity(clone)
    assert clone.record().flush().pending == 0
    assert len(clone.logged_ids()) == (3 if what == "outbox" else 2)
    assert unclaimed(clone) == []


@pytest.mark.parametrize("description", [None, "as it is", "of whole seconds", "missing"])
def test_where_nothing_is_sure_it_waits(clone: Clone, description: str | None) -> None:
    made = clone.git_dir / "description"
    made.write_text("Unnamed\n")
    if description == "missing":
        made.unlink()
    elif description == "of whole seconds":
        os.utime(made, (1, 1))
    path = block(clone, "all")
    result = clone.record().acknowledge(action(facts.Noted("x")))
    if description is None:  # settings of other things change nothing
        clone.git("config", "core.sharedRepository", "group")
        path.unlink()
        assert clone.record().flush().commit is None
        assert len(clone.logged_ids()) == 1
        return
    setting = "remote.origin.url" if description == "as it is" else "user.name"
    clone.git("config", setting, "other")
    path.unlink()
    assert clone.record().flush().pending == 0
    assert unclaimed(clone) == [INCIDENT]
    assert result.path.is_file()


def test_an_identity_that_is_written_later_names_what_was_kept_before_it(clone: Clone) -> None:
    """Also where settings change in between, and git made no description."""
    (clone.git_dir / "description").unlink(missing_ok=True)
    path = block(clone, "all")
    clone.record().acknowledge(action(facts.Noted("x")))
    path.unlink()
    clone.record().acknowledge(action(facts.Noted("y")))
    clone.git("config", "user.name", "other")
    assert clone.record().flush().pending == 0
    assert unclaimed(clone) == []
    assert len(clone.logged_ids()) == 2


def test_what_an_earlier_version_kept_by_the_path_alone_waits(clone: Clone) -> None:
    by_path = hashlib.sha256(os.fsencode(clone.git_dir.resolve())).hexdigest()[:16]
    for place in ("", "restricted", "restricted/unsure"):
        folder = clone.fallback / place / f"outbox-{by_path}"
        outbox.write(folder, action(facts.Noted("x")))
    assert clone.declare(OTHER).pending() == 0
    assert len(clone.logged_ids()) == 1
    assert unclaimed(clone) == [INCIDENT] * 3


def test_a_moved_repository_is_told_of_what_waits_by_its_old_path(clone: Clone) -> None:
    clone.declare()
    block(clone, "outbox")
    clone.record().acknowledge(action(facts.Noted("x")))
    moved = clone._replace(path=clone.path.with_name("moved"))
    moved = moved._replace(git_dir=moved.path / ".git")
    clone.path.rename(moved.path)
    assert moved.record().pending() == 0
    assert unclaimed(moved) == [INCIDENT]
    assert unclaimed(make_clone(clone.path.with_name("other"))) == []


def test_the_identity_is_made_once_and_is_never_in_the_record(clone: Clone, tmp_path: Path) -> None:
    clone.record().events(INCIDENT)
    assert not (clone.git_dir / "incidentctl" / "repository").exists()  # looking writes none
    clone.declare()
    kept = identity(clone)
    clone.declare(OTHER)
    assert identity(clone) == kept
    other = make_clone(tmp_path / "other")
    other.declare()
    assert identity(other) != kept
    clone.git("clone", "-q", "--mirror", str(clone.path), str(tmp_path / "copy.git"))
    assert not (tmp_path / "copy.git" / "incidentctl").exists()
    everything = clone.git("log", "-p", "--all", "refs/incidentctl/log")
    assert INCIDENT in everything
    assert kept.strip() not in everything


def test_who_watches_sees_a_fallback_that_comes_later(clone: Clone) -> None:
    watching = clone.record()
    before = watching.change_token()
    clone.declare()
    block(clone, "outbox")
    between = watching.change_token()
    assert between != before
    clone.record().acknowledge(action(facts.Noted("x")))
    assert watching.change_token() != between
    assert len(watching.events(INCIDENT)[0]) == 2


@pytest.mark.parametrize("where", ["git directory", "state"])
def test_who_watches_sees_what_waits_for_a_place(clone: Clone, where: str) -> None:
    watching = with_restricted(clone)
    before = watching.change_token()
    below = Path("restricted", "unsure")
    folder = clone.git_dir / "incidentctl" / below
    if where == "state":
        folder = fallback.Fallback(clone.fallback / below, clone.git_dir).folder()
    outbox.write(folder, action(facts.Noted("x")))
    assert watching.change_token() != before
    assert len(watching.events(INCIDENT)[0]) == 1


def test_what_waits_for_a_place_is_not_shared_because_it_is_known_nowhere(clone: Clone) -> None:
    """As where the restricted part, and its memory, are lost."""
    clone.declare(OTHER)
    unsure = clone.git_dir / "incidentctl" / "restricted" / "unsure"
    for incident in (INCIDENT, OTHER):
        outbox.write(unsure, action(facts.Noted("x"), incident=incident))
    record = with_restricted(clone)
    assert record.flush().pending == 1
    assert [outbox.incident_of(path) for path in unsure.iterdir()] == [INCIDENT]
    assert len(clone.logged_ids()) == 2
    assert record.is_undecided(INCIDENT)
    assert not record.is_undecided(OTHER)
    record.restrict(INCIDENT)
    assert record.flush().pending == 0
    assert len(clone.logged_ids()) == 2
    assert INCIDENT in clone.git("ls-tree", "-r", "--name-only", "refs/incidentctl/restricted")


def test_what_an_exchange_brings_decides_where_it_goes(remote: Clone, ann: Clone) -> None:
    """It is committed, and shared, by the exchange that brings the incident."""
    late = clone_of(remote, "late")
    say(ann, facts.Declared("t"), incident=OTHER)
    shared(ann)
    unsure = late.git_dir / "incidentctl" / "restricted" / "unsure"
    outbox.write(unsure, action(facts.Noted("x"), incident=OTHER))
    record = RecordPair(part_of(late.git_dir, late.fallback, remote="origin"),
                        restricted_remote=None)  # fmt: skip
    done = record.exchange(AUTHOR, limit=30)
    assert done is not None
    assert done.state == "ok"
    assert record.pending() == 0
    assert len(record.events(OTHER)[0]) == 2
    assert exchange(ann).state == "ok"
    assert len(ann.logged_ids()) == 2
