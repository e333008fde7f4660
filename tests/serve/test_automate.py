"""`docs/automate.md` with a real Prometheus and a real Alertmanager; its times are made short."""

from __future__ import annotations

import http.client
import http.server
import json
import os
import re
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest
from tests.sending import plant
from torture.receiver import free_port

from incidentctl.app.actions import trust
from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.cli.boundary import run as run_app
from incidentctl.cli.main import app
from incidentctl.domain.alerts.group import RESOLVED, without_copies
from incidentctl.domain.incident.facts import AlertResolved
from incidentctl.domain.incident.state import is_alert
from incidentctl.serve import upkeep

#: What the page listens at; the test chooses free ones.
PORTS = {name: int(name) for name in ("9093", "8080", "9090")}
PAGE = Path(__file__).parents[2] / "docs" / "automate.md"


@pytest.fixture
def programs():
    missing = [name for name in ("prometheus", "prometheus-alertmanager") if not shutil.which(name)]
    if missing and os.environ.get("INCIDENTCTL_REQUIRE_ALL") == "1":
        pytest.fail(f"{missing} missing")
    if missing:
        pytest.skip(f"{missing} missing")


def files(folder: Path, ports: dict[str, int]) -> dict[str, Path]:
    """Write the files of the page, with other ports and times, and return them by name."""
    found = {}
    for name, block in re.findall(r"```yaml\n# (\S+)\n(.*?)```", PAGE.read_text(), re.DOTALL):
        text = re.sub(r"127\.0\.0\.1:(\d+)", lambda at: f"127.0.0.1:{ports[at[1]]}", block)
        text = re.sub(r"\b(30s|5m|4h|15s|1m)\b", "1s", text)
        found[name] = folder / name
        found[name].write_text(text)
    return found


def until(found, seconds=60.0):
    """Wait until something is true, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.1)
    raise AssertionError("it did not happen")


@pytest.fixture
def running():
    """Start programs in the background: `running(words, folder)`."""
    children = []

    def start(words, folder):
        with (folder / f"{Path(words[0]).name}.log").open("wb") as log:
            children.append(subprocess.Popen(words, cwd=folder, stdout=log, stderr=log))

    yield start
    for child in children:
        child.terminate()
    for child in children:
        child.wait(20)


@pytest.fixture
def other(team, tmp_path, target, git, monkeypatch):
    """Another clone with the receiver's remote; the receiver pages by itself, which is trusted."""
    monkeypatch.setattr(upkeep, "_ACT", 0.2)
    plant(team, target.url, monkeypatch)
    settings = team / "incidentctl.yaml"
    settings.write_text(settings.read_text().replace("record: {", "record: {remote: origin, "))
    files(team, PORTS | {"8095": 8095})  # the receiver needs alerts.yaml alone
    git(team, "add", "-A")
    git(team, "commit", "-qm", "Actions")
    git(tmp_path, "clone", "-q", "--bare", str(team), "remote.git")
    git(team, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(tmp_path, "clone", "-q", "remote.git", "other")
    for name, value in (("user.name", "Omar"), ("user.email", "omar@astronomy-shop.example")):
        git(tmp_path / "other", "config", name, value)
    workspace = open_workspace(str(team))
    trust.trust(workspace, trust.trust_status(workspace).hash)
    return tmp_path / "other"


def test_a_rule_of_prometheus_declares_one_incident_and_its_end_is_in_the_log(
    programs, start, running, team, tmp_path, target, other, capsys
):
    ports = {name: free_port() for name in PORTS}
    page = tmp_path / "page"
    page.mkdir()
    serving = start()
    files(page, ports | {"8095": serving.server.port})
    (page / "token").write_text("a-token-of-the-page\n")
    running(
        ["prometheus-alertmanager", "--config.file=alertmanager.yml", "--cluster.listen-address=",
         f"--web.listen-address=127.0.0.1:{ports['9093']}", "--storage.path=alerts"], page,
    )  # fmt: skip
    running(
        ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
         f"--web.listen-address=127.0.0.1:{ports['9090']}"], page,
    )  # fmt: skip

    def groups():
        return without_copies(serving.workspace().record.groups())

    (group,) = until(groups)
    assert (group.source, group.title) == ("prometheus", "Checkout does not answer")
    assert group.labels["service"] == "checkout"
    until(lambda: serving.server._writer.receiver.counters.repeats)

    def incidents():
        return serving.workspace().record.open_heads()

    (head,) = until(incidents)
    assert (head.severity, head.services, is_alert(head.commander)) == ("SEV1", ("checkout",), True)
    until(lambda: target.asked)
    # What no rule matches waits, and somebody declares it in another clone.
    unsorted = [{"labels": {"alertname": "DiskFull", "severity": "warning", "service": "cart"},
                 "annotations": {"summary": "The disk of cart is full"}}]  # fmt: skip
    connection = http.client.HTTPConnection("127.0.0.1", ports["9093"], timeout=60)
    connection.request(
        "POST", "/api/v2/alerts", json.dumps(unsorted), {"Content-Type": "application/json"}
    )
    assert connection.getresponse().status == 200
    connection.close()

    def command(*words):
        capsys.readouterr()
        code = run_app(app, ["-C", str(other), *words, "--json"])
        return json.loads(capsys.readouterr().out) if code == 0 else {}

    def waiting():
        command("sync")
        return command("alert", "inbox")["alerts"]

    (row,) = until(waiting)
    assert (row["title"], row["affects"]) == ("The disk of cart is full", ["cart"])
    mine = command("alert", "declare", "1")["incident"]
    assert command("show", mine)["commander"] != command("show", head.id)["commander"]
    command("sync")
    until(lambda: len(incidents()) == 2)
    service = http.server.ThreadingHTTPServer(
        ("127.0.0.1", ports["8080"]), http.server.BaseHTTPRequestHandler
    )
    _Metrics.answer(service)
    try:
        (group,) = until(
            lambda: [
                each
                for each in groups()
                if each.state == RESOLVED and each.labels["service"] == "checkout"
            ]
        )
    finally:
        service.shutdown()
        service.server_close()
    (head,) = [each for each in incidents() if each.id != mine]

    def facts():
        return [event.fact for event in serving.workspace().record.events(head.id)[0]]

    until(lambda: any(isinstance(fact, AlertResolved) for fact in facts()), 10)
    assert {each.id for each in incidents()} == {head.id, mine}
    assert [asked.body["payload"]["summary"] for asked in target.asked] == [
        "Checkout does not answer"
    ]  # the one SEV1, once


class _Metrics(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(b"checkout_is_up 1\n")

    def log_message(self, *_):
        pass

    @classmethod
    def answer(cls, service):
        service.RequestHandlerClass = cls
        threading.Thread(target=service.serve_forever, daemon=True).start()
