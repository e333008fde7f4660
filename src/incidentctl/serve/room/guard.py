"""Checks of every request, and headers of every answer, before any page runs."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from incidentctl.serve.room.settings import Origin

_METHODS = ("GET", "HEAD", "POST")
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
#: With `no-referrer` a browser would hide the origin of a form, too.
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """Refuses requests by another name than the room's, and forms of other pages."""

    def __init__(self, app: ASGIApp, origin: Origin) -> None:
        """Take where the room is."""
        self._app = app
        self._origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        refusal = self._refusal(scope["method"], Headers(scope=scope))

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await (refusal or self._app)(scope, receive, with_headers)

    def _refusal(self, method: str, headers: Headers) -> PlainTextResponse | None:
        if method not in _METHODS:
            return PlainTextResponse("This is not done here.\n", 405, {"Allow": "GET, HEAD, POST"})
        host = _only(headers.getlist("host"))
        if host not in self._origin.hosts:
            message = (
                f"The room is at {self._origin.address}: a proxy must pass on the Host header.\n"
            )
            return PlainTextResponse(message, 421)
        if method == "POST" and not self._is_own_form(host, headers):
            message = "The form was sent by a page of another place. Nothing was done.\n"
            return PlainTextResponse(message, 403)
        return None

    def _is_own_form(self, host: str, headers: Headers) -> bool:
        """Say whether a page of this room sent a form: browsers say so, and others cannot."""
        origins = headers.getlist("origin")
        if not origins:
            return headers.get("sec-fetch-site") == "same-origin"
        usual = ":443" if self._origin.is_secure else ":80"
        return origins == [f"{self._origin.scheme}://{host.removesuffix(usual)}"]


def _only(values: Iterable[str]) -> str:
    """Return the one value of a header in small letters; nothing if there are several."""
    found = list(values)
    return found[0].casefold() if len(found) == 1 else ""
