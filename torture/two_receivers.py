"""Two receivers with a clone each, of which one is killed or cut off: one incident a round.

python -m torture.two_receivers --rounds 20

What is sent is taken by its target at least once, and what is seen twice has the same key; each
target refuses some at first. First one Alertmanager sends to both; then each has one of its own,
whose starts differ by seconds. In each round one receiver is killed; after that, in as many rounds
again, the remote is away for a while for one of them or for both, from before the alert or from
after it: connections break, and new ones are refused or hang. With `--direct` no Alertmanager is
needed: each delivery is posted until it is answered with 200.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import itertools
import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal, NamedTuple

from incidentctl.app.incident.find import load
from incidentctl.app.workspace.places import RepositoryChoice
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts.group import without_copies
from incidentctl.domain.incident.state import DONE, Incident, is_alert
from torture.network import Network, served
from torture.receiver import Process, environment_in, free_port, payload, post, repository
from torture.serving import PATIENCE, WITHOUT_CLAIM

#: A round lasts so long, in seconds; one is killed somewhere in it.
_ROUND = 5.0
#: With several starts, so far apart at most.
_APART = 4.0
#: The remote is away for so long at most, in seconds, which is long enough to act without it.
_AWAY = 4.0
_WITHOUT_CLAIM = "1"
#: Of so many deeds a target refuses one when it is first asked.
_REFUSES = 3
_PATHS = {"/v2/enqueue": "page", "/hook": "announcement"}
_NAME = "round-"

ALERTS = """\
rules:
  - name: rounds
    match: {alertname: ~round-.*}
    mode: declare
    service: rental-api
    group_by: [alertname]
"""
ANNOUNCED = """\
announcements:
  - name: told
    on: [declared, resolved]
    actions:
      - uses: webhook
        with: {url: URL/hook, honours_key: true}
"""
ACTION = """
    action:
      uses: pagerduty
      automatic: true
      with: {routing_key: env:TORTURE_KEY, base_url: URL}"""
ALERTMANAGER = """\
route: {receiver: serve, group_by: [alertname], group_wait: 0s, group_interval: 1s,
        repeat_interval: 2s}
receivers:
  - name: serve
    webhook_configs:
"""


class Asked(NamedTuple):
    """What a target was asked."""

    what: str
    """A page or an announcement."""
    key: str
    title: str
    taken: bool
    """Whether it was done; else it was told to come back."""


class Outcome(NamedTuple):
    """What came of some rounds."""

    rounds: int
    faults: str
    """What was done to the receivers: `20 kills`."""
    declared: int
    """Incidents that were declared, also those that turned out to be copies."""
    seen: int
    """What the targets were asked to do."""
    doubled: int
    """How much of that was asked before, with the same key."""
    violations: list[str]


class Way(NamedTuple):
    """How the receivers are told of alerts, and what is done to them."""

    apart: bool
    """Whether each has an Alertmanager of its own, by which an alert began at another second."""
    direct: bool = False
    """Whether each delivery is posted, without an Alertmanager."""
    faults: tuple[Literal["kill", "cut"], ...] = ("kill",)
    """In each round one is killed, or the remote is away for one or for both."""
    settles: float = 90.0
    """How long all may take after the last round: also what a killed one had claimed."""


@contextlib.contextmanager
def target() -> Iterator[tuple[str, list[Asked]]]:
    """Serve as PagerDuty and as a webhook; yields the address and what is asked."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            what = _PATHS.get(self.path, self.path)
            key = body.get("dedup_key") or self.headers.get("Idempotency-Key", "")
            said = json.dumps(body)
            name = next((word for word in said.replace('"', " ").split() if _NAME in word), "?")
            known = any(each[:3] == (what, key, name) for each in asked)
            refused = (
                not known and int(hashlib.sha256(key.encode()).hexdigest(), 16) % _REFUSES == 0
            )
            asked.append(Asked(what, key, name, not refused))
            answer = b'{"status": "success"}'
            self.send_response(503 if refused else 202)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def clones(
    folder: Path, url: str, environment: Mapping[str, str], networks: Sequence[Network] = ()
) -> list[Path]:
    """Make a team's repository with actions, and two trusted clones of one remote.

    Each clone reaches the remote by its own network, if there are any.
    """
    team = repository(folder)
    (team / "alerts.yaml").write_text(ALERTS)
    (team / "announce.yaml").write_text(ANNOUNCED.replace("URL", url))
    for name, old, new in (
        ("runbooks/incident.yaml", "  - id: page-on-call\n    title: Ring whoever is on call",
         "  - id: page-on-call\n    title: Ring whoever is on call" + ACTION.replace("URL", url)),
        ("incidentctl.yaml", "record: {branch: incident-log}", "record: {remote: origin}"),
    ):  # fmt: skip
        text = (team / name).read_text()
        if old not in text:
            raise SystemExit(f"{name} of the example is another one than expected")
        (team / name).write_text(text.replace(old, new))
    _git(team, "add", "-A")
    _git(team, "commit", "-qm", "Actions")
    _git(folder, "clone", "-q", "--bare", str(team), "remote.git")
    found = []
    ways = [f"git://127.0.0.1:{each.port}/remote.git" for each in networks] or ["remote.git"] * 2
    for name, way in zip(("one", "two"), ways, strict=True):
        _git(folder, "clone", "-q", way, name)
        _git(folder / name, "config", "user.name", f"Receiver {name}")
        _git(folder / name, "config", "user.email", f"{name}@example.org")
        result = _command(folder / name, environment, "trust", "--json")
        _command(folder / name, environment, "trust", json.loads(result)["hash"])
        found.append(folder / name)
    return found


def _git(place: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(place), *words], check=True)


def _command(team: Path, environment: Mapping[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "incidentctl", "-C", str(team), *words],
        env=dict(environment), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"incidentctl {' '.join(words)} failed: {done.stderr}")
    return done.stdout


class Senders:
    """Who tells the receivers at some ports of an alert: one Alertmanager, two, or a post each."""

    def __init__(self, way: Way, folder: Path, ports: Sequence[int]) -> None:
        self._way, self._ports = way, ports
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []
        self._children: list[subprocess.Popen[bytes]] = []
        self._managers: list[int] = []
        served: list[Sequence[int]] = [[port] for port in ports] if way.apart else [ports]
        for number, some in enumerate([] if way.direct else served):
            self._start(folder / f"alertmanager-{number}", some)

    def _start(self, folder: Path, ports: Sequence[int]) -> None:
        folder.mkdir()
        hooks = "".join(
            f"      - {{url: 'http://127.0.0.1:{port}/hooks/alertmanager'}}\n" for port in ports
        )
        (folder / "alertmanager.yml").write_text(ALERTMANAGER + hooks)
        listens = free_port()
        with (folder / "log").open("wb") as log:
            self._children.append(
                subprocess.Popen(
                    ["prometheus-alertmanager", "--config.file=alertmanager.yml",
                     "--cluster.listen-address=", f"--web.listen-address=127.0.0.1:{listens}",
                     "--storage.path=data"], cwd=folder, stdout=log, stderr=log,
                )
            )  # fmt: skip
        self._managers.append(listens)
        wait_for(lambda: _ask(listens, "GET", "/-/ready") == 200, 30.0)

    def fire(self, name: str, starts: Sequence[datetime]) -> None:
        """Let an alert fire that began at a moment for each receiver."""
        if self._way.direct:
            for port, start in zip(self._ports, starts, strict=True):
                body = json.dumps(payload(name, start)).encode()
                thread = threading.Thread(target=self._deliver, args=(port, body))
                thread.start()
                self._threads.append(thread)
            return
        for manager, start in zip(self._managers, starts, strict=False):
            alert = {
                "labels": {"alertname": name, "severity": "page"},
                "annotations": {"summary": name},
                "startsAt": start.isoformat(),
                "endsAt": (start + timedelta(hours=1)).isoformat(),
            }
            answer = _ask(manager, "POST", "/api/v2/alerts", json.dumps([alert]).encode())
            if answer != 200:
                raise SystemExit(f"Alertmanager answered {answer}")

    def _deliver(self, port: int, body: bytes) -> None:
        while not self._ended.is_set() and post(port, body) != 200:
            time.sleep(0.1)

    def end(self) -> None:
        """Stop sending."""
        self._ended.set()
        for thread in self._threads:
            thread.join()
        for child in self._children:
            child.terminate()
        for child in self._children:
            child.wait(30)


def _ask(port: int, method: str, path: str, body: bytes | None = None) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return answer.status


def wait_for(found: Callable[[], object], seconds: float) -> bool:
    """Wait until something is true; False if it does not become so."""
    until = time.monotonic() + seconds
    while not found():
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def play(
    folder: Path,
    rounds: int,
    seed: int,
    environment: Mapping[str, str],
    *,
    way: Way,
    mutant: str = "",
) -> Outcome:
    """Play rounds with a fault in each, and say what is wrong in the end."""
    chance = random.Random(seed)
    patience = "6" if way.faults else "60"
    environment = {**environment, "TORTURE_KEY": "of-torture", PATIENCE: patience}
    with contextlib.ExitStack() as held:
        url, asked = held.enter_context(target())
        networks: list[Network] = []
        if "cut" in way.faults:
            environment[WITHOUT_CLAIM] = _WITHOUT_CLAIM
            port = held.enter_context(served(folder))
            networks = [held.enter_context(contextlib.closing(Network(port))) for _ in range(2)]
        teams = clones(folder, url, environment, networks)
        ports = [free_port(), free_port()]
        running = [
            Process(team, port, environment, mutant)
            for team, port in zip(teams, ports, strict=True)
        ]
        senders = None
        names = [f"{_NAME}{number:02}" for number in range(rounds)]
        try:
            for process in running:
                process.wait()
            senders = Senders(way, folder, ports)
            for name in names:
                began = time.monotonic()
                with _cut_off(networks, chance):
                    senders.fire(name, _starts(way, chance))
                    time.sleep(chance.random() * _ROUND / 2)
                if "kill" in way.faults:
                    victim = chance.randrange(2)
                    running[victim].kill()
                    time.sleep(chance.random())
                    running[victim] = Process(teams[victim], ports[victim], environment, mutant)
                    running[victim].wait()
                time.sleep(max(0.0, began + _ROUND - time.monotonic()))
            found = [Found(team, environment) for team in teams]
            wait_for(lambda: all(each.is_settled(names, asked) for each in found), way.settles)
        finally:
            if senders is not None:
                senders.end()
            for process in running:
                process.stop()
        for team in (*teams, *teams):
            _command(team, environment, "sync")
        violations = [line for each in found for line in each.violations(names)]
        ends = [each.stands() for each in found]
        if ends[0] != ends[1]:
            violations.append(f"the clones differ: {ends[0]} {ends[1]}")
        declared = len(found[0].incidents())
    violations += _of_targets(names, asked)
    doubled = sum(number - 1 for number in Counter(each for each in asked if each.taken).values())
    if not way.apart and declared > rounds:
        violations.append(
            f"{declared - rounds} copies of incidents, though all alerts began at once"
        )
    if not way.apart and not way.faults and doubled:
        violations.append(f"{doubled} doubles, though nobody was killed or cut off")
    faults = " and ".join(f"{rounds} {each}s" for each in way.faults) or "no faults"
    return Outcome(rounds, faults, declared, len(asked), doubled, list(dict.fromkeys(violations)))


def _starts(way: Way, chance: random.Random) -> list[datetime]:
    """Return when an alert of now began, for each receiver."""
    start = datetime.now(UTC)
    apart = 1 + chance.random() * (_APART - 1) if way.apart else 0.0
    return [start, start - timedelta(seconds=apart)][:: chance.choice((1, -1))]


@contextlib.contextmanager
def _cut_off(networks: Sequence[Network], chance: random.Random) -> Iterator[None]:
    """Let the remote be away for one or for both, from before what happens meanwhile or after."""
    away = chance.choice((networks[:1], networks[1:], networks))
    early = chance.random() < 0.5
    for turn in (True, False):
        if turn is early:
            for network in away:
                network.cut(hangs=chance.random() < 0.5)
        if turn:
            yield
    if away:
        time.sleep(chance.random() * _AWAY)
    for network in away:
        network.repair()


class Found:
    """What one clone has in the end."""

    def __init__(self, team: Path, environment: Mapping[str, str]) -> None:
        self._team, self._environment = team, environment
        self._done: set[str] = set()

    def _workspace(self) -> Workspace:
        return Workspace(RepositoryChoice(self._team, "-C"), self._environment)

    def incidents(self) -> list[Incident]:
        """Return all that were declared."""
        workspace = self._workspace()
        return [load(workspace, head.id) for head in workspace.record.heads()]

    def stands(self) -> dict[str, list[str]]:
        """Return the incidents of each round that are no copies."""
        found = defaultdict(list)
        for incident in self.incidents():
            if incident.duplicate_of is None:
                found[incident.title].append(incident.id)
        return dict(found)

    def is_settled(self, names: Sequence[str], asked: Sequence[Asked]) -> bool:
        """Say whether one incident is left of each round, and all is sent for it."""
        if set(names) - {each.title for each in asked if each.taken}:
            return False
        opened = [each for each in self.incidents() if each.open]
        sent = all(
            len(each.actions) == 2 and all(run.state == DONE for run in each.actions)
            for each in opened
        )
        return sent and sorted(each.title for each in opened) == sorted(names)

    def violations(self, names: Sequence[str]) -> Iterator[str]:
        """Yield what is wrong with the record."""
        record = self._workspace().record
        if record.pending():
            yield f"{record.pending()} actions are not committed"
        times = Counter(group.title for group in without_copies(record.groups()))
        yield from (f"lost: the alert {name}" for name in names if not times[name])
        yield from (f"{times[name]} groups of {name}" for name in names if times[name] > 1)
        stands = self.stands()
        yield from (f"lost: the incident of {name}" for name in names if name not in stands)
        yield from (f"several of {name}: {of}" for name, of in stands.items() if len(of) > 1)
        for incident in self.incidents():
            if not is_alert(incident.commander):
                yield f"{incident.id} is commanded by {incident.commander}"
            if incident.duplicate_of is None:
                done = sorted(run.uses for run in incident.actions if run.state == DONE)
                if len(done) != 2:
                    yield f"{incident.id} ({incident.title}) has sent {done}"


def _of_targets(names: Sequence[str], asked: Sequence[Asked]) -> Iterator[str]:
    """Yield what is wrong with what was seen outside."""
    keys: dict[tuple[str, str], set[str]] = defaultdict(set)
    taken = {(each.what, each.title) for each in asked if each.taken}
    for what, key, title, _ in asked:
        keys[what, title].add(key)
    for name in names:
        for what in _PATHS.values():
            found = keys.pop((what, name), set())
            if (what, name) not in taken:
                yield f"no {what} of {name} was taken"
            if len(found) > 1:
                yield f"the {what} of {name} was sent with {len(found)} keys: {sorted(found)}"
    yield from (f"nobody asked for the {what} of {title}" for what, title in keys)


def said(way: Way, found: Outcome) -> str:
    """Return the figures, for people."""
    senders = "direct" if way.direct else "two Alertmanagers" if way.apart else "one Alertmanager"
    starts = "starts apart" if way.apart else "the same starts"
    return (
        f"two receivers, {senders}, {starts}: {found.rounds} rounds, {found.faults}, "
        f"{found.declared} incidents declared, {found.seen} requests seen, {found.doubled} doubles "
        f"with the same key, {len(found.violations)} violations"
    )


def main() -> int:
    """Play both ways; 1 when something is violated."""
    parser = argparse.ArgumentParser(prog="python -m torture.two_receivers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--direct", action="store_true")
    parser.add_argument("--fault", choices=("kill", "cut"), help="Only this one.")
    wanted = parser.parse_args()
    direct = wanted.direct
    if not direct and not shutil.which("prometheus-alertmanager"):
        print("there is no Alertmanager here: the deliveries are posted directly")
        direct = True
    violated = False
    faults: list[Literal["kill", "cut"]] = [wanted.fault] if wanted.fault else ["kill", "cut"]
    for fault, apart in itertools.product(faults, (False, True)):
        way = Way(apart, direct, faults=(fault,))
        with tempfile.TemporaryDirectory(prefix="torture-two-receivers-") as name:
            environment = environment_in(Path(name))
            found = play(Path(name), wanted.rounds, wanted.seed, environment, way=way)
        print(f"{said(way, found)} (seed {wanted.seed})", flush=True)
        for line in found.violations:
            print(f"VIOLATION {line}")
        violated |= bool(found.violations)
    return int(violated)


if __name__ == "__main__":
    sys.exit(main())
