"""Nothing is taken for missing, or for held, where git could not tell."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.record.kit import INCIDENT, OTHER, Clone, action

from incidentctl.domain.incident import facts
from incidentctl.errors import EnvironmentFailedError
from incidentctl.git.run import Git
from incidentctl.record.store.stored_event import check
from incidentctl.record.sync import sent
from incidentctl.record.write import outbox
from incidentctl.record.write.verify import events_in_commit

LOG_REF = "refs/incidentctl/log"

#: Which of some actions a commit lacks, as `sent` and as `verify` find out.
Ask = Callable[[Git, str, Sequence[outbox.Pending]], set[str]]


def by_path(git: Git, commit: str, waiting: Sequence[outbox.Pending]) -> set[str]:
    return {each.incident for each in sent.lacking(git, waiting, commit)}


def by_bytes(git: Git, commit: str, waiting: Sequence[outbox.Pending]) -> set[str]:
    wanted = {
        each.incident: {name: check(name, data) for name, data in each.entries.items()}
        for each in waiting
    }
    held = {incident for incident, _ in events_in_commit(git, commit, wanted)}
    return wanted.keys() - held


@pytest.fixture(params=[by_path, by_bytes])
def ask(request: pytest.FixtureRequest) -> Ask:
    chosen: Ask = request.param
    return chosen


@pytest.fixture
def waiting(clone: Clone) -> list[outbox.Pending]:
    """An action that is committed, and one that is not."""
    for incident in (INCIDENT, OTHER):
        record = clone.record(remote="origin")
        record.acknowledge(action(facts.Declared("a"), incident=incident))
        if incident == INCIDENT:
            record.flush()
    folder = clone.git_dir / "incidentctl"
    files = outbox.paths((folder / "outbox", folder / "sent"))
    found = [each for path in files if (each := outbox.read(path)) is not None]
    assert len(found) == 2
    return found


@pytest.mark.parametrize("name", ["GLOB", "NOGLOB", "ICASE"])
def test_how_the_user_wants_paths_to_be_read_is_no_matter(
    clone: Clone, waiting: list[outbox.Pending], ask: Ask, name: str
) -> None:
    git = Git(clone.git_dir, os.environ | {f"GIT_{name}_PATHSPECS": "1"})
    assert ask(git, clone.git("rev-parse", LOG_REF).strip(), waiting) == {OTHER}


def test_a_commit_that_has_no_incidents_lacks_them(
    clone: Clone, waiting: list[outbox.Pending], ask: Ask
) -> None:
    git = Git(clone.git_dir, os.environ)
    assert ask(git, clone.git("rev-parse", "main").strip(), waiting) == {INCIDENT, OTHER}


@pytest.mark.parametrize("commit", ["0" * 39 + "1", "no-such-ref"])
def test_a_commit_that_is_not_here_says_nothing(
    clone: Clone, waiting: list[outbox.Pending], ask: Ask, commit: str
) -> None:
    with pytest.raises(EnvironmentFailedError, match="Git could not read"):
        ask(Git(clone.git_dir, os.environ), commit, waiting)


def test_a_damaged_folder_says_nothing(
    clone: Clone, waiting: list[outbox.Pending], ask: Ask
) -> None:
    oid = clone.git("rev-parse", f"{LOG_REF}:incidents").strip()
    (clone.git_dir / "objects" / oid[:2] / oid[2:]).unlink()
    with pytest.raises(EnvironmentFailedError, match="Git could not read"):
        ask(Git(clone.git_dir, os.environ), clone.git("rev-parse", LOG_REF).strip(), waiting)


def test_without_a_commit_nothing_is_held(tmp_path: Path) -> None:
    assert events_in_commit(Git(tmp_path, os.environ), None, {INCIDENT: {}}) == set()
