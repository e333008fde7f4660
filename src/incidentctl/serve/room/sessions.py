"""Who is signed in, in memory: a new process knows nobody."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict

#: Seconds after which a session that nobody uses ends, and after which any does; the most at once.
_IDLE, _LONGEST, _MAX_SESSIONS = 12 * 3600.0, 24 * 3600.0, 2000
#: Seconds in which the link that signs in is valid.
LINK_SECONDS = 60.0
#: So many forms of a session are remembered, so that one sent twice is done once.
_FORMS = 200


class Session:
    """One person's pages in one browser."""

    def __init__(self, stated: str | None) -> None:
        """Take who it is, as `workspace.actor` takes it."""
        self.stated = stated
        self.csrf = secrets.token_urlsafe(24)
        self.began = self.seen = time.monotonic()
        self.lock = threading.Lock()
        """Held while a form of the session is being done: one after the other."""
        self._said: list[str] = []
        self._done: OrderedDict[str, str] = OrderedDict()

    def say(self, *lines: str) -> None:
        """Show lines on the next page."""
        self._said += lines

    def take_said(self) -> list[str]:
        """Return the lines to show, once."""
        said, self._said = self._said, []
        return said

    def done(self, form: str) -> str | None:
        """Return where a form led that was done before; None if it is new."""
        return self._done.get(form)

    def remember(self, form: str, led: str) -> None:
        """Note where a form led."""
        self._done[form] = led
        while len(self._done) > _FORMS:
            self._done.popitem(last=False)


class Sessions:
    """The sessions of one process, by a token in a cookie, or by the person."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Session] = OrderedDict()
        self._links: dict[str, float] = {}

    def link(self) -> str:
        """Return a token that signs in once, within a minute; earlier ones end."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._links = {token: time.monotonic() + LINK_SECONDS}
        return token

    def sign_in(self, link: str) -> str | None:
        """Return the token of a new session for a link; None if it is used, old or unknown."""
        with self._lock:
            until = self._links.pop(link, 0.0)
            if time.monotonic() >= until:
                return None
        return self.start(None)

    def start(self, stated: str | None) -> str:
        """Return the token of a new session of somebody who has proven who they are."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._keep(token, Session(stated))
        return token

    def end(self, session: Session) -> None:
        """Sign somebody out."""
        with self._lock:
            for token in [each for each, known in self._known.items() if known is session]:
                del self._known[token]

    def find(self, token: str) -> Session | None:
        """Return the session of a token."""
        with self._lock:
            session = self._known.get(token)
            now = time.monotonic()
            if session is None or now - session.seen > _IDLE or now - session.began > _LONGEST:
                self._known.pop(token, None)
                return None
            session.seen = now
            self._known.move_to_end(token)
            return session

    def of(self, email: str) -> Session:
        """Return the session of a person whom a proxy has proven, new or not."""
        if session := self.find(email):
            return session
        session = Session(email)
        with self._lock:
            return self._keep(email, session)

    def _keep(self, token: str, session: Session) -> Session:
        kept = self._known.setdefault(token, session)
        while len(self._known) > _MAX_SESSIONS:
            self._known.popitem(last=False)
        return kept
