"""Claims on the remote are removed once their deeds are long over, and not before."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from tests.record.sharing import clone_of, make_remote, opened

from incidentctl.record.sync import claims

NOW = datetime(2026, 11, 24, 13, 40, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def clone(tmp_path, monkeypatch):
    monkeypatch.setattr(claims, "KEPT_DAYS", 3)
    return clone_of(make_remote(tmp_path), "one")


def refs(clone):
    """The claims that are on the remote, as numbers of their turns."""
    found = clone.git("ls-remote", "origin", "refs/incidentctl/*").split()[1::2]
    return [int(ref.rpartition("/")[2]) for ref in found]


def claimed(clone, turn):
    assert opened(clone).claim("inc-1.page.1", turn, limit=30).state == "held"


def look(clone, now):
    record = opened(clone)
    claims.clean(record.remote(), record.part.state, now=now, limit=30)


def test_a_claim_is_removed_once_it_was_seen_on_enough_days(clone):
    claimed(clone, 1)
    for day in range(3):
        look(clone, NOW + day * DAY)
        look(clone, NOW + day * DAY + timedelta(hours=1))  # the same day
    claimed(clone, 2)
    assert refs(clone) == [1, 2]
    look(clone, NOW + 3 * DAY)
    assert refs(clone) == [2]
    assert opened(clone).claim("inc-1.page.1", 2, limit=30).state == "held"  # its own, still


def test_a_full_disk_holds_up_nothing_for_ever(clone):
    """What cannot wait goes out without a claim, once it has waited for long enough."""
    record = opened(clone)
    record.part.state.mkdir(parents=True)
    (record.part.state / "claims").write_text("in the way of the folder")
    clone.git("remote", "set-url", "origin", "/nowhere")
    for now in (NOW, NOW + timedelta(minutes=1)):
        asked = claims.claim(
            record.part.git, record.remote(), record.part.state, "k", 1, now=now, limit=5
        )
        assert (asked.state, asked.since) == ("unreachable", NOW)


@pytest.mark.parametrize("far", [NOW + 900 * DAY, NOW - 900 * DAY])
def test_a_clock_that_jumps_removes_none(clone, far):
    claimed(clone, 1)
    for now in (NOW, far):
        look(clone, now)
    assert refs(clone) == [1]


def test_a_claim_that_another_clone_made_anew_meanwhile_stays(clone):
    claimed(clone, 1)
    record = opened(clone)
    until = time.monotonic() + 30
    (ref,) = record.remote().refs_below("refs/incidentctl/claims", until=until)
    record.remote().remove({ref: clone.git("rev-parse", "HEAD").strip()}, until=until)
    assert refs(clone) == [1]


def test_a_note_that_cannot_be_read_begins_anew(clone):
    claimed(clone, 1)
    folder = opened(clone).part.state / "claims"
    for day in range(6):
        look(clone, NOW + day * DAY)
        (folder / "seen.json").write_text("[]")
    assert refs(clone) == [1]
