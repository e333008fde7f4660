"""`docs/automate.md` with a real Prometheus and a real Alertmanager; its times are made short."""

from __future__ import annotations

import http.server
import os
import re
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest
from torture.receiver import free_port

from incidentctl.domain.alerts.group import RESOLVED, united
from incidentctl.domain.incident.facts import AlertResolved
from incidentctl.domain.incident.state import is_alert

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


def until(found, seconds=40.0):
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


def test_a_rule_of_prometheus_declares_one_incident_and_its_end_is_in_the_log(
    programs, start, running, team, tmp_path
):
    ports = {name: free_port() for name in ("9093", "8080", "9090")}
    page = tmp_path / "page"
    page.mkdir()
    files(team, ports | {"8095": 8095})  # the receiver needs alerts.yaml alone
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
        return united(serving.workspace().record.groups())

    (group,) = until(groups)
    assert (group.source, group.title) == ("prometheus", "Checkout does not answer")
    assert group.labels["service"] == "checkout"
    until(lambda: serving.server._writer.receiver.counters.repeats)

    def incidents():
        return serving.workspace().record.open_heads()

    (head,) = until(incidents)
    assert (head.severity, head.services, is_alert(head.commander)) == ("SEV1", ("checkout",), True)
    service = http.server.ThreadingHTTPServer(
        ("127.0.0.1", ports["8080"]), http.server.BaseHTTPRequestHandler
    )
    _Metrics.answer(service)
    try:
        (group,) = until(lambda: [each for each in groups() if each.state == RESOLVED])
    finally:
        service.shutdown()
        service.server_close()
    (head,) = incidents()

    def facts():
        return [event.fact for event in serving.workspace().record.events(head.id)[0]]

    until(lambda: any(isinstance(fact, AlertResolved) for fact in facts()), 10)
    assert [each.id for each in incidents()] == [head.id]


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
