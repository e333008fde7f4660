"""What a killed `git fast-import` leaves beside its pack is in nobody's way."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.record.kit import AUTHOR, INCIDENT, Clone, action, event, open_record

from incidentctl.domain.incident import facts
from incidentctl.record.record import Record


def packs_of(git_dir: Path) -> Path:
    return git_dir / "objects" / "pack"


def waiting(clone: Clone) -> Record:
    """Let many events wait: git writes more than a hundred objects as a pack."""
    record = clone.declare()
    for number in range(120):
        record.acknowledge(action(facts.Noted(f"e-{number}")))
    return record


def test_events_are_committed_although_the_same_pack_was_begun_before(clone, tmp_path):
    waiting(clone)
    other = tmp_path / "other.git"
    shutil.copytree(clone.git_dir, other)
    open_record(other, clone.fallback).flush()  # as git makes the first of its packs
    (*_, first) = sorted(packs_of(other).glob("*.pack"), key=lambda path: path.stat().st_mtime_ns)
    left = {path.stem for path in packs_of(other).glob("*.pack")}
    packs_of(clone.git_dir).mkdir(exist_ok=True)
    for name in left:
        (packs_of(clone.git_dir) / f"{name}.keep").write_bytes(b"fast-import")
    mine = packs_of(clone.git_dir) / "pack-0123.keep"
    mine.write_text("of the user")
    assert first.stem in left
    flushed = clone.record().flush()
    assert (flushed.pending, flushed.reason) == (0, None)
    assert clone.outbox() == []
    assert [path.name for path in packs_of(clone.git_dir).glob("*.keep")] == [mine.name]
    assert packs_of(clone.git_dir).joinpath(first.name).exists()


def test_a_purge_lets_gc_remove_what_a_killed_import_has_packed(clone):
    record = waiting(clone)
    secret = next(each for each in record.events(INCIDENT)[0] if "e-7" in str(each.fact))
    record.flush()
    packs = list(packs_of(clone.git_dir).glob("*.pack"))
    assert packs
    for pack in packs:
        pack.with_suffix(".keep").write_bytes(b"fast-import")
    record.acknowledge(action(facts.Redacted(secret.id)))
    record.flush()
    assert record.purge(AUTHOR, marker=event(facts.Noted("x")).id, limit=20)
    clone.git("reflog", "expire", "--expire=now", "--all")
    clone.git("gc", "-q", "--prune=now")
    form = "--batch-check=%(objecttype) %(objectname)"
    lines = clone.git("cat-file", "--batch-all-objects", form).splitlines()
    blobs = [line.removeprefix("blob ") for line in lines if line.startswith("blob ")]
    held = clone.git("cat-file", "--batch", data="".join(f"{blob}\n" for blob in blobs))
    assert '"e-8"' in held
    assert '"e-7"' not in held
