from __future__ import annotations

import json
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from tests.record.kit import INCIDENT, OTHER, Clone, action, event, make_clone, now, render

from incidentctl.domain.incident import facts
from incidentctl.errors import EnvironmentFailedError
from incidentctl.record.record import Author
from incidentctl.record.store import paths

LOG_REF = "refs/incidentctl/log"
LOG = paths.log_path(INCIDENT)


def test_an_action_is_one_commit_by_its_author(clone: Clone) -> None:
    record = clone.declare()
    note = action(facts.Noted("a"), facts.Noted("b"), summary="alice: a and b")
    record.acknowledge(note._replace(author=Author("Bob <b>\n", "bob@example.org>\n")))
    flushed = record.flush()
    assert flushed.commit == clone.git("rev-parse", LOG_REF).strip()
    assert clone.git("log", "-1", "--format=%an|%ae|%s", LOG_REF) == (
        "Bob b|bob@example.org|alice: a and b\n"
    )
    assert clone.git("rev-list", "--count", LOG_REF) == "2\n"
    assert clone.outbox() == []
    assert len(clone.logged_ids()) == 3


def test_a_storm_makes_one_pack_and_an_action_none(clone: Clone) -> None:
    record = clone.declare()
    packs = clone.git_dir / "objects" / "pack"
    assert not list(packs.glob("*.pack"))
    for number in range(100):
        record.acknowledge(action(facts.Noted(str(number))))
    record.flush()
    assert len(list(packs.glob("*.pack"))) == 1
    assert len(clone.logged_ids()) == 101


def test_the_log_is_in_the_last_commit_of_each_incident(clone: Clone) -> None:
    record = clone.record()
    last = None
    for incident in (INCIDENT, OTHER, INCIDENT):
        last = action(facts.Noted("x"), incident=incident, after=last)
        record.acknowledge(last)
    assert record.flush().pending == 0
    names = clone.git("log", "--reverse", "--name-only", "--format=%x01", LOG_REF)
    changed = names.split("\x01")[1:]
    assert [part.count("/log.md") for part in changed] == [0, 1, 1]
    assert clone.git("show", f"{LOG_REF}:{LOG}") == render(INCIDENT, record.events(INCIDENT)[0], [])


@pytest.mark.parametrize(
    "title",
    [
        "two\nlines\r\nand more",
        "data 100\ncommit refs/heads/main",
        "\x1b[2J\x9b31m\u202e",
        "closes #4, @everyone",
        "",
        "x" * 3000,
        "lone \ud800 surrogate",
    ],
)
def test_a_hostile_summary_is_one_inert_line(clone: Clone, title: str) -> None:
    before = clone.git("rev-parse", "main")
    record = clone.record()
    record.acknowledge(action(facts.Declared("t"), summary=title))
    assert record.flush().commit
    subject, *rest = clone.git("log", "-1", "--format=%B", LOG_REF).split("\n")
    text = subject if title else rest[0]
    assert text.isprintable()
    assert len(text) <= 121
    assert "@e" not in text
    assert "#4" not in text
    assert clone.git("rev-parse", "main") == before


def test_a_kind_that_this_program_does_not_know_leaves_the_log_alone(clone: Clone) -> None:
    record = clone.declare()
    before = clone.git("rev-parse", f"{LOG_REF}:{LOG}")
    unknown = action(facts.Unknown("weather-noted", json.dumps({"sky": "grey"})))
    record.acknowledge(unknown)
    assert record.flush().commit
    record.acknowledge(action(facts.Noted("after")))
    assert record.flush().commit
    assert clone.git("rev-parse", f"{LOG_REF}:{LOG}") == before
    assert len(record.events(INCIDENT)[0]) == 3


def test_a_long_incident_writes_its_log_once_a_minute(clone: Clone) -> None:
    record = clone.declare()
    start = now().replace(second=1, microsecond=0) - timedelta(hours=1)
    record.acknowledge(
        action()._replace(events=tuple(event(facts.Noted(str(n)), at=start) for n in range(510)))
    )
    record.flush()

    def writes_log(fact: object, seconds: int) -> bool:
        moment = start + timedelta(minutes=90, seconds=seconds - 1)
        record.acknowledge(action()._replace(events=(event(fact, at=moment),)))
        assert record.flush().commit
        return LOG in clone.git("show", "--name-only", "--format=", LOG_REF).splitlines()

    assert writes_log(facts.Noted("a first one in its minute"), 1)
    assert not writes_log(facts.Noted("the same minute"), 2)
    assert writes_log(facts.Resolved(), 3)
    assert writes_log(facts.Noted("the next minute"), 61)


def test_a_fresh_lock_on_the_ref_keeps_the_event_and_a_stale_one_goes(clone: Clone) -> None:
    record = clone.declare()
    lock = clone.git_dir / f"{LOG_REF}.lock"
    lock.touch()
    record.acknowledge(action(facts.Noted("x")))
    flushed = record.flush()
    assert (flushed.commit, flushed.pending) == (None, 1)
    assert flushed.reason
    assert not list(clone.git_dir.glob("fast_import_crash_*"))
    old = time.time() - 5
    os.utime(lock, (old, old))
    flushed = record.flush()
    assert flushed.commit == clone.git("rev-parse", LOG_REF).strip()
    assert flushed.pending == 0
    assert not lock.exists()


def test_an_event_that_is_in_already_is_forgotten_and_not_committed_again(clone: Clone) -> None:
    record = clone.record()
    path = record.acknowledge(action(facts.Declared("t"))).path
    data = path.read_bytes()
    commit = record.flush().commit
    path.write_bytes(data)  # as if the process had died before it could forget it
    flushed = clone.record().flush()
    assert flushed.pending == 0
    assert clone.outbox() == []
    assert clone.git("rev-parse", LOG_REF).strip() == commit


def test_what_is_in_already_does_not_stand_for_the_last_of_its_incident(clone: Clone) -> None:
    """A process that died before it could forget leaves an action that sorts behind others."""
    record = clone.declare()
    secret = action(facts.Noted("hunter2"))
    record.acknowledge(secret)
    record.flush()
    redaction = action(facts.Redacted(secret.events[0].id))
    time.sleep(0.002)  # ids of one millisecond have no order
    later = record.acknowledge(action(facts.Noted("later"))).path
    data = later.read_bytes()
    record.flush()
    later.write_bytes(data)
    record.acknowledge(redaction)
    assert clone.record().flush().pending == 0
    assert clone.outbox() == []
    assert "hunter2" not in clone.git("grep", "-h", "", LOG_REF)
    log = clone.git("show", f"{LOG_REF}:{paths.log_path(INCIDENT)}")
    assert redaction.events[0].id in log


def test_a_damaged_file_in_the_outbox_stops_nothing(clone: Clone) -> None:
    record = clone.declare()
    box = clone.git_dir / "incidentctl" / "outbox"
    (box / "garbage").write_text("{")
    record.acknowledge(action(facts.Noted("x")))
    flushed = record.flush()
    assert flushed.commit
    assert "damaged" in flushed.notes[0]
    assert (box / "garbage").exists()


def test_with_a_remote_what_is_committed_is_kept_until_it_is_seen_there(clone: Clone) -> None:
    record = clone.record(remote="origin")
    path = record.acknowledge(action(facts.Declared("t"))).path
    data = path.read_bytes()
    assert record.flush().commit
    assert (clone.git_dir / "incidentctl" / "sent" / path.name).read_bytes() == data


def test_without_git_the_event_waits(clone: Clone, tmp_path: Path) -> None:
    record = clone.record(environment={"PATH": str(tmp_path)})
    record.acknowledge(action(facts.Declared("t")))
    flushed = record.flush()
    assert (flushed.commit, flushed.pending) == (None, 1)
    assert "Git was not found" in str(flushed.reason)
    assert len(record.events(INCIDENT)[0]) == 1
    assert clone.record().flush().commit is None  # not of this process
    assert clone.outbox() == []
    assert clone.logged_ids()


def test_a_folder_that_is_gone_is_told(clone: Clone, tmp_path: Path) -> None:
    record = clone.declare()
    clone.git_dir.rename(tmp_path / "away")
    (clone.path / "incidentctl").mkdir()
    with pytest.raises(EnvironmentFailedError, match="does not exist"):
        record._store.git.run("version")


def test_another_process_s_commit_of_my_action_is_found(clone: Clone) -> None:
    mine = clone.record()
    mine.acknowledge(action(facts.Declared("t")))
    clone.record().flush()
    commit = clone.git("rev-parse", LOG_REF).strip()
    assert mine.flush().commit == commit
    # and without the cache
    (clone.git_dir / "incidentctl" / "cache" / "index").unlink()
    assert mine.flush().commit == commit


def test_sha256(tmp_path: Path) -> None:
    clone = make_clone(tmp_path / "c", "--object-format=sha256")
    record = clone.declare()
    assert len(str(record._store.tips().log_tip)) == 64
    assert len(clone.record().events(INCIDENT)[0]) == 1
    assert [head.id for head in clone.record().heads()] == [INCIDENT]


def test_what_cannot_be_forgotten_waits_and_is_not_committed_again(clone: Clone) -> None:
    record = clone.record(remote="origin")
    (clone.git_dir / "incidentctl").mkdir()
    (clone.git_dir / "incidentctl" / "sent").write_text("in the way")
    record.acknowledge(action(facts.Declared("t")))
    flushed = record.flush()
    assert flushed.pending == 1
    assert "sent" in str(flushed.reason)
    (clone.git_dir / "incidentctl" / "sent").unlink()
    assert record.flush().pending == 0
    assert clone.git("rev-list", "--count", LOG_REF) == "1\n"
