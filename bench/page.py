"""The status page of 10,000 incidents: all of it, and one more update."""

from __future__ import annotations

import resource
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.incidents import LOG_REF, make_repository
from bench.timing import INCIDENTCTL, Row, middle, peak, process, run
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.event_json import encode
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.ids import incident_id, ulid
from incidentctl.record.store import paths

_COUNT = 10_000
#: Nobody works on one of them: the last one ends before now.
_BEGAN = datetime.now(UTC) - timedelta(days=5 * 365)


def rows(folder: Path) -> list[Row]:
    """Build it from nothing, measure its memory, then build it after each of some updates."""
    root, out = _repository(folder / "team"), folder / "out"
    build = (INCIDENTCTL, "page", "build", "--out", str(out))
    cold, of_cpu = _timed(build, root)
    shutil.rmtree(out)
    _forget(root)
    memory = peak(build, root)
    files = sum(path.is_file() for path in out.rglob("*"))
    ident = run((INCIDENTCTL, "declare", "Payments fail", "--no-input"), root).strip()
    again = []
    for number in range(5):
        text = f"We are looking into it, {number}"
        say = (INCIDENTCTL, "update", "--public", "--yes", "-i", ident, "--state", "payments=major")
        run((*say, text), root)
        again.append(_timed(build, root))
    whole = f"the page of {_COUNT:,} incidents of 50 events"
    one_more, its_cpu = (middle(each) for each in zip(*again, strict=True))
    cost = f"{one_more / 1000:.1f} s; {its_cpu:.1f} s of CPU time, which is {its_cpu / of_cpu:.1%}"
    return [
        Row(
            f"`page build`, {whole}, without a cache",
            cold / 1000, "s", 60, f"{files:,} files; {of_cpu:.0f} s of CPU time",
        ),
        Row("memory of that", memory, "MiB", 500),
        Row(
            "`page build` there after one more update, of the first",
            one_more / cold * 100, "%", 5, cost,
        ),
    ]  # fmt: skip


def _timed(command: Sequence[str], folder: Path) -> tuple[float, float]:
    """Return the milliseconds of a process, and the seconds of CPU time that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = process(command, folder)()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _forget(root: Path) -> None:
    shutil.rmtree(root / ".git" / "incidentctl" / "cache", ignore_errors=True)


def _repository(folder: Path) -> Path:
    root = make_repository(folder)
    parts = [f"commit {LOG_REF}\ncommitter B <b@x> 0 +0000\ndata 4\npast\n".encode()]
    for incident, events in _told():
        for event in events:
            path = paths.event_path(incident, paths.event_name(event))
            data = encode(event)
            parts.append(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
    subprocess.run(
        ("git", "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet"),
        input=b"".join(parts), check=True, cwd=root,
    )  # fmt: skip
    run(("git", "branch", "-f", "incident-log", LOG_REF), root)
    return root


def _told() -> Iterator[tuple[str, list[Event]]]:
    """Incidents of which customers were told, spread over five years."""
    for number in range(_COUNT):
        began = _BEGAN + timedelta(minutes=number * (5 * 365 * 1440 // _COUNT))
        course = (
            facts.Declared("Payments fail", organisation="Acme"),
            facts.SeveritySet("SEV2", update_every=1800),
            facts.StatusSet("investigating"),
            facts.UpdatePosted("We are looking into it.", True, None, ("payments=major_outage",)),
            *(facts.Noted(f"looked at dashboard number {n}, nothing there") for n in range(41)),
            facts.StatusSet("monitoring"),
            facts.UpdatePosted("It works again; we are watching.", True),
            facts.Resolved("restarted"),
            facts.UpdatePosted("It is over.", True),
            facts.Closed(),
        )
        events = []
        for second, fact in enumerate(course):
            at = began + timedelta(seconds=second)
            ident = ulid(int(at.timestamp() * 1000), secrets.randbits(80))
            events.append(Event(ident, at, at, "alice", fact))
        yield incident_id("incident", began, secrets.randbits(40)), events
