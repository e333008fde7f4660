"""A browser of few means, and rooms of clones in this process, on free ports of loopback."""

from __future__ import annotations

import http.client
import os
import re
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from incidentctl.app.workspace import places
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.serve.room.server import RoomServer
from incidentctl.serve.settings import Settings


class Answer(NamedTuple):
    code: int
    text: str
    headers: dict[str, str]

    @property
    def led(self) -> str:
        return self.headers.get("location", "")


class Browser:
    """Keeps a cookie, sends what a browser would, and reads the hidden fields of forms."""

    def __init__(self, port: int, **always: str) -> None:
        self.port = port
        self.always = always
        self.cookie = ""

    @property
    def host(self) -> str:
        return self.always.get("host", f"127.0.0.1:{self.port}")

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        given = {"cookie": self.cookie, **self.always, **headers}
        source = given.pop("source", "127.0.0.1")
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=60, source_address=(source, 0)
        )
        try:
            named = {name.replace("_", "-"): of for name, of in given.items() if of}
            connection.request(method, path, body, named)
            found = connection.getresponse()
            text = found.read().decode()
        finally:
            connection.close()
        got = {name.casefold(): value for name, value in found.getheaders()}
        if cookie := got.get("set-cookie"):
            self.cookie = cookie.partition(";")[0]
        return Answer(found.status, text, got)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def send(self, path: str, fields: dict[str, Any], **headers: str) -> Answer:
        body = urlencode(fields, doseq=True).encode()
        scheme = "http" if self.host.startswith("127.") else "https"
        own = {"origin": f"{scheme}://{self.host}"}
        own |= {"content_type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, body, **{**own, **headers})

    def fill(self, page: str, path: str, **fields: Any) -> Answer:
        """Load a page and send one of its forms."""
        return self.send(path, {**hidden(self.get(page).text), **fields})


def hidden(page: str) -> dict[str, str]:
    """Return the values that each form of a page carries."""
    found = re.findall(r'type="hidden" name="(csrf|once)" value="([^"]+)"', page)
    assert found, page
    return dict(found)


class Rooms:
    """Starts rooms in this process, and stops them."""

    def __init__(self) -> None:
        self._running: list[tuple[RoomServer, threading.Thread]] = []

    def start(self, folder: Path, **environment: str) -> RoomServer:
        def open_workspace() -> Workspace:
            return Workspace(places.RepositoryChoice(folder, "-C"), {**os.environ, **environment})

        server = RoomServer(open_workspace, Settings(port=0))
        thread = threading.Thread(target=server.run)
        thread.start()
        self._running.append((server, thread))
        while not server.is_running and thread.is_alive():
            time.sleep(0.005)
        return server

    def stop(self) -> None:
        for server, thread in self._running:
            server.stop()
            thread.join(20)
            assert not thread.is_alive()


def enter(server: RoomServer) -> Browser:
    """Return a browser that used the link."""
    link = urlsplit(server.link())
    browser = Browser(link.port or 0)
    assert browser.get(link.path).code == 200
    return browser
