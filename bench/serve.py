"""A storm of alerts: 10,000 in one minute in 20 groups, each a delivery of its own."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from torture.receiver import Process, free_port

from bench.incidents import make_repository
from bench.timing import Row, run
from incidentctl.app.workspace.places import RepositoryChoice
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts.group import without_copies

_ALERTS, _GROUPS, _SECONDS = 10_000, 20, 60.0
_SENDERS = 8


def rows(folder: Path) -> list[Row]:
    """Measure; an alert that was answered and is not in the record ends the benchmark."""
    team = make_repository(folder / "team")
    marker = team / "incidentctl.yaml"
    marker.write_text(marker.read_text().replace("record: {", "record: {remote: origin, "))
    run(("git", "commit", "-qam", "Share the record"), team)
    run(("git", "clone", "-q", "--bare", str(team), str(folder / "remote.git")))
    run(("git", "remote", "add", "origin", str(folder / "remote.git")), team)
    process = Process(team, free_port(), os.environ)
    process.wait()
    time.sleep(2)  # what it does at its start is not measured
    try:
        seconds, again = _send(process.port)
        took = time.monotonic()
        memory = _peak(process.child.pid)
    finally:
        code = process.stop()
    took = time.monotonic() - took
    if code:
        raise SystemExit(f"serve ended with {code}")
    record = Workspace(RepositoryChoice(team, "-C"), os.environ).record
    groups = without_copies(record.groups())
    known = sum(len(group.members) for group in groups)
    if known != _ALERTS or record.pending():
        raise SystemExit(f"{_ALERTS - known} alerts lost, {record.pending()} uncommitted")
    commits = int(run(("git", "rev-list", "--count", "refs/incidentctl/log"), team))
    what = f"{_ALERTS:,} alerts in a minute"
    slow = sorted(seconds)[int(len(seconds) * 0.99)] * 1000
    return [
        Row(f"{what}: alert groups", len(groups), "", _GROUPS),
        Row(f"{what}: acknowledged and lost", _ALERTS - known, "", 0),
        Row(f"{what}: p99 of the answer", slow, "ms", 50, f"{again} sent again"),
        Row(f"{what}: memory of the receiver", memory, "MiB", 200),
        Row(f"{what}: commits", commits, "", 200),
        Row(f"{what}: stop, with the last commit", took, "s"),
    ]


def _send(port: int) -> tuple[list[float], int]:
    """Send all, evenly over the minute; return how long each answer took, and what came again."""
    numbers, seconds, again = itertools.count(), list[float](), itertools.count()
    begun = time.monotonic()

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while (number := next(numbers)) < _ALERTS:
            body = json.dumps(_payload(number)).encode()
            time.sleep(max(0.0, begun + number * _SECONDS / _ALERTS - time.monotonic()))
            while True:
                asked = time.monotonic()
                connection.request("POST", "/hooks/alertmanager", body)
                answer = connection.getresponse()
                answer.read()
                seconds.append(time.monotonic() - asked)
                if answer.status == 200:
                    break
                next(again)
                time.sleep(0.5)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(_SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seconds, next(again)


def _payload(number: int) -> dict[str, object]:
    group = number % _GROUPS
    alert = {
        "status": "firing",
        "labels": {"alertname": f"Storm{group}", "severity": "page", "instance": str(number)},
        "annotations": {"summary": f"Storm {group} at instance {number}"},
        "startsAt": datetime.now(UTC).isoformat(),
        "fingerprint": f"{number:016x}",
    }
    key = f"{{}}:{{alertname=Storm{group}}}"
    return {"version": "4", "groupKey": key, "status": "firing", "alerts": [alert]}


def _peak(pid: int) -> float:
    """Return the most memory that a process had, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024
