from __future__ import annotations

from pathlib import Path

from tests.record.kit import Clone, action

from incidentctl.domain.incident import facts
from incidentctl.record.write import maintenance

LOG_REF = "refs/incidentctl/log"


def loose(clone: Clone) -> int:
    return int(clone.git("count-objects").split()[0])


def many_objects(clone: Clone, count: int) -> None:
    names = (f"blob\ndata {len(text)}\n{text}\n" for text in map(str, range(count)))
    clone.git("-c", "fastimport.unpackLimit=1000000", "fast-import", "--quiet", data="".join(names))


def test_what_has_grown_is_packed_and_nothing_is_lost(clone: Clone) -> None:
    record = clone.declare()
    many_objects(clone, 4000)
    before = clone.logged_ids()
    assert maintenance.is_crowded(clone.git_dir, clone.git_dir / "incidentctl")
    record.maintain()
    assert loose(clone) < 100
    assert clone.logged_ids() == before
    record.acknowledge(action(facts.Noted("after")))
    assert record.flush().commit
    assert "missing" not in clone.git("fsck", "--full")


def test_small_packs_are_joined_and_nothing_is_lost(clone: Clone) -> None:
    record = clone.declare()
    texts = [f"{number:02}" for number in range(60)]
    names = [clone.git("hash-object", "-w", "--stdin", data=text).strip() for text in texts]
    packs = clone.git_dir / "objects" / "pack"
    for name in names:
        clone.git("pack-objects", "--quiet", str(packs / "pack"), data=f"{name}\n")
    clone.git("prune-packed")
    assert len(list(packs.glob("*.pack"))) == 60
    assert maintenance.is_crowded(clone.git_dir, clone.git_dir / "incidentctl")
    before = clone.logged_ids()
    record.maintain()
    assert len(list(packs.glob("*.pack"))) < 10
    # Nothing refers to them: an object that was just written may be one of a commit to come.
    assert [clone.git("cat-file", "blob", name) for name in names] == texts
    assert clone.logged_ids() == before
    assert "missing" not in clone.git("fsck", "--full")


def test_a_few_objects_are_left_alone(clone: Clone) -> None:
    record = clone.declare()
    before = loose(clone)
    record.maintain()
    assert loose(clone) == before


def test_packing_is_due_only_where_there_is_much(clone: Clone) -> None:
    record = clone.record()
    record.acknowledge(action(facts.Declared("a")))
    record.flush()
    assert not record.is_due()
    many_objects(clone, 4000)
    record.acknowledge(action(facts.Noted("b")))
    record.flush()
    assert record.is_due()


def test_what_cannot_be_packed_is_not_tried_at_each_event(clone: Clone, tmp_path: Path) -> None:
    record = clone.declare()
    many_objects(clone, 4000)
    (clone.git_dir / "objects" / "maintenance.lock").touch()  # as of another git
    clone.git("config", "maintenance.loose-objects.enabled", "false")
    record.maintain()
    state = clone.git_dir / "incidentctl"
    assert loose(clone) > 3000
    assert not maintenance.is_crowded(clone.git_dir, state)
