"""Where git itself fails: nothing is moved, dropped or called empty for that."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest
from tests.record.kit import AUTHOR, INCIDENT, Clone, action, make_clone, now
from tests.record.sharing import BRANCH, LOG_REF, tip

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.ids import ulid
from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import presence, refs
from incidentctl.git.run import Git


@pytest.fixture
def broken(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> Clone:
    """A clone whose record is packed and not cached, and a typo in the user's configuration."""
    clone.declare()
    pack(clone)
    (clone.path / "gitconfig").write_text("[broken\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(clone.path / "gitconfig"))
    return clone


def pack(clone: Clone) -> None:
    clone.git("repack", "-adq")
    clone.git("prune-packed", "-q")
    shutil.rmtree(clone.git_dir / "incidentctl" / "cache")


def test_a_typo_in_the_configuration_moves_no_ref(
    broken: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (tip(broken, LOG_REF), tip(broken, BRANCH))
    record = broken.record()
    record.acknowledge(action(facts.Noted("while it is broken")))
    flushed = record.flush()
    assert flushed.pending == 1
    assert "bad config line" in str(flushed.reason)
    assert (tip(broken, LOG_REF), tip(broken, BRANCH)) == before
    assert not list((broken.git_dir / "incidentctl").glob("damaged-*"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    assert broken.record().flush().pending == 0
    assert len(broken.logged_ids()) == 2
    assert tip(broken, BRANCH) == tip(broken, LOG_REF)


@pytest.mark.parametrize("asked", ["open_heads", "heads", "ids"])
def test_a_typo_in_the_configuration_is_no_empty_record(broken: Clone, asked: str) -> None:
    with pytest.raises(EnvironmentFailedError, match="bad config line"):
        getattr(broken.record(), asked)()


def test_a_purge_that_git_fails_leaves_the_record(broken: Clone) -> None:
    before = tip(broken, LOG_REF)
    with pytest.raises(EnvironmentFailedError):
        broken.record().purge(AUTHOR, marker=ulid(int(now().timestamp() * 1000), 1), limit=5)
    assert tip(broken, LOG_REF) == before


def test_a_commit_that_no_store_has_is_absent_and_one_that_cannot_be_looked_for_is_not(
    clone: Clone, tmp_path: Path
) -> None:
    git, none = Git(clone.git_dir, os.environ), "1" * 40
    assert presence.absent(git, [none, tip(clone, "HEAD")]) == {none}
    assert not refs.follows(git, none, tip(clone, "HEAD"))
    with pytest.raises(presence.DamagedError):
        refs.follows(git, tip(clone, "HEAD"), none)
    (clone.git_dir / "objects" / "info" / "alternates").write_text(f"{tmp_path}/not-mounted\n")
    with pytest.raises(EnvironmentFailedError, match="not-mounted"):
        presence.absent(git, [none])


def test_objects_that_are_borrowed_and_not_mounted_move_no_ref(tmp_path: Path) -> None:
    lender = make_clone(tmp_path / "lender")
    lender.declare()
    clone = make_clone(tmp_path / "clone")
    (clone.git_dir / "objects" / "info" / "alternates").write_text(f"{lender.git_dir}/objects\n")
    clone.git("update-ref", LOG_REF, tip(lender, LOG_REF))
    lender.path.rename(tmp_path / "away")
    with pytest.raises(EnvironmentFailedError, match="lender"):
        clone.record().open_heads()
    record = clone.record()
    record.acknowledge(action(facts.Noted("x")))
    assert record.flush().pending == 1
    (tmp_path / "away").rename(lender.path)
    assert clone.record().flush().pending == 0
    assert len(clone.record().events(INCIDENT)[0]) == 2


@pytest.mark.parametrize("torn", [b"", b"garbage"])
def test_a_torn_commit_is_absent(clone: Clone, torn: bytes) -> None:
    head = tip(clone, "HEAD")
    path = clone.git_dir / "objects" / head[:2] / head[2:]
    path.chmod(0o644)
    path.write_bytes(torn)
    assert presence.absent(Git(clone.git_dir, os.environ), [head]) == {head}


def test_where_no_thread_can_be_started_it_is_committed_all_the_same(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the limit of processes of an account or a container is reached."""

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    record = clone.declare()
    pack(clone)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    record.acknowledge_all([action(facts.Noted("one")), action(facts.Noted("two"))])
    assert clone.record().flush().pending == 0
    assert len(clone.record().events(INCIDENT)[0]) == 3
