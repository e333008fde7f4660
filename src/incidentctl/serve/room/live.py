"""Tell browsers what has changed, as server-sent events: one watcher of the record for all.

A connection holds the names of what changed since it was last sent something, and nothing else:
a slow line gets fewer events, and keeps nobody waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from incidentctl.app.incident.present import Present
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import IncidentctlError, NotFoundError
from incidentctl.render.room.incident import changed, fresh_entries, fresh_lines, version
from incidentctl.serve.room.frame import Frame

#: What the board is called among what changes.
BOARD = "board"
#: More entries than this are not named one by one.
_FEW = 40
#: The most of them, in characters, that is sent along.
_MAX_HTML = 30_000
#: Seconds between two looks at the record: each costs a few stats.
_EVERY = 0.2
#: Seconds before another look after one that failed.
_PAUSE = 2.0
#: So many browsers follow at once; the others are told to ask again and again.
MAX_FOLLOWERS = 100
#: A line that had nothing to tell for so many seconds tells that it lives.
_SIGN = 15.0
#: Seconds within which a stream ends when the server does.
_NOTICE = 0.5
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class News(NamedTuple):
    """What has changed: parts of a page, and entries of the timeline; None for more than a few."""

    parts: tuple[str, ...] = ()
    entries: tuple[str, ...] | None = ()
    html: str = ""
    """The entries as the timeline shows them, which is the same for everybody; empty for many."""

    def and_(self, other: News) -> News:
        """Return what has changed in both."""
        entries = None
        if self.entries is not None and other.entries is not None:
            entries = tuple(dict.fromkeys((*self.entries, *other.entries)))
            entries = entries if len(entries) <= _FEW else None
        html = self.html + other.html if entries is not None else ""
        parts = tuple(dict.fromkeys((*self.parts, *other.parts)))
        return News(parts, entries, html if len(html) <= _MAX_HTML else "")


class Follower:
    """One connection: what it follows, and what changed since it was last told."""

    def __init__(self, what: str, loop: asyncio.AbstractEventLoop) -> None:
        """Take the id of an incident, or BOARD, and the loop that the connection runs in."""
        self.what = what
        self._loop = loop
        self._woken = asyncio.Event()
        self._news = News()

    def tell(self, news: News) -> None:
        """Say what has changed; from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._tell, news)

    def _tell(self, news: News) -> None:
        self._news = self._news.and_(news)
        self._woken.set()

    async def news(self, seconds: float) -> News | None:
        """Wait for a change, so many seconds at most; return what has changed since the last."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        self._woken.clear()
        found, self._news = self._news, News()
        return found if found.parts else None


class Live:
    """Who follows what, and the one thread that looks at the record while anybody does."""

    def __init__(self, present: Present) -> None:
        """Take the reader."""
        self.present = present
        self.is_stopping: Callable[[], bool] = lambda: False
        """Whether the server ends: then every stream does."""
        self._lock = threading.Lock()
        self._followers: set[Follower] = set()
        self._seen: dict[str, Incident] = {}
        self._thread: threading.Thread | None = None

    def follow(self, what: str) -> Follower | None:
        """Begin to follow an incident, or the board; None if too many do. In the loop."""
        follower = Follower(what, asyncio.get_running_loop())
        with self._lock:
            if len(self._followers) >= MAX_FOLLOWERS:
                return None
            self._followers.add(follower)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="live", daemon=True)
                self._thread.start()
        return follower

    def leave(self, follower: Follower) -> None:
        """Follow no longer."""
        with self._lock:
            self._followers.discard(follower)

    def response(self, what: str) -> Response:
        """Return the stream of one connection; 503 if too many follow."""
        follower = self.follow(what)
        if follower is None:
            message = "Too many browsers follow; ask again.\n"
            return PlainTextResponse(message, 503, {"Retry-After": "10"})
        return StreamingResponse(
            self._events(follower), media_type="text/event-stream", headers=_HEADERS
        )

    async def _events(self, follower: Follower) -> AsyncIterator[bytes]:
        try:
            here = json.dumps({"version": await self._version(follower.what)})
            yield f"retry: 2000\nevent: here\ndata: {here}\n\n".encode()
            quiet = 0.0
            while not self.is_stopping():
                found = await follower.news(_NOTICE)
                quiet = 0.0 if found else quiet + _NOTICE
                if found:
                    data = json.dumps({"of": follower.what, **found._asdict()})
                    yield f"event: changed\ndata: {data}\n\n".encode()
                elif quiet >= _SIGN:
                    quiet = 0.0
                    yield b": still here\n\n"
        finally:
            self.leave(follower)

    async def _version(self, what: str) -> str | None:
        """Return which version there is now: a page that shows another one asks for it."""
        if what == BOARD:
            return None
        try:
            found = await to_thread.run_sync(self.present.incident, what)
        except (IncidentctlError, OSError):
            return None
        with self._lock:
            self._seen.setdefault(what, found)
        return version(found)

    # --- the watcher ----------------------------------------------------------------------------

    def _watch(self) -> None:
        token: object = None
        while not self.is_stopping():
            time.sleep(_EVERY)
            with self._lock:
                followed = {each.what for each in self._followers}
                if not followed:
                    self._thread = None
                    self._seen.clear()
                    return
                self._seen = {ident: of for ident, of in self._seen.items() if ident in followed}
            try:
                now = self.present.token()
                if now == token:
                    continue
                self._tell(BOARD, News((BOARD,)))
                for ident in followed - {BOARD}:
                    self._look(ident)
                token = now
            except (IncidentctlError, OSError):
                token = None  # it cannot be read now
                time.sleep(_PAUSE)

    def _look(self, ident: str) -> None:
        """Read an incident again, and tell what of it has changed."""
        try:
            after = self.present.incident(ident)
        except NotFoundError:
            return
        with self._lock:
            before, self._seen[ident] = self._seen.get(ident, after), after
        if names := changed(before, after):
            entries = tuple(fresh_entries(before, after))
            few = len(entries) <= _FEW
            html = fresh_lines(after, entries) if few and entries else ""
            self._tell(ident, News(tuple(names)).and_(News((), entries, html)))

    def _tell(self, what: str, news: News) -> None:
        with self._lock:
            followers = [each for each in self._followers if each.what == what]
        for follower in followers:
            follower.tell(news)


def routes(frame: Frame, live: Live) -> list[Route]:
    """Return the route of what the board follows."""

    async def board(_: Request) -> Response:
        return live.response(BOARD)

    return [frame.stream("/live", board)]
