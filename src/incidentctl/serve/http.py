"""The HTTP server: where it listens, and what it refuses."""

from __future__ import annotations

import logging
import socket
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from incidentctl.errors import EnvironmentFailedError
from incidentctl.serve.log import LibraryLog, Log
from incidentctl.serve.settings import Settings

#: The largest head of a request, in bytes, and seconds that an idle connection is kept.
_HEAD, _IDLE = 32 * 1024, 20


def http_server(application: Any, settings: Settings, log: Log) -> uvicorn.Server:
    """Return a server of an application, which does not run yet."""
    limits = settings.limits
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers = [LibraryLog(log)]
        logger.setLevel(logging.WARNING)
        logger.propagate = False
    config = uvicorn.Config(
        application,
        loop="asyncio",
        http=_impatient(limits.head_seconds),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=limits.connections,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=int(limits.stop_seconds),
        h11_max_incomplete_event_size=_HEAD,
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.key,
    )
    try:
        config.load()
    except OSError as error:
        raise EnvironmentFailedError(
            f"The certificate or its key cannot be used: {error.strerror or error}."
        ) from None
    return uvicorn.Server(config)


def _impatient(seconds: float) -> type[H11Protocol]:
    """Return a protocol that cuts off who sends the head of a request too slowly, or nothing."""

    class Impatient(H11Protocol):
        _looked = False
        _seen: Any = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._look()

        def _look(self) -> None:
            """Look again and again: a request must have begun since, unless one is answered."""
            if self.transport.is_closing():
                return
            cycle: Any = self.cycle  # None before the first request
            answering = cycle is not None and not cycle.response_complete
            kept_alive = self.timeout_keep_alive_task is not None  # it has a limit of its own
            if not answering and not kept_alive and cycle is self._seen and self._looked:
                self.transport.abort()
                return
            self._seen, self._looked = cycle, True
            self.loop.call_later(seconds, self._look)

    return Impatient


def listening(settings: Settings) -> socket.socket:
    """Return a socket that listens; EnvironmentFailedError if nothing can listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        found = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _not_listening(settings, error) from None
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(settings.limits.connections)
    except OSError as error:
        found.close()
        raise _not_listening(settings, error) from None
    return found


def _not_listening(settings: Settings, error: OSError) -> EnvironmentFailedError:
    return EnvironmentFailedError(
        f"Cannot listen on {settings.host}:{settings.port}: {error.strerror or error}.",
        hint="Name another address with --listen HOST:PORT.",
    )
