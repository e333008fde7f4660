"""Sign in at a provider of OpenID Connect, come back, and sign out."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from incidentctl.serve.log import Log
from incidentctl.serve.room.doors import OpenIdDoor, ShutError, cookie_of
from incidentctl.serve.room.frame import Frame, shut_page
from incidentctl.serve.room.html import render
from incidentctl.serve.room.openid import OpenIdError, Provider
from incidentctl.serve.room.sessions import Sessions
from incidentctl.serve.room.settings import OpenIdClient, Origin

#: The cookie that ties who comes back to who went; a lax one, as they come from elsewhere.
_STATE = "__Host-incidentctl-sign-in"
_BACK = "/signed-in"
#: A page of the room; nothing that could lead to another host.
_PAGE = re.compile(r"/(?:[\w-][\w/-]{0,200})?")


def routes(
    frame: Frame,
    door: OpenIdDoor,
    sessions: Sessions,
    *,
    client: OpenIdClient,
    origin: Origin,
    log: Log,
) -> list[Route]:
    """Return the routes of signing in."""
    provider = Provider(client, f"{origin.address}{_BACK}")

    async def sign_in(request: Request) -> Response:
        to = request.query_params.get("to", "/")
        to = to if _PAGE.fullmatch(to) else "/"
        try:
            door.ensure_way(request)
            address, state = await frame.work(lambda: provider.send(to))
        except ShutError as shut:
            return shut_page(shut, "/")
        except OpenIdError as error:
            return _failed(str(error), 503)
        answer = RedirectResponse(address, 303)
        answer.set_cookie(_STATE, state, 600, path="/", secure=True, httponly=True, samesite="lax")
        return answer

    async def signed_in(request: Request) -> Response:
        state, code = (request.query_params.get(name, "") for name in ("state", "code"))
        try:
            door.ensure_way(request)
            if not state or cookie_of(request, _STATE) != state:
                raise OpenIdError("This sign-in began in another browser.")
            if not code:
                raise OpenIdError("The provider did not sign you in.")
            email, to = await frame.work(lambda: provider.proven(state, code))
        except ShutError as shut:
            return shut_page(shut, "/")
        except OpenIdError as error:
            log.write_some("warning", "room-sign-in", reason=str(error))
            return _failed(str(error), 403)
        answer = HTMLResponse(render("signed_in.html.j2", to=to))
        answer.delete_cookie(_STATE, path="/", secure=True, httponly=True, samesite="lax")
        answer.set_cookie(
            door.cookie, sessions.start(email), path="/", secure=True, httponly=True, samesite="lax"
        )
        return answer

    return [Route("/sign-in", sign_in), Route(_BACK, signed_in)]


def _failed(reason: str, code: int) -> Response:
    return shut_page(ShutError(code, reason, "", can_sign_in=True), "/")
