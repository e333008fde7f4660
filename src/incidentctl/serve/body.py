"""Read a body: not too large, not too slowly, and not too many at once."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

from incidentctl.serve.settings import Limits


class TooLargeError(Exception):
    """The body has more bytes than one may have."""


class TooSlowError(Exception):
    """The body did not come in time."""


class BusyError(Exception):
    """More comes in at once than can be held."""


class Bodies:
    """The bodies that are held at once; one for each server."""

    def __init__(self, limits: Limits, largest: int) -> None:
        """Take the limits, and the size of the largest single body in bytes."""
        self._limits = limits
        self._largest = largest
        self._held = 0

    async def read(self, request: Request) -> bytearray:
        """Return the body; it counts as held until `release`. Raises what is above."""
        stated = request.headers.get("content-length", "")
        if stated.isdecimal() and int(stated[:12]) > self._largest:
            raise TooLargeError
        body = bytearray()
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                async for part in request.stream():
                    if len(body) + len(part) > self._largest:
                        raise TooLargeError
                    if self._held + len(part) > self._limits.bodies:
                        raise BusyError
                    self._held += len(part)
                    body += part
        except TimeoutError:
            self.release(body)
            raise TooSlowError from None
        except (TooLargeError, BusyError, ClientDisconnect):
            self.release(body)
            raise
        return body

    def release(self, body: bytearray) -> None:
        """Hold a body no longer."""
        self._held -= len(body)
        body.clear()
