"""What all pages of the room share: who asks, a worker, the form that comes back, the refusal.

A page is a function of a `Visit` that returns a `Page`. A deed is one that does what a form says
and returns the path to go to; if it is refused, the page that has the form is shown once more, with
what was typed. Both run in a worker thread with a workspace of their own.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from incidentctl.app.room import people
from incidentctl.app.workspace import bug_report
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.errors import (
    EnvironmentFailedError,
    IncidentctlError,
    InvalidDataError,
    NotFoundError,
    RefusedError,
    UsageError,
)
from incidentctl.serve.body import Bodies, BusyError, TooLargeError, TooSlowError
from incidentctl.serve.log import Log
from incidentctl.serve.room.doors import Door, ShutError
from incidentctl.serve.room.hints import worded
from incidentctl.serve.room.html import render
from incidentctl.serve.room.visit import Page, Refusal, Typed, Visit
from incidentctl.serve.settings import Limits

Show = Callable[[Visit], Page]
Deed = Callable[[Visit], str]
Result = TypeVar("Result")

#: The largest form, in bytes. What is too long for the record is refused with the form by its rule.
MAX_FORM = 2 * 1024 * 1024
_MAX_FIELDS = 500
#: Seconds for which a person is known, and the most that are.
_KNOWN_FOR, _MAX_KNOWN = 5.0, 1000
#: So many pages are made at once.
_WORKERS = 16
_CODES: dict[type[IncidentctlError], int] = {
    UsageError: 422,
    InvalidDataError: 422,
    NotFoundError: 404,
    RefusedError: 409,
    EnvironmentFailedError: 503,
}
#: The header of a script that asks for parts of a page.
PART = "x-room-part"
_KEPT = "Nothing was recorded. What you typed is still here."


class Frame:
    """Makes routes of pages and deeds."""

    def __init__(
        self,
        open_workspace: Callable[[], Workspace],
        door: Door,
        log: Log,
        limits: Limits,
        *,
        can_leave: bool = True,
    ) -> None:
        """Take what opens the team's repository anew, who is let in, and whether they sign out."""
        self.can_leave = can_leave
        self.open_workspace = open_workspace
        self._door = door
        self._log = log
        self._bodies = Bodies(limits, MAX_FORM)
        self._workers = CapacityLimiter(_WORKERS)
        self._known: dict[str | None, tuple[float, people.SignedIn]] = {}

    # --- routes ----------------------------------------------------------------------------------

    def page(self, path: str, show: Show) -> Route:
        """Return the route of a page."""

        async def endpoint(request: Request) -> Response:
            return await self._answered(request, lambda visit: self._shown(visit, show))

        return Route(path, endpoint, methods=["GET"])

    def deed(self, path: str, do: Deed, show: Show, *, for_all: bool = False) -> Route:
        """Return the route of a form; `show` makes the page that has it, when it is refused.

        With `for_all` also somebody may who is in no team.
        """

        async def endpoint(request: Request) -> Response:
            try:
                self._door.session(request)  # nobody else's form is read
                typed = await self._typed(request)
            except ShutError as shut:
                return self._refused(request, shut)

            def work(visit: Visit) -> Response:
                visit.typed = typed
                return self._done(visit, do, show, for_all=for_all)

            return await self._answered(request, work)

        return Route(path, endpoint, methods=["POST"])

    def stream(self, path: str, send: Callable[[Request], Awaitable[Response]]) -> Route:
        """Return the route of what goes on for long; `request.state.person` has been let in."""

        async def endpoint(request: Request) -> Response:
            try:
                request.state.session = session = self._door.session(request)
                request.state.person = await self.work(
                    lambda: self._person(self.open_workspace(), session.stated)
                )
            except ShutError as shut:
                return self._refused(request, shut)
            except IncidentctlError as refusal:
                return self._refused(request, _shut_by(refusal))
            return await send(request)

        return Route(path, endpoint, methods=["GET"])

    async def work(self, work: Callable[[], Result]) -> Result:
        """Do something in a worker thread."""
        return await to_thread.run_sync(work, limiter=self._workers)

    # --- one request -----------------------------------------------------------------------------

    async def _answered(self, request: Request, work: Callable[[Visit], Response]) -> Response:
        try:
            session = self._door.session(request)
        except ShutError as shut:
            return self._refused(request, shut)

        def visited() -> Response:
            workspace = self.open_workspace()
            person = self._person(workspace, session.stated)
            request.state.person, request.state.csrf = person, session.csrf
            visit = Visit(request, workspace, session, person)
            try:
                return work(visit)
            except IncidentctlError as refusal:
                return self._error(visit, refusal)
            except OSError as error:
                return self._error(visit, _as_refusal(error))

        try:
            return await self.work(visited)
        except ShutError as shut:
            return self._refused(request, shut)
        except IncidentctlError as refusal:
            return self._refused(request, _shut_by(refusal))
        except Exception as error:  # noqa: BLE001 (a bug must not end the room)
            return self._refused(request, ShutError(500, self._bug(error), ""))

    def _person(self, workspace: Workspace, stated: str | None) -> people.SignedIn:
        """Return who asks; git is not asked again for a few seconds."""
        until, person = self._known.get(stated, (0.0, None))
        if person is not None and time.monotonic() < until:
            return person
        try:
            person = people.proven(workspace, stated) if stated else people.own(workspace)
            self._known[stated] = time.monotonic() + _KNOWN_FOR, person
            while len(self._known) > _MAX_KNOWN:
                self._known.pop(next(iter(self._known)), None)
            return person
        except InvalidDataError as error:
            raise ShutError(403, error.message, "Tell the person who runs the room.") from None

    def _shown(self, visit: Visit, show: Show, code: int = 200) -> HTMLResponse:
        return HTMLResponse(self.rendered(visit, show(visit)), code)

    def _error(self, visit: Visit, refusal: IncidentctlError) -> HTMLResponse:
        shown = values(message=refusal.message, hint=worded(refusal.hint) or "")
        return HTMLResponse(self.rendered(visit, Page("error.html.j2", shown)), _code(refusal))

    def rendered(self, visit: Visit, page: Page) -> str:
        """Return a page as HTML, with what all pages show."""
        # A part of a page shows no lines: they wait for a whole one.
        is_part = PART in visit.request.headers
        return render(
            page.template,
            **page.values,
            person=visit.person,
            csrf=visit.session.csrf,
            once=token_urlsafe(9),
            can_leave=self.can_leave,
            path=visit.path,
            said=[] if is_part else visit.session.take_said(),
            refusal=visit.refusal,
            typed=visit.typed,
            organisation=visit.workspace.basics.organisation,
        )

    def _done(self, visit: Visit, do: Deed, show: Show, *, for_all: bool) -> Response:
        form = _digest(visit)
        with visit.session.lock:
            if not compare_digest(visit.text("csrf").encode(), visit.session.csrf.encode()):
                visit.refusal = Refusal(
                    "This form is from an earlier session.", f"{_KEPT} Look, and send it again."
                )
                return self._shown(visit, show, 403)
            if led := visit.session.done(form):
                return RedirectResponse(led, 303)  # a second press of the button
            try:
                if not for_all:
                    people.ensure_member(visit.person)
                led = do(visit)
            except IncidentctlError as refusal:
                code, visit.refusal = _code(refusal), _refusal_of(visit, refusal)
            except OSError as error:
                code, visit.refusal = 503, _refusal_of(visit, _as_refusal(error))
            except Exception as error:  # noqa: BLE001 (what was typed must come back)
                code, visit.refusal = 500, Refusal(self._bug(error), _kept(visit))
            else:
                visit.session.say(*visit.recorded, *visit.workspace.notes)
                visit.session.remember(form, led)
                return RedirectResponse(led, 303)
        return self._shown(visit, show, code)

    async def _typed(self, request: Request) -> Typed:
        """Return the fields of a form; ShutError if it cannot be read."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
        if kind != "application/x-www-form-urlencoded":
            raise ShutError(415, "Only forms of the room's pages are taken.", "")
        body = bytearray()
        try:
            body = await self._bodies.read(request)
            text = body.decode("utf-8", "replace")
        except TooLargeError:
            reason = f"The form is larger than {MAX_FORM // 1024**2} MiB."
            hint = "Nothing was recorded. Go back to what you typed, and link a file instead."
            raise ShutError(413, reason, hint) from None
        except TooSlowError:
            raise ShutError(408, "The form did not come in time.", _BACK) from None
        except BusyError:
            raise ShutError(503, "Too much comes in at once.", _BACK) from None
        except ClientDisconnect:
            raise ShutError(400, "The form was cut off.", _BACK) from None
        finally:
            self._bodies.release(body)
        return await self.work(lambda: _fields(text))

    def _refused(self, request: Request, shut: ShutError) -> Response:
        if shut.code == 403:  # somebody claims to be who they are not, or the proxy is set up wrong
            peer = request.client.host if request.client else "unknown"
            self._log.write_some("warning", "room-refused", reason=shut.reason, peer=peer)
        path = request.url.path if request.method == "GET" else "/"
        return shut_page(shut, path)

    def _bug(self, error: Exception) -> str:
        file = bug_report.leave(error, self.open_workspace().environment)
        self._log.write_some("error", "bug", error=type(error).__name__, report=file)
        where = f" Its report is {file}." if file else ""
        return f"A bug in incidentctl: {type(error).__name__}.{where}"


_BACK = "Nothing was recorded. Go back to what you typed, and send it again."


def shut_page(shut: ShutError, path: str) -> HTMLResponse:
    """Return the page for who is not let in; `path` is where they wanted to go."""
    page = render(
        "shut.html.j2", message=shut.reason, hint=shut.hint, path=path, can_sign_in=shut.can_sign_in
    )
    return HTMLResponse(page, shut.code)


def _fields(text: str) -> Typed:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise ShutError(400, "The form has too many fields.", "") from None
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        found[name] = (*found.get(name, ()), value.replace("\r\n", "\n"))
    return found


def _digest(visit: Visit) -> str:
    """Name a form with all that it holds: it has a value of its page that no other one has."""
    return sha256(repr((visit.path, sorted(visit.typed.items()))).encode()).hexdigest()


def _code(refusal: IncidentctlError) -> int:
    return next((code for kind, code in _CODES.items() if isinstance(refusal, kind)), 500)


def _shut_by(refusal: IncidentctlError) -> ShutError:
    return ShutError(_code(refusal), refusal.message, worded(refusal.hint) or "")


def _refusal_of(visit: Visit, refusal: IncidentctlError) -> Refusal:
    hint = worded(refusal.hint)
    hint = f"{hint} {_kept(visit)}" if hint else _kept(visit)
    return Refusal(refusal.message, hint, visit.about)


def _kept(visit: Visit) -> str:
    """Say truly whether something was recorded before it failed."""
    if not visit.recorded:
        return _KEPT
    return f"Recorded before that: {'; '.join(visit.recorded)}. Do not send it again."


def _as_refusal(error: OSError) -> EnvironmentFailedError:
    place = f"{error.filename}: " if isinstance(error.filename, str) else ""
    return EnvironmentFailedError(f"{place}{error.strerror or error}.")


def values(**of: Any) -> dict[str, Any]:
    """Return the values of a page."""
    return of
