"""Figures of the record: `python bench/record.py`. Past incidents are made by one fast-import."""

from __future__ import annotations

import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.record.kit import SHUT_OUT, Clone, action, make_clone

from incidentctl.domain import facts
from incidentctl.domain.events import Event, encode
from incidentctl.domain.ids import incident_id, ulid
from incidentctl.record import paths

START = datetime(2021, 12, 1, tzinfo=UTC)
RESPONSE = (
    facts.Declared("Login is down", organisation="Acme"),
    facts.SeveritySet("SEV2", update_every=1800),
    facts.AffectedSet(("auth-api",), ("login",), "core-services"),
    facts.ProcessResolved("per-severity", "60 services"),
    facts.RoleAssigned("commander", "alice"),
    facts.RoleAssigned("mitigator", "dana"),
    facts.StatusSet("investigating"),
    facts.StatusSet("monitoring"),
    *(facts.Noted(f"looked at dashboard number {n}, nothing there") for n in range(40)),
    facts.Resolved("restarted"),
    facts.Closed(),
)


def past(count: int) -> Iterator[tuple[str, list[Event]]]:
    """Past incidents of 50 events over five years."""
    for number in range(count):
        moment = START + timedelta(minutes=number * (5 * 365 * 1440 // count))
        events = []
        for second, fact in enumerate(RESPONSE):
            at = moment + timedelta(seconds=second)
            ident = ulid(int(at.timestamp() * 1000), secrets.randbits(80))
            events.append(Event(ident, at, at, "alice", fact))
        yield incident_id("incident", moment, secrets.randbits(40)), events


def import_past(clone: Clone, count: int) -> None:
    parts = [b"commit refs/incidentctl/log\ncommitter B <b@x> 0 +0000\ndata 4\npast\n"]
    for incident, events in past(count):
        log = f"# {incident}\n".encode() * 50
        files = {paths.log_path(incident): log}
        for event in events:
            files[paths.event_path(incident, paths.event_name(event))] = encode(event)
        for path, data in files.items():
            parts.append(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
    subprocess.run(
        ["git", "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet"],
        input=b"".join(parts), check=True, cwd=clone.git_dir,
    )  # fmt: skip
    clone.git("branch", "-f", "incident-log", "refs/incidentctl/log")


def timed(work: Callable[[], Any], times: int = 5) -> float:
    """The median, in milliseconds."""
    spans = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        spans.append((time.perf_counter() - start) * 1000)
    return statistics.median(spans)


def show(what: str, value: float, unit: str = "ms") -> None:
    print(f"{what:<64}{value:>9.2f} {unit}")


def drop_cache(clone: Clone) -> None:
    for path in (clone.git_dir / "incidentctl" / "cache").rglob("*"):
        if path.is_file():
            path.unlink()


def bench_outbox(folder: Path) -> None:
    clone = make_clone(folder / "outbox")

    def writer(spans: list[float], count: int) -> None:
        record = clone.record()
        for _ in range(count):
            stated = action(facts.Noted("x" * 100))
            start = time.perf_counter()
            record.acknowledge(stated)
            spans.append((time.perf_counter() - start) * 1000)

    spans: list[float] = []
    writer(spans, 500)
    show("outbox write, p50", statistics.median(spans))
    show("outbox write, p99", sorted(spans)[-len(spans) // 100])
    together: list[list[float]] = [[] for _ in range(8)]
    threads = [threading.Thread(target=writer, args=(spans, 100)) for spans in together]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    merged = sorted(span for spans in together for span in spans)
    show("outbox write with 8 writers in one clone, p99", merged[-len(merged) // 100])
    start = time.perf_counter()
    clone.record().flush()
    show("flush of these 1,300 actions at once", (time.perf_counter() - start) * 1000)


def bench_flush(folder: Path) -> None:
    clone = make_clone(folder / "flush")
    clone.declare()
    spans = []
    for _ in range(100):
        record = clone.record()
        record.open_heads()
        record.events("inc-20261124-1401-k7f")
        record.acknowledge(action(facts.Noted("x" * 100)))
        start = time.perf_counter()
        record.flush()
        spans.append((time.perf_counter() - start) * 1000)
    show("flush, p50 of 100", statistics.median(spans))
    show("flush, p95 of 100", sorted(spans)[95])


def bench_past(folder: Path, count: int) -> None:
    clone = make_clone(folder / f"past{count}")
    import_past(clone, count)
    title = f"{count:,} past incidents: "
    show(title + "heads(), cold", timed(lambda: (drop_cache(clone), clone.record().heads())))
    show(title + "heads(), warm", timed(lambda: clone.record().heads()))
    drop_cache(clone)
    start = time.perf_counter()
    clone.record().open_heads()
    show(title + "open_heads(), cold", (time.perf_counter() - start) * 1000)
    clone.declare()
    show(title + "open_heads(), warm", timed(lambda: clone.record().open_heads()))
    show(title + "find(), warm", timed(lambda: clone.record().find("k7f")))
    incident = "inc-20261124-1401-k7f"
    show(title + "events() of the open one, warm", timed(lambda: clone.record().events(incident)))
    any_past = clone.record().heads()[-1].id
    show(title + "events() of a past one", timed(lambda: clone.record().events(any_past)))

    def log() -> None:
        record = clone.record()
        record.open_heads()
        record.events(incident)
        record.acknowledge(action(facts.Noted("x" * 100)))
        record.flush()

    show(title + "open, events, acknowledge, flush", timed(log, 11))
    clone.record().heads()
    log()
    show(title + "heads() after one more event", timed(lambda: clone.record().heads(), 1))


def bench_long(folder: Path) -> None:
    clone = make_clone(folder / "long")
    clone.declare()
    done, flushes, total = 1, 0.0, {20, 200, 1000, 2000}

    def log() -> None:
        record = clone.record()
        record.open_heads()
        record.events("inc-20261124-1401-k7f")
        record.acknowledge(action(facts.Noted("x" * 100)))
        nonlocal flushes
        start = time.perf_counter()
        record.flush()
        flushes = (time.perf_counter() - start) * 1000

    recent: list[float] = []
    title = ""
    while done < 2000:
        log()
        done += 1
        recent = [*recent[-19:], flushes]
        if done in total:
            title = f"one incident of {done:,} events: "
            show(title + "flush, p50", statistics.median(recent))
            show(title + "the whole way of a log", timed(log, 3))
            done += 3
            total -= {done}
            objects = clone.git("count-objects", "-v").split()
            size = sum(
                path.stat().st_size
                for path in (clone.git_dir / "objects").rglob("*")
                if path.is_file()
            )
            show(title + "loose objects", int(objects[1]), "")
            show(title + "their bytes", size / 2**20, "MiB")
            show(title + "their blocks on disk", int(objects[3]) / 1024, "MiB")
    for _ in range(2):  # the first packs, the second removes what is packed
        clone.git("maintenance", "run", "--task=loose-objects")
    packed = sum(p.stat().st_size for p in (clone.git_dir / "objects").rglob("*") if p.is_file())
    show(title + "after git maintenance", packed / 2**20, "MiB")


def main() -> None:
    os.environ.update(SHUT_OUT)
    only = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        works: dict[str, Callable[[], None]] = {
            "outbox": lambda: bench_outbox(folder),
            "flush": lambda: bench_flush(folder),
            "past10": lambda: bench_past(folder, 10),
            "past10000": lambda: bench_past(folder, 10_000),
            "long": lambda: bench_long(folder),
        }
        for key, work in works.items():
            if not only or key in only:
                work()


if __name__ == "__main__":
    main()
