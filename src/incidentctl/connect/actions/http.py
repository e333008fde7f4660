"""A small HTTP client for what goes out: TLS verified, no redirect, bounded in time and size.

The address of the peer is checked before it is connected to, and it is connected to by that
address: a name that resolves to something else the next moment changes nothing.
"""

from __future__ import annotations

import contextlib
import json
import math
import queue
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from incidentctl.connect.actions.addresses import refusal

#: Seconds to connect to one address; the rest of the time is for the answer.
_CONNECT = 5.0
#: The most bytes of an answer that are read.
MAX_BYTES = 8 << 20
_LONGEST_WAIT = 24 * 3600.0
_PORTS = {"https": 443, "http": 80}


class UnreachableError(Exception):
    """There is no answer. `sent` says whether the request may have arrived."""

    def __init__(self, reason: str, *, sent: bool, again: bool = True) -> None:
        """Build it; `reason` continues a sentence that begins with the host.

        `again`: whether another attempt may have more luck.
        """
        super().__init__(reason)
        self.reason = reason
        self.sent = sent
        self.again = again


class HttpAnswer(NamedTuple):
    """An answer, read as far as it came and as its size is allowed."""

    status: int
    headers: Mapping[str, str]
    """By their names in lower case."""
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        """Return the body if it is JSON; None otherwise."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def retry_after(self) -> float | None:
        """The seconds that it asks to wait; None if it does not say."""
        written = self.headers.get("retry-after", "").strip()
        try:
            seconds = float(written)
        except ValueError:
            try:
                seconds = parsedate_to_datetime(written).timestamp() - time.time()
            except (ValueError, OverflowError, OSError):
                return None
        return None if math.isnan(seconds) else min(max(seconds, 0.0), _LONGEST_WAIT)


def exchange(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    *,
    timeout: float,
    private: bool,
    most: int = MAX_BYTES,
) -> HttpAnswer:
    """Send one request and return its answer, whatever its status; UnreachableError without one.

    `timeout` bounds all of it, in seconds. `private`: whether the host may be on this machine or
    in a private network.
    """
    end = time.monotonic() + timeout
    split = urlsplit(url)
    host, port = split.hostname or "", split.port or _PORTS[split.scheme]
    peer = _connected(_permitted(_resolved(host, port, end), private), end)
    if split.scheme == "https":
        peer = ssl.create_default_context().wrap_socket(
            peer, server_hostname=host, do_handshake_on_connect=False
        )
    late = threading.Event()
    timer = threading.Timer(max(end - time.monotonic(), 0.0), _abort, (peer, late))
    timer.daemon = True
    timer.start()
    with contextlib.closing(peer):
        try:
            if isinstance(peer, ssl.SSLSocket):
                _agree_on_tls(peer)
            connection = HTTPConnection(host, port)
            connection.sock, connection.default_port = peer, _PORTS[split.scheme]
            target = (split.path or "/") + (f"?{split.query}" if split.query else "")
            written = {**headers, "Connection": "close"}
            return _answer(connection, (method, target, body, written), most, late)
        finally:
            timer.cancel()


_Address = tuple[socket.AddressFamily, tuple[Any, ...]]


def _resolved(host: str, port: int, end: float) -> list[_Address]:
    """Return the addresses of a host. A resolver takes no limit of time, so it gets a thread."""
    found: queue.SimpleQueue[list[_Address] | OSError] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            listed = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put([(each[0], each[4]) for each in listed])
        except (OSError, UnicodeError) as error:
            found.put(OSError(str(error)))

    threading.Thread(target=resolve, daemon=True).start()
    try:
        result = found.get(timeout=max(end - time.monotonic(), 0.001))
    except queue.Empty:
        raise UnreachableError("was not found in time", sent=False) from None
    if isinstance(result, OSError):
        raise UnreachableError("was not found: its name does not resolve", sent=False)
    return result


def _permitted(addresses: list[_Address], private: bool) -> list[_Address]:
    refused = None
    left = []
    for address in addresses:
        reason = refusal(str(address[1][0]), named=private)
        if reason is None:
            left.append(address)
        refused = refused or (reason and f"is {address[1][0]}, {reason}")
    if not left:
        raise UnreachableError(refused or "has no address", sent=False, again=False)
    return left


def _connected(addresses: list[_Address], end: float) -> socket.socket:
    reason = "could not be reached in time"
    for family, address in addresses:
        left = end - time.monotonic()
        if left <= 0:
            break
        peer = socket.socket(family, socket.SOCK_STREAM)
        peer.settimeout(min(_CONNECT, left))
        try:
            peer.connect(address)
        except OSError as error:
            peer.close()
            late = isinstance(error, TimeoutError)
            reason = "could not be reached in time" if late else _reason(error)
        else:
            peer.settimeout(max(end - time.monotonic(), 0.001))
            return peer
    raise UnreachableError(reason, sent=False)


def _agree_on_tls(peer: ssl.SSLSocket) -> None:
    try:
        peer.do_handshake()
    except ssl.SSLCertVerificationError as error:
        reason = f"has a certificate that is not valid: {error.verify_message}"
        raise UnreachableError(reason, sent=False, again=False) from None
    except OSError as error:
        raise UnreachableError(f"did not agree on TLS: {_reason(error)}", sent=False) from None


def _answer(
    connection: HTTPConnection,
    asked: tuple[str, str, bytes | None, Mapping[str, str]],
    most: int,
    late: threading.Event,
) -> HttpAnswer:
    try:
        connection.request(*asked)
        response = connection.getresponse()
    except ValueError:  # its message repeats what cannot be sent
        reason = "cannot be asked: a header or the address has characters that HTTP cannot send"
        raise UnreachableError(reason, sent=False, again=False) from None
    except (OSError, HTTPException) as error:
        ended = isinstance(error, TimeoutError) or late.is_set()
        reason = "did not answer in time" if ended else f"gave no answer: {_reason(error)}"
        raise UnreachableError(reason, sent=True) from None
    return HttpAnswer(
        response.status,
        {name.lower(): value for name, value in response.getheaders()},
        _read(response, most),
    )


def _read(response: HTTPResponse, most: int) -> bytes:
    """Return the body as far as it comes: by its status it is known what was done."""
    data = bytearray()
    with contextlib.suppress(OSError, HTTPException, ValueError):
        while len(data) < most and (part := response.read1(min(most - len(data), 1 << 16))):
            data += part
    return bytes(data)


def _abort(peer: socket.socket, late: threading.Event) -> None:
    """End an exchange in whichever state it is: each wait for the peer ends at once."""
    late.set()
    with contextlib.suppress(OSError):
        # Not the method of an SSLSocket, which takes the encryption away from who reads.
        socket.socket.shutdown(peer, socket.SHUT_RDWR)


def _reason(error: Exception) -> str:
    """Return why, without the data that some errors repeat."""
    if isinstance(error, ConnectionRefusedError):
        return "refused the connection"
    if isinstance(error, ConnectionError):
        return "it closed the connection"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
