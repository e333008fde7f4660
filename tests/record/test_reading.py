from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.record.kit import INCIDENT, OTHER, Clone, action, event, now

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.event_json import encode
from incidentctl.domain.incident.ids import ulid
from incidentctl.errors import EnvironmentFailedError
from incidentctl.record.store import paths

pytestmark = pytest.mark.both_formats

LOG_REF = "refs/incidentctl/log"
ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


def put(clone: Clone, files: dict[str, tuple[str, bytes]]) -> None:
    """Put files of some modes onto the log's ref, as a hostile clone could."""
    parts = [b"commit refs/incidentctl/log\ncommitter E <e@x> 0 +0000\ndata 1\nx\n"]
    parts.append(f"from {LOG_REF}^0\n".encode())
    for path, (mode, data) in files.items():
        parts.append(f"M {mode} inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
    done = clone.git("fast-import", "--quiet", data=b"".join(parts).decode())
    assert done == ""


def named(ident: str, kind: str = "noted", **fields: object) -> bytes:
    entry = {
        "v": 1, "id": ident, "kind": kind, "at": "2026-11-24T14:01:00.000Z",
        "recorded": "2026-11-24T14:01:00.000Z", "by": "eve", "text": "hi", **fields,
    }  # fmt: skip
    return (json.dumps(entry) + "\n").encode()


HOSTILE = {
    "too large": ("100644", f"{ULID}-noted.json", named(ULID, text="x" * 70_000)),
    "an endless one": ("100644", f"{ULID}-noted.json", b"[" * 9_000_000),
    "not JSON": ("100644", f"{ULID}-noted.json", b"{"),
    "not UTF-8 inside": ("100644", f"{ULID}-noted.json", b'{"id": "\\ud800'),
    "deep": ("100644", f"{ULID}-noted.json", b"[" * 50_000),
    "no object": ("100644", f"{ULID}-noted.json", b"[]\n"),
    "another id": ("100644", f"{ULID}-noted.json", named("01ARZ3NDEKTSV4RRFFQ69G5FAW")),
    "another kind": ("100644", f"{ULID}-noted.json", named(ULID, "resolved")),
    "no ULID": ("100644", "hello-noted.json", named(ULID)),
    "no kind": ("100644", f"{ULID}.json", named(ULID)),
    "a strange name": ("100644", f"{ULID}-noted.json~1", named(ULID)),
    "executable": ("100755", f"{ULID}-noted.json", named(ULID)),
    "a symbolic link": ("120000", f"{ULID}-noted.json", b"/etc/passwd"),
    "no time": ("100644", f"{ULID}-noted.json", named(ULID, at="yesterday")),
    "a naive time": ("100644", f"{ULID}-noted.json", named(ULID, at="2026-11-24T14:01:00")),
    "a folder": ("100644", f"{ULID}-noted.json/x", named(ULID)),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_event_is_left_out_and_told(clone: Clone, case: str) -> None:
    record = clone.declare()
    mode, name, data = HOSTILE[case]
    put(clone, {paths.event_path(INCIDENT, name): (mode, data)})
    for reader in (record, clone.record()):
        events, problems = reader.events(INCIDENT)
        assert len(events) == 1
        assert len(problems) == 1
        assert problems[0].code == "IC901"
        assert problems[0].message.startswith("1 event of the record left out")
        assert problems[0].message.isprintable()
        assert [head.title for head in reader.open_heads()] == ["Login is down"]
        assert len(reader.heads()) == 1
    record.acknowledge(action(facts.Noted("still works")))
    assert record.flush().commit
    events, problems = clone.record().events(INCIDENT)
    assert len(events) == 2
    assert len(problems) == 1  # also out of the cache


def test_faults_are_counted(clone: Clone) -> None:
    clone.declare()
    names = [f"{ulid(n, n)}-noted.json" for n in range(30)]
    put(clone, {paths.event_path(INCIDENT, name): ("100644", b"{") for name in names})
    _, problems = clone.record().events(INCIDENT)
    assert [problem.message.split(":")[0] for problem in problems] == [
        "30 events of the record left out"
    ]


def test_two_files_of_one_id_are_one_entry(clone: Clone) -> None:
    clone.declare()
    put(
        clone,
        {
            paths.event_path(INCIDENT, f"{ULID}-noted.json"): ("100644", named(ULID)),
            paths.event_path(INCIDENT, f"{ULID}-weather.json"): ("100644", named(ULID, "weather")),
        },
    )
    events, problems = clone.record().events(INCIDENT)
    assert [e.kind for e in events if e.id == ULID] == ["noted"]
    assert [problem.code for problem in problems] == ["IC902"]


@pytest.mark.parametrize(
    "path",
    [
        "incidents/2026/11/inc-20261124-1401-k7f",
        "incidents/2026/11/inc-20261124-1401-k7f/events",
        "incidents/2026/12/inc-20261124-1401-xxx/events/a",  # another month than its id says
        "incidents/2026/11/../../x/events/a",
        "incidents/99/x",
        "incidents/2026/11/hello/events/a",
        "incidents/2026",
    ],
)
def test_a_strange_tree_stops_nothing(clone: Clone, path: str) -> None:
    clone.declare(OTHER)
    if ".." in path:
        return  # git takes no such path
    put(clone, {path: ("100644", b"x")})
    record = clone.record()
    if not path.startswith("incidents/2026/11/inc") and path != "incidents/2026":
        assert [head.id for head in record.heads()] == [OTHER]
    else:
        assert INCIDENT not in [head.id for head in record.heads()]
    assert record.events(INCIDENT)[0] == []


def test_an_id_from_far_ahead_is_told_and_does_not_pull_the_clock(clone: Clone) -> None:
    record = clone.declare()
    newest = record.newest_id(INCIDENT)
    ahead = event(facts.Noted("ahead"), at=now() + timedelta(hours=49))
    soon = event(facts.Noted("soon"), at=now() + timedelta(hours=47))
    for one in (ahead, soon):
        path = paths.event_path(INCIDENT, paths.event_name(one))
        put(clone, {path: ("100644", encode(one))})
        if one is ahead:
            assert clone.record().newest_id(INCIDENT) == newest
    assert clone.record().newest_id(INCIDENT) == soon.id
    events, problems = clone.record().events(INCIDENT)
    assert len(events) == 3
    assert [problem.code for problem in problems] == ["IC903"]


# --- without git ---------------------------------------------------------------------------------


def test_warm_reads_start_no_git(clone: Clone, tmp_path: Path) -> None:
    record = clone.declare()
    clone.declare(OTHER, "Search is slow")
    record.acknowledge(action(facts.Noted("x")))
    assert record.flush().commit
    blind = clone.record(environment={"PATH": str(tmp_path)})
    assert {head.id for head in blind.open_heads()} == {INCIDENT, OTHER}
    assert blind.find("k7f") == [INCIDENT]
    assert len(blind.events(INCIDENT)[0]) == 2
    assert blind.events("inc-20200101-0000-zzz") == ([], [])


def test_a_reader_is_told_when_git_is_missing(clone: Clone, tmp_path: Path) -> None:
    clone.declare()
    (clone.git_dir / "incidentctl" / "cache" / "index").unlink()
    with pytest.raises(EnvironmentFailedError, match="Git was not found"):
        clone.record(environment={"PATH": str(tmp_path)}).open_heads()


def test_packed_refs_are_read_without_git(clone: Clone, tmp_path: Path) -> None:
    clone.declare()
    clone.git("pack-refs", "--all")
    assert not (clone.git_dir / LOG_REF).exists()
    blind = clone.record(environment={"PATH": str(tmp_path)})
    assert [head.id for head in blind.open_heads()] == [INCIDENT]


@pytest.mark.parametrize("damage", ["", "garbage", "cut", "flipped"])
def test_a_damaged_cache_changes_nothing(clone: Clone, damage: str) -> None:
    record = clone.declare()
    record.heads()
    for path in (clone.git_dir / "incidentctl" / "cache").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            changed = {
                "": b"", "garbage": b"\xff\n{", "cut": data[:-3],
                "flipped": data[:-9] + b"?" + data[-8:],
            }  # fmt: skip
            path.write_bytes(changed[damage])
    fresh = clone.record()
    assert [head.id for head in fresh.open_heads()] == [INCIDENT]
    assert [head.id for head in fresh.heads()] == [INCIDENT]
    assert len(fresh.events(INCIDENT)[0]) == 1


def test_what_is_open_follows_the_events(clone: Clone) -> None:
    record = clone.declare()
    record.acknowledge(action(facts.Resolved()))
    assert record.open_heads() == []  # acknowledged is enough
    assert record.flush().commit
    for reader in (record, clone.record()):
        assert reader.open_heads() == []
        assert [head.open for head in reader.heads()] == [False]
        assert reader.find("k7f") == [INCIDENT]
        assert len(reader.events(INCIDENT)[0]) == 2
    record.acknowledge(action(facts.Reopened("not over")))
    assert record.flush().commit
    assert [head.id for head in clone.record().open_heads()] == [INCIDENT]


def test_a_list_after_each_event_equals_one_without_cache(clone: Clone) -> None:
    for number, title in enumerate(("a", "b", "c", "d")):
        incident = f"inc-20261{number % 2}01-000{number}-bcd"
        clone.declare(incident, title)
        record = clone.record()
        if number % 2:
            record.acknowledge(action(facts.Resolved(), incident=incident))
            record.flush()
        warm, opened = clone.record().heads(), clone.record().open_heads()
        for path in (clone.git_dir / "incidentctl" / "cache").rglob("*"):
            if path.is_file():
                path.unlink()
        assert clone.record().heads() == warm
        assert clone.record().open_heads() == opened


def counting(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """Return a file that gets a line for each git that is started with an environment."""
    real, calls = shutil.which("git"), tmp_path / "calls"
    wrapper = tmp_path / "bin" / "git"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\necho "$@" >> {calls}\nexec {real} "$@"\n')
    wrapper.chmod(0o755)
    return calls, dict(os.environ) | {"PATH": f"{wrapper.parent}:{os.environ['PATH']}"}


def test_recording_starts_git_once(clone: Clone, tmp_path: Path) -> None:
    clone.declare()
    calls, environment = counting(tmp_path)
    record = clone.record(environment=environment)
    record.open_heads()
    record.events(INCIDENT)
    record.acknowledge(action(facts.Noted("x")))
    assert record.flush().commit
    assert len(calls.read_text().splitlines()) == 1
    record.open_heads()
    assert len(record.events(INCIDENT)[0]) == 2
    assert len(calls.read_text().splitlines()) == 1


# --- many incidents at once ----------------------------------------------------------------------


def test_many_incidents_are_read_as_each_alone(clone: Clone) -> None:
    record = clone.declare()
    clone.declare(OTHER, "Search is slow")
    put(clone, {paths.event_path(OTHER, f"{ULID}-noted.json"): ("100644", b"{")})
    record.acknowledge(action(facts.Noted("waits in the outbox")))
    unborn = "inc-20261126-1200-mpr"
    record.acknowledge(action(facts.Declared("x"), incident=unborn))
    ids = [OTHER, unborn, INCIDENT, "inc-20200101-0000-zzz"]
    read = list(clone.record().many_events(ids))
    assert read == [(ident, *clone.record().events(ident)) for ident in ids]
    assert [len(events) for _, events, _ in read] == [1, 1, 2, 0]
    assert [[problem.code for problem in told] for _, _, told in read] == [["IC901"], [], [], []]


def test_what_is_committed_while_many_are_read_is_not_left_out(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process commits it after the branch was read, and before the outbox is."""
    record = clone.declare()
    clone.record().acknowledge(action(facts.Noted("waits")))
    folders = record.part.store.folders

    def slow(*arguments: object) -> Iterator[object]:
        for each in list(folders(*arguments)):
            clone.record().flush()
            yield each

    monkeypatch.setattr(record.part.store, "folders", slow)
    [(_, events, _)] = record.many_events([INCIDENT])
    assert [each.kind for each in events] == ["declared", "noted"]


def test_many_incidents_are_read_also_beside_the_log(clone: Clone) -> None:
    clone.declare()
    clone.git("branch", "-f", "incident-log", LOG_REF)
    clone.git("update-ref", "-d", LOG_REF)
    clone.declare(OTHER)
    clone.git("update-ref", "refs/remotes/origin/incident-log", "incident-log")
    record = clone.record(remote="origin")
    assert [len(events) for _, events, _ in record.many_events([INCIDENT, OTHER])] == [1, 1]


def test_many_incidents_start_git_once(clone: Clone, tmp_path: Path) -> None:
    ids = [f"inc-20261101-00{number}-bcd" for number in range(10, 25)]
    for ident in ids:
        clone.declare(ident)
    calls, environment = counting(tmp_path)
    record = clone.record(environment=environment)
    assert [ident for ident, events, _ in record.many_events(ids) if events] == ids
    assert len(calls.read_text().splitlines()) == 1
