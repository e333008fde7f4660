"""Targets of actions on loopback: a real HTTP server that answers what a test says."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit


class Asked(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: Any


class Target:
    """What was asked, in order; `answers` are (status, body, headers), one for each request."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answer: Callable[[Asked], tuple[int, Any, dict[str, str]]] = lambda _: (200, {}, {})
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answers(self, *given: Any) -> None:
        """Answer with these in turn: a status, or a status, a body and headers."""
        left = [each if isinstance(each, tuple) else (each, {}) for each in given]

        def answer(_: Asked) -> tuple[int, Any, dict[str, str]]:
            status, body, *headers = left.pop(0) if len(left) > 1 else left[0]
            return status, body, headers[0] if headers else {}

        self.answer = answer


@contextlib.contextmanager
def http_target(context: Any = None) -> Iterator[Target]:
    target = Target()

    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, json.loads(data) if data else None)
            target.asked.append(asked)
            status, body, more = target.answer(asked)
            written = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(written)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(written)

        do_GET = do_POST = do_PUT = respond  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    target.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield target
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def raw_target(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve each connection by a function that gets the socket; yields the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def loop() -> None:
        while not stop.is_set():
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with peer, contextlib.suppress(OSError):
                peer.settimeout(5)
                serve(peer)

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stop.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


class Slack:
    """What the bot can see and do, with Slack's answers."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.channels: dict[str, str] = {}
        self.messages: list[dict] = []
        self.topics: list[str] = []
        self.invited: list[str] = []
        self.broken: set[str] = set()

    def answer(self, request: Asked) -> tuple[int, Any, dict[str, str]]:
        split = urlsplit(request.path)
        method = split.path.rpartition("/")[2]
        if request.headers["authorization"] != f"Bearer {self.token}":
            return 200, {"ok": False, "error": "invalid_auth"}, {}
        body = request.body or {name: of[0] for name, of in parse_qs(split.query).items()}
        result = getattr(self, method.replace("conversations.", "").replace("chat.", ""))(body)
        if method in self.broken:  # done, and the answer is lost
            self.broken.discard(method)
            return 504, "", {}
        return 200, result if isinstance(result, dict) else {"ok": False, "error": result}, {}

    def create(self, body: dict[str, Any]) -> Any:
        if body["name"] in self.channels:
            return "name_taken"
        self.channels[body["name"]] = f"C0000{len(self.channels):04}"
        return {"ok": True, "channel": {"id": self.channels[body["name"]]}}

    def list(self, body: dict[str, Any]) -> Any:
        pairs = sorted(self.channels.items())
        at = int(body.get("cursor") or 0)
        more = str(at + 1) if at + 1 < len(pairs) else ""
        name, ident = pairs[at]
        return {
            "ok": True,
            "channels": [{"id": ident, "name": name}],
            "response_metadata": {"next_cursor": more},
        }

    def setTopic(self, body: dict[str, Any]) -> Any:  # noqa: N802
        self.topics.append(body["topic"])
        return {"ok": True}

    def invite(self, body: dict[str, Any]) -> Any:
        if body["users"] == "U9":
            return "user_not_found"
        if body["users"] in self.invited:
            return "already_in_channel"
        self.invited.append(body["users"])
        return {"ok": True}

    def history(self, body: dict[str, Any]) -> Any:
        return {
            "ok": True,
            "messages": [m for m in self.messages if m["channel"] == body["channel"]],
        }

    def postMessage(self, body: dict[str, Any]) -> Any:  # noqa: N802
        self.messages.append(body | {"ts": f"1.{len(self.messages)}"})
        return {"ok": True, "channel": body["channel"], "ts": self.messages[-1]["ts"]}
