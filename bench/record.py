"""The record alone, in process: writes to the outbox, the flush, and reads among past incidents."""

from __future__ import annotations

import multiprocessing
import secrets
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from bench.incidents import declare_in, make_repository, past_repository
from bench.timing import Row, middle, p99
from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.ids import ulid
from incidentctl.record.record import Action, Author
from incidentctl.record.restricted.pair import RecordPair

_AUTHOR = Author("Bench", "bench@example.com")


def rows(folder: Path) -> list[Row]:
    """Measure; 10,000 past incidents are made once for all benchmarks of the run."""
    root = make_repository(folder / "bank")
    incident = declare_in(open_workspace(str(root)))
    found = [*_flush(root, incident), *_outbox(root, incident)]
    for count in (10, 10_000):
        found += _reads(past_repository(folder.parent, count), count)
    return found


def _note(incident: str) -> Action:
    now = datetime.now(UTC)
    ident = ulid(int(now.timestamp() * 1000), secrets.randbits(80))
    event = Event(ident, now, now, "bench", facts.Noted("x" * 100))
    return Action(incident, (event,), _AUTHOR, f"{incident}: log")


def _milliseconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _write(record: RecordPair, incident: str, count: int) -> list[float]:
    spans = []
    for _ in range(count):
        action = _note(incident)
        spans.append(_milliseconds(partial(record.acknowledge, action)))
    return spans


def _writer(root: Path, incident: str, ready: Barrier, spans: Queue[list[float]]) -> None:
    record = open_workspace(str(root)).record
    ready.wait()
    spans.put(_write(record, incident, 100))


def _outbox(root: Path, incident: str) -> list[Row]:
    record = open_workspace(str(root)).record
    alone = _write(record, incident, 1000)
    record.flush()
    context = multiprocessing.get_context("fork")
    ready, spans = context.Barrier(8), context.Queue()
    writers = [
        context.Process(target=_writer, args=(root, incident, ready, spans)) for _ in range(8)
    ]
    for writer in writers:
        writer.start()
    together = [span for _ in writers for span in spans.get()]
    for writer in writers:
        writer.join()
    waiting = record.pending()
    took = _milliseconds(open_workspace(str(root)).record.flush)
    return [
        Row("outbox write, p99", p99(alone), "ms", 5, f"median {middle(alone):.2f} ms"),
        Row(
            "outbox write, 8 processes at once in one clone, p99",
            p99(together), "ms", 50, f"median {middle(together):.1f} ms",
        ),
        Row(f"flush of {waiting} waiting actions at once", took, "ms"),
    ]  # fmt: skip


def _flush(root: Path, incident: str) -> list[Row]:
    spans = []
    for _ in range(100):
        record = open_workspace(str(root)).record
        record.open_heads()
        record.events(incident)
        record.acknowledge(_note(incident))
        spans.append(_milliseconds(record.flush))
    size = len(open_workspace(str(root)).record.events(incident)[0])
    return [
        Row(
            f"flush of one action, {size:,} events in the incident",
            middle(spans), "ms", None, f"p99 {p99(spans):.0f} ms",
        )
    ]  # fmt: skip


def _reads(root: Path, count: int) -> list[Row]:
    def read(what: Callable[[RecordPair], Any], *, cold: bool = False, times: int = 5) -> float:
        spans = []
        for _ in range(times):
            if cold:
                shutil.rmtree(root / ".git" / "incidentctl" / "cache", ignore_errors=True)
            record = open_workspace(str(root)).record
            spans.append(_milliseconds(partial(what, record)))
        return middle(spans)

    past = open_workspace(str(root)).record.heads()[-1].id
    among = f"{count:,} past incidents: "
    return [
        Row(among + "every head, cold", read(RecordPair.heads, cold=True, times=3), "ms"),
        Row(among + "every head, warm", read(RecordPair.heads), "ms"),
        Row(among + "the open heads, warm", read(RecordPair.open_heads), "ms"),
        Row(among + "find by a part of the id, warm", read(lambda r: r.find("k7f")), "ms"),
        Row(among + "the events of a past one", read(lambda r: r.events(past)), "ms"),
    ]
