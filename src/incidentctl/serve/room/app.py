"""The room as an application: its pages, its two files, and the guard before them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from incidentctl.app.incident.present import Present
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.render.html import page as plain
from incidentctl.serve.log import Log
from incidentctl.serve.room import areas, board, declare, inbox, live, past
from incidentctl.serve.room.doors import Door, LinkDoor, OpenIdDoor, ProxyDoor, ShutError
from incidentctl.serve.room.frame import Frame, shut_page
from incidentctl.serve.room.guard import Guard
from incidentctl.serve.room.html import render
from incidentctl.serve.room.incident import Incidents
from incidentctl.serve.room.live import Live
from incidentctl.serve.room.sessions import Sessions
from incidentctl.serve.room.settings import Origin, ProxyIdentity, TeamRoom
from incidentctl.serve.room.visit import Visit
from incidentctl.serve.settings import Limits, Settings

_FILES = {
    "room.css": ("text/css", "room.css.j2"),
    "room.js": ("text/javascript", "room.js"),
    "icon.svg": ("image/svg+xml", "icon.svg"),
}


class Room(NamedTuple):
    """A room that can be mounted or run."""

    application: ASGIApp
    sessions: Sessions
    live: Live
    """What goes on for long: its `is_stopping` is to say when the server ends."""


def room_of_clone(
    open_workspace: Callable[[], Workspace], origin: Origin, port: int, log: Log, limits: Limits
) -> Room:
    """Return the room of one's own clone: the link signs in whose clone it is."""
    sessions = Sessions()
    door = LinkDoor(sessions, port)

    async def sign_in(request: Request) -> Response:
        if request.method == "HEAD":
            return Response()  # whoever only looks at a link does not use it
        token = sessions.sign_in(request.path_params["link"])
        if token is None:
            hint = "Press Enter where `incidentctl room` runs."
            return shut_page(ShutError(401, "This link is used or too old.", hint), "/")
        # A page that leads on by itself: a redirect from elsewhere would carry no strict cookie.
        answer = HTMLResponse(render("signed_in.html.j2", to="/"))
        answer.set_cookie(door.cookie, token, path="/", httponly=True, samesite="strict")
        return answer

    frame = Frame(open_workspace, door, log, limits)
    return _room(frame, origin, sessions, [Route("/sign-in/{link}", sign_in)])


def room_of_team(
    open_workspace: Callable[[], Workspace], room: TeamRoom, settings: Settings, log: Log
) -> Room:
    """Return the room of a team: a trusted proxy, or a provider, says who comes."""
    sessions = Sessions()
    if isinstance(room.identity, ProxyIdentity):
        door: Door = ProxyDoor(sessions, room.identity)
        frame = Frame(open_workspace, door, log, settings.limits, can_leave=False)
        return _room(frame, room.origin, sessions, [])
    from incidentctl.serve.room import sign_in  # noqa: PLC0415 (the extra)

    door = OpenIdDoor(sessions, settings)
    frame = Frame(open_workspace, door, log, settings.limits)
    routes = sign_in.routes(
        frame, door, sessions, client=room.identity, origin=room.origin, log=log
    )
    return _room(frame, room.origin, sessions, routes)


def _room(frame: Frame, origin: Origin, sessions: Sessions, more: list[Route]) -> Room:
    present = Present(frame.open_workspace)
    follow, show = Live(present), board.board(present)

    def sign_out(visit: Visit) -> str:
        sessions.end(visit.session)
        return "/"

    routes = [
        *more,
        *([frame.deed("/sign-out", sign_out, show, for_all=True)] if frame.can_leave else []),
        Route("/static/{name}", _static),
        *board.routes(frame, show),
        *declare.routes(frame),
        *inbox.routes(frame),
        *areas.routes(frame),
        *past.routes(frame),
        *Incidents(frame, follow).routes(),
        *live.routes(frame, follow),
    ]
    pages = Starlette(routes=routes, exception_handlers={HTTPException: _http_error})
    return Room(Guard(pages, origin), sessions, follow)


async def _http_error(_: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, HTTPException) else 500
    reason = "There is no such page." if code == 404 else "This is not done here."
    return shut_page(ShutError(code, reason, ""), "/")


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _FILES:
        raise HTTPException(404)
    kind, template = _FILES[name]
    content = _content(template)
    tag = f'"{sha256(content).hexdigest()[:20]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind, headers=headers)


@cache
def _content(template: str) -> bytes:
    return plain(f"room/{template}").encode()
