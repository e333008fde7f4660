"""Who is let in: by a link that only this user's terminal shows, or as a trusted proxy says."""

from __future__ import annotations

import hmac
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from typing import Protocol

from starlette.requests import Request

from incidentctl.serve.peers import peer_of
from incidentctl.serve.room.sessions import Session, Sessions
from incidentctl.serve.room.settings import SECRET_HEADER, ProxyIdentity
from incidentctl.serve.settings import Settings


class ShutError(Exception):
    """Somebody is not let in; the message says why, and `hint` what to do."""

    def __init__(self, code: int, reason: str, hint: str, *, can_sign_in: bool = False) -> None:
        """Take the status of the answer, and whether a link can lead on."""
        super().__init__(reason)
        self.code, self.reason, self.hint, self.can_sign_in = code, reason, hint, can_sign_in


class Door(Protocol):
    """Says whose session a request belongs to."""

    def session(self, request: Request) -> Session:
        """Return the session; ShutError if nobody is let in."""


class LinkDoor:
    """Lets in who used the link; the cookie is named by the port, as browsers do not part those."""

    def __init__(self, sessions: Sessions, port: int) -> None:
        """Take the sessions of this process."""
        self._sessions = sessions
        self.cookie = f"incidentctl-room-{port}"

    def session(self, request: Request) -> Session:
        """Return the session of the cookie; ShutError without one that this process knows."""
        token = cookie_of(request, self.cookie)
        session = self._sessions.find(token) if token else None
        if session is None:
            raise ShutError(
                401,
                "You are not signed in.",
                "If you come from another page, try again. Else use the link that "
                "`incidentctl room` shows in your terminal. It works once, for a minute: press "
                "Enter there for a new one.",
            )
        return session


class ProxyDoor:
    """Lets in whom a trusted proxy names; nobody else may use its header."""

    def __init__(self, sessions: Sessions, identity: ProxyIdentity) -> None:
        """Take the sessions of this process, and which proxy is trusted."""
        self._sessions = sessions
        self._identity = identity

    def session(self, request: Request) -> Session:
        """Return the session of the person; ShutError for everybody else."""
        identity = self._identity
        values = request.headers.getlist(identity.header)
        if not self._is_proxy(request):
            what = "Only the proxy may say who you are." if values else "You come past the proxy."
            raise ShutError(403, what, f"Open the room at {_ADDRESS}.")
        if len(values) > 1:
            raise ShutError(403, "The proxy names two people.", _TELL)
        if not values or not values[0].strip():
            raise ShutError(
                401, "The proxy does not say who you are.", f"Sign in there. {_TELL_ELSE}"
            )
        return self._sessions.of(values[0].strip().casefold())

    def _is_proxy(self, request: Request) -> bool:
        try:
            found = ip_address(request.client.host if request.client else "")
        except ValueError:
            return False
        address = getattr(found, "ipv4_mapped", None) or found
        if not any(address in each for each in self._identity.proxies):
            return False
        if self._identity.secret is None:
            return True
        stated = request.headers.getlist(SECRET_HEADER)
        wanted = self._identity.secret.encode()
        return len(stated) == 1 and hmac.compare_digest(stated[0].encode("latin-1"), wanted)


class OpenIdDoor:
    """Lets in whom a provider of OpenID Connect has proven."""

    #: Browsers take a name with this prefix from this host alone, and over TLS alone.
    cookie = "__Host-incidentctl-room"

    def __init__(self, sessions: Sessions, settings: Settings) -> None:
        """Take the sessions of this process, and over which ways one may come."""
        self._sessions = sessions
        self._settings = settings

    def session(self, request: Request) -> Session:
        """Return the session of the cookie; ShutError without one that this process knows."""
        self.ensure_way(request)
        token = cookie_of(request, self.cookie)
        session = self._sessions.find(token) if token else None
        if session is None:
            raise ShutError(401, "You are not signed in.", "", can_sign_in=True)
        return session

    def ensure_way(self, request: Request) -> None:
        """Refuse who comes past the proxy that terminates TLS."""
        client = (request.client.host, request.client.port) if request.client else None
        if not peer_of(self._settings, client, request.headers).may_deliver:
            raise ShutError(403, "You come past the proxy.", f"Open the room at {_ADDRESS}.")


_ADDRESS = "the address that your team gave you"
_TELL = "Tell the person who runs the room."
_TELL_ELSE = "If you are signed in, tell the person who runs the room."


def cookie_of(request: Request, name: str) -> str | None:
    """Return the value of a cookie; None without one."""
    try:
        found = SimpleCookie(request.headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return found.value if found else None
