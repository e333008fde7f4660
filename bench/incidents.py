"""Repositories with incidents in them, made in process, for the benchmarks."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from bench.timing import run
from incidentctl.app.incident.declare import Request, begin, complete
from incidentctl.app.incident.respond import acknowledge
from incidentctl.app.workspace.places import choose
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts import derive
from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.event_json import encode
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.ids import derived_id, incident_id, ulid
from incidentctl.record.store import paths

EXAMPLES = Path(__file__).parent.parent / "examples"
LOG_REF = "refs/incidentctl/log"
_BEGAN = datetime(2021, 12, 1, tzinfo=UTC)
_COURSE = (
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


def make_repository(folder: Path, *, files: int = 0) -> Path:
    """Make a repository of the bank example, 110 services, with so many more tracked files."""
    shutil.copytree(EXAMPLES / "bank", folder)
    for number in range(files):
        place = folder / "src" / f"{number // 100:03}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.txt").write_text(f"{number}\n")
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "Begin")):
        run(("git", *arguments), folder)
    return folder


@cache
def past_repository(folder: Path, count: int) -> Path:
    """Make a small repository with past incidents, or return it when it is made already."""
    root = make_repository(folder / f"past-{count}")
    parts = []
    for incident, events in _past(count):
        parts += _events(incident, events)
        parts.append(_file(paths.log_path(incident), f"# {incident}\n".encode() * 50))
    _import(root, parts)
    return root


def alert_repository(folder: Path, count: int) -> Path:
    """Make a small repository with so many alert groups of the last month, 20 of which fire."""
    root = make_repository(folder / f"groups-{count}")
    parts = []
    for number in range(count):
        start = datetime.now(UTC) - timedelta(days=30) * (number + 1) / (count + 1)
        alert = Alert(
            "am", str(number), str(number), "firing", f"Disk {number} is full", "", "page"
        )
        group, opening = derive.group_id("am", alert, start), derive.opening("am", alert, start)
        end = facts.AlertResolved(group, (opening.fact.member,), whole=True)
        over = start + timedelta(seconds=30)
        events = [opening]
        if number < count - 20:
            ident = ulid(int(over.timestamp() * 1000), secrets.randbits(80))
            events.append(Event(ident, over, over, "alert:am", end))
        parts += _events(group, events)
    _import(root, parts)
    return root


def keep_files(root: Path, count: int) -> None:
    """Let so many actions have been committed within the hour."""
    folder = root / ".git" / "incidentctl" / "kept"
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    for number in range(count):
        start = now - timedelta(seconds=number / 4)
        ident = ulid(int(start.timestamp() * 1000), secrets.randbits(80))
        (folder / f"{ident}~{derived_id('group', start, number)}").write_text("{}\n" * 3)


def _events(ident: str, events: Iterable[Event]) -> list[bytes]:
    names = ((paths.event_path(ident, paths.event_name(event)), event) for event in events)
    return [_file(path, encode(event)) for path, event in names]


def _import(root: Path, parts: list[bytes]) -> None:
    head = f"commit {LOG_REF}\ncommitter B <b@x> 0 +0000\ndata 4\npast\n".encode()
    subprocess.run(
        ("git", "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet"),
        input=b"".join([head, *parts]), check=True, cwd=root,
    )  # fmt: skip
    run(("git", "branch", "-f", "incident-log", LOG_REF), root)


def _file(path: str, data: bytes) -> bytes:
    return f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n"


def _past(count: int) -> Iterator[tuple[str, list[Event]]]:
    """Past incidents of 50 events, spread over five years."""
    for number in range(count):
        moment = _BEGAN + timedelta(minutes=number * (5 * 365 * 1440 // count))
        events = []
        for second, fact in enumerate(_COURSE):
            at = moment + timedelta(seconds=second)
            ident = ulid(int(at.timestamp() * 1000), secrets.randbits(80))
            events.append(Event(ident, at, at, "alice", fact))
        yield incident_id("incident", moment, secrets.randbits(40)), events


class Ticking(Workspace):
    """A workspace with a clock of its own, so that the notes of nine hours take a minute."""

    moment = datetime.now(UTC) - timedelta(hours=9)

    def now(self) -> datetime:
        """Return the pretended moment."""
        return self.moment


def open_ticking(root: Path) -> Ticking:
    """Open a workspace whose clock stands nine hours ago."""
    environment = dict(os.environ)
    return Ticking(choose(str(root), environment, root), environment)


def declare_in(workspace: Workspace) -> str:
    """Declare an incident as the command does, and return its id."""
    request, who = Request("Login is down"), workspace.actor(None)
    incident = begin(workspace, request, who, on_recorded=lambda _: None)
    complete(workspace, incident, request, who)
    return incident


def note_in(workspace: Ticking, incident: str, count: int, *, at_once: int = 100) -> None:
    """Log so many notes, one every 15 seconds, and commit them, some `at_once`."""
    who = workspace.actor(None)
    for number in range(count):
        workspace.moment += timedelta(seconds=15)
        text = f"looked at dashboard number {number}: the error rate is as high as it was before"
        acknowledge(workspace, incident, [facts.Noted(text)], who)
        if (number + 1) % at_once == 0 or number + 1 == count:
            workspace.flush()


def git_size(root: Path) -> int:
    """Return the bytes that a repository's objects take on the disk, in whole blocks.

    Git may be packing them meanwhile: what goes away while it is looked at does not count.
    """
    size = 0
    for folder, _, names in os.walk(root / ".git" / "objects"):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                size += (Path(folder) / name).stat().st_blocks * 512
    return size
