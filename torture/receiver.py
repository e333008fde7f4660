"""A receiver under fire that is killed again and again: what it answered with 200 is there, once.

python -m torture.receiver --kills 50
"""

from __future__ import annotations

import argparse
import collections
import http.client
import itertools
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from incidentctl.app.workspace.places import RepositoryChoice
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts.group import without_copies

EXAMPLE = Path(__file__).parent.parent / "examples" / "startup"
#: How many senders send at once, and how long the receiver runs before it is killed, in seconds.
_SENDERS = 4
_AT_MOST = 1.5


class Outcome(NamedTuple):
    """What came of it."""

    kills: int
    answered: int
    """Alerts that were answered with 200."""
    again: int
    """Deliveries that had to be sent again."""
    lost: list[str]
    doubled: list[str]
    uncommitted: int


def repository(folder: Path) -> Path:
    """Make a team's repository in a folder."""
    team = folder / "team"
    shutil.copytree(EXAMPLE, team)
    for words in (
        ["init", "-q", "-b", "main", "--template="],
        ["config", "user.name", "Receiver"],
        ["config", "user.email", "receiver@example.org"],
        ["add", "-A"],
        ["commit", "-qm", "The catalog"],
    ):
        subprocess.run(["git", "-C", str(team), *words], check=True)
    return team


def environment_in(folder: Path) -> dict[str, str]:
    """Make a home of its own for the programs that are started."""
    home = folder / "home"
    home.mkdir()
    kept = {name: of for name, of in os.environ.items() if not name.startswith(("GIT_", "XDG_"))}
    return {**kept, "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Process:
    """The command `serve`, in a process of its own; with a fault planted, or waits made short."""

    def __init__(
        self, team: Path, port: int, environment: Mapping[str, str], mutant: str | None = None
    ) -> None:
        command = ["incidentctl"] if mutant is None else ["torture.serving", mutant or "-"]
        self.port = port
        self.child = subprocess.Popen(
            [sys.executable, "-m", *command, "-C", str(team), "serve", "--listen",
             f"127.0.0.1:{port}"],
            env=dict(environment),
            cwd=Path(__file__).parent.parent,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def wait(self, seconds: float = 60.0) -> None:
        """Wait until it answers."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
            try:
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return
            except (OSError, http.client.HTTPException):
                if self.child.poll() is not None:
                    raise SystemExit(f"serve ended by itself: {self.child.returncode}") from None
                time.sleep(0.05)
            finally:
                connection.close()
        raise SystemExit("serve does not listen")

    def kill(self) -> None:
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()

    def stop(self) -> int:
        """Stop it as systemd does."""
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(60)


class Senders:
    """Send alerts, each until it is answered with 200, as Alertmanager does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._numbers = itertools.count()
        self._ended = threading.Event()
        self.answered: list[str] = []
        self.again = 0
        self._threads = [threading.Thread(target=self._send) for _ in range(_SENDERS)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _send(self) -> None:
        while not self._ended.is_set():
            title = f"alert {next(self._numbers)}"
            body = json.dumps(payload(title)).encode()
            while (code := post(self._port, body)) != 200:
                self.again += 1
                if code is not None and code < 500:
                    raise SystemExit(f"refused with {code}")
                if self._ended.is_set():
                    return
                time.sleep(0.02)
            self.answered.append(title)
            time.sleep(0.01)


def payload(title: str, started: datetime | None = None) -> dict[str, object]:
    """Return what Alertmanager posts of one alert in a group of its own."""
    alert = {
        "status": "firing",
        "labels": {"alertname": title, "severity": "warning"},
        "annotations": {"summary": title},
        "startsAt": (started or datetime.now(UTC)).isoformat(),
        "fingerprint": title,
    }
    return {"version": "4", "groupKey": title, "status": "firing", "alerts": [alert]}


def post(port: int, body: bytes) -> int | None:
    """Deliver a payload, and return how it was answered; None for no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", "/hooks/alertmanager", body)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return answer.status


def play(
    folder: Path,
    kills: int,
    seed: int,
    environment: Mapping[str, str],
    mutant: str | None = None,
) -> Outcome:
    """Kill a receiver so often under fire, stop it in the end, and look what the record has."""
    team, port, chance = repository(folder), free_port(), random.Random(seed)
    process = Process(team, port, environment, mutant)
    process.wait()
    senders = Senders(port)
    try:
        for _ in range(kills):
            time.sleep(chance.random() * _AT_MOST)
            process.kill()
            process = Process(team, port, environment, mutant)
            process.wait()
        time.sleep(0.3)
    finally:
        senders.end()
        code = process.stop()
    if code:
        raise SystemExit(f"serve ended with {code}")
    record = Workspace(RepositoryChoice(team, "-C"), environment).record
    times = collections.Counter(group.title for group in without_copies(record.groups()))
    return Outcome(
        kills,
        len(senders.answered),
        senders.again,
        [title for title in senders.answered if not times[title]],
        [title for title, number in times.items() if number > 1],
        record.pending(),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="torture-receiver-") as name:
        found = play(Path(name), wanted.kills, wanted.seed, environment_in(Path(name)))
    print(
        f"receiver: {found.kills} kills, {found.answered} alerts answered, {found.again} "
        f"deliveries sent again, {len(found.lost)} lost, {len(found.doubled)} doubled, "
        f"{found.uncommitted} uncommitted (seed {wanted.seed})"
    )
    return int(bool(found.lost or found.doubled or found.uncommitted or not found.answered))


if __name__ == "__main__":
    sys.exit(main())
