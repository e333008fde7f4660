"""A preview of the status page on loopback: GET gives a file of it as it is now."""

from __future__ import annotations

import mimetypes
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import unquote, urlsplit

from incidentctl.errors import IncidentctlError, UsageError

_HOST = "127.0.0.1"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".json": "application/json; charset=utf-8",
}


def serve(file: Callable[[str], bytes | None], *, port: int, ready: Callable[[str], None]) -> None:
    """Serve files until Ctrl-C; `file` gives one by its path, `ready` gets the address.

    UsageError if the port is taken.
    """
    try:
        server = HTTPServer((_HOST, port), _handler(file))
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(
            f"Port {port} cannot be used: {why}.", hint="Name another one with --port, or 0."
        ) from None
    with server:
        ready(f"http://{_HOST}:{server.server_port}/")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


def _handler(file: Callable[[str], bytes | None]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        server_version, sys_version = "incidentctl", ""
        timeout = 10.0

        def do_GET(self) -> None:
            if not self._is_local():
                self._answer(HTTPStatus.FORBIDDEN, b"Only this machine.\n", ".txt")
                return
            path = unquote(urlsplit(self.path).path).lstrip("/")
            if not path or path.endswith("/"):
                path += "index.html"
            try:
                data = file(path)
            except IncidentctlError as refusal:
                text = f"{refusal.message}\n"
                self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, text.encode(), ".txt")
                return
            if data is None:
                self._answer(HTTPStatus.NOT_FOUND, b"There is no such file.\n", ".txt")
            else:
                self._answer(HTTPStatus.OK, data, path[path.rfind(".") :])

        def do_HEAD(self) -> None:
            self.do_GET()

        def _is_local(self) -> bool:
            """Say whether it was asked by the address of this machine, and not by another name."""
            host = (self.headers.get("Host") or "").rpartition(":")[0]
            return host in (_HOST, "localhost")

        def _answer(self, status: HTTPStatus, data: bytes, suffix: str) -> None:
            kind = _TYPES.get(suffix) or mimetypes.types_map.get(suffix, "text/plain")
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Write nothing: who looks sees what is wrong."""

    return Handler
