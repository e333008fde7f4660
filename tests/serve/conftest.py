"""A receiver in this process, on a free port of loopback."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.teams import committed_example

from incidentctl.app.workspace import places
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.serve.room.settings import TeamRoom
from incidentctl.serve.server import Server
from incidentctl.serve.settings import Settings

SECRETS = {
    "AM_TOKEN": "the-new-token",
    "AM_OLD": "the-old-token",
    "GRAFANA_SECRET": "graf-secret",
    "PD_SECRET": "pager-secret",
    "PATH_TOKEN": "a-token-in-the-path",
    "ALERTMANAGER_TOKEN": "a-token-of-the-page",
}

ALERTS = """\
sources:
  am: {format: alertmanager, secrets: ["env:AM_TOKEN", "env:AM_OLD"]}
  shop: {format: grafana, secrets: ["env:GRAFANA_SECRET"]}
  pager: {format: pagerduty, secrets: ["env:PD_SECRET"]}
  dumb: {format: alertmanager, secrets: ["env:PATH_TOKEN"], token_in_path: true}
  unset: {format: alertmanager, secrets: ["env:NOT_THERE"]}
  any: {secrets: ["env:AM_TOKEN"]}
"""


class Answer(NamedTuple):
    code: int
    body: Any
    headers: dict[str, str]


class Serving(NamedTuple):
    server: Server
    workspace: Callable[[], Workspace]

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            named = {name.replace("_", "-"): of for name, of in headers.items()}
            connection.request(method, path, body, named)
            found = connection.getresponse()
            data = found.read()
        finally:
            connection.close()
        is_json = found.getheader("content-type", "").startswith("application/json")
        result = json.loads(data) if is_json else data.decode()
        return Answer(found.status, result, dict(found.getheaders()))

    def post(self, source: str, body: bytes | dict[str, Any], **headers: str) -> Answer:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", f"/hooks/{source}", data, **headers)


@pytest.fixture(scope="session")
def receiving(tmp_path_factory) -> Path:
    """The example with sources of alerts."""
    folder = tmp_path_factory.mktemp("receiving") / "team"
    return committed_example(folder, {"alerts.yaml": ALERTS})


@pytest.fixture
def team(receiving, tmp_path) -> Path:
    folder = tmp_path / "team"
    shutil.copytree(receiving, folder, symlinks=True)
    return folder


class Receivers:
    """Starts receivers in this process, and stops them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._running: list[tuple[Server, threading.Thread]] = []

    def start(
        self,
        team: Path,
        settings: Settings | None = None,
        room: TeamRoom | None = None,
        **limits: Any,
    ) -> Serving:
        settings = (settings or Settings())._replace(port=0)
        environment = {**self._environment, **SECRETS}
        quick = settings.limits._replace(**{"gather": 0.05, "look_every": 0.3, **limits})

        def open_workspace() -> Workspace:
            return Workspace(places.RepositoryChoice(team, "-C"), environment)

        server = Server(open_workspace, settings._replace(limits=quick), room)
        thread = threading.Thread(target=server.run)
        thread.start()
        self._running.append((server, thread))
        while not server._http.started and thread.is_alive():
            time.sleep(0.01)
        return Serving(server, open_workspace)

    def stop(self) -> None:
        for server, thread in self._running:
            server.stop()
            thread.join(20)
            assert not thread.is_alive()
        self._running.clear()


@pytest.fixture
def start(team) -> Iterator[Any]:
    """Start a receiver: `start(settings)`."""
    receivers = Receivers(os.environ)
    yield lambda settings=None, **more: receivers.start(team, settings, **more)
    receivers.stop()


@pytest.fixture(scope="module")
def serving(receiving, tmp_path_factory) -> Iterator[Serving]:
    """One receiver for all tests of a module, which leave it as it was."""
    home = tmp_path_factory.mktemp("home")
    folder = home / "team"
    shutil.copytree(receiving, folder, symlinks=True)
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environment |= {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "USER": "tester"}
    receivers = Receivers(environment)
    yield receivers.start(folder)
    receivers.stop()
