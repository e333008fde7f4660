"""The paths of the receiver, and who may use which."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from incidentctl.app.receiver import hooks
from incidentctl.app.receiver.hooks import MAX_BODY, Hook
from incidentctl.errors import IncidentctlError, InvalidDataError
from incidentctl.serve.body import Bodies, BusyError, TooLargeError, TooSlowError
from incidentctl.serve.context import Context
from incidentctl.serve.log import Level
from incidentctl.serve.peers import Peer, peer_of
from incidentctl.serve.slack import Slack
from incidentctl.serve.state import DELIVERIES, TEAM_FILES, WRITING
from incidentctl.serve.writer import Answer, Delivery, Writer

#: What a metric says of a path that names no source.
_UNKNOWN = "(unknown)"


class _Refusal(Exception):  # noqa: N818 (an answer)
    """An answer other than 200."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Hooks:
    """Takes deliveries and answers them."""

    def __init__(
        self,
        context: Context,
        environment: Mapping[str, str],
        now: Callable[[], datetime],
        writer: Writer,
    ) -> None:
        """Take what it hands deliveries to."""
        self._settings, self._log, self._state = context
        self._environment = environment
        self._now = now
        self._writer = writer
        self._bodies = Bodies(context.limits, MAX_BODY)
        self._waiting: Counter[str] = Counter()
        self.catalog: Any = None
        """The catalog whose sources are known; None before the first version is read."""

    async def deliver(self, request: Request) -> Response:
        """Answer a delivery: 200 once it is on disk."""
        begun = time.monotonic()
        name = request.path_params["source"]
        headers = {each.casefold(): of for each, of in request.headers.items()}
        peer = peer_of(self._settings, request.client, headers)
        hook = hooks.find(self.catalog, name, self._environment, self._settings.secrets)
        source = hook.name if hook else _UNKNOWN
        more: dict[str, str] = {}
        body: dict[str, Any]
        try:
            if hook is None:
                raise self._no_such_source()
            taken = await self._taken(request, hook, headers, peer)
            code, body = 200, {"alerts": taken.alerts}
            if taken.no_heartbeats:
                body["no_heartbeats"] = list(taken.no_heartbeats)
            self._state.seconds.observe(time.monotonic() - begun)
        except _Refusal as refusal:
            code, body = refusal.code, {"error": refusal.reason}
            if code == 503:
                more["Retry-After"] = str(self._settings.limits.retry_after)
            level: Level = "error" if code >= 500 else "warning"
            self._log.write_some(
                level, "refused", source=source, code=code, reason=refusal.reason, peer=peer.address
            )
        self._state.answers.labels(source, str(code)).inc()
        return JSONResponse(body, code, more)

    def _no_such_source(self) -> _Refusal:
        """Refuse for ever only what no version of the team's files can have."""
        if TEAM_FILES not in self._state.faults():
            return _Refusal(404, "There is no such source here.")
        reason = "The team's files that are used have no such source; the newest are not used yet."
        return _Refusal(503, reason)

    async def _taken(
        self, request: Request, hook: Hook, headers: dict[str, str], peer: Peer
    ) -> Answer:
        """Take a delivery, and return what is told of it; else a _Refusal."""
        token = request.path_params.get("token")
        signed = token is None and hooks.signs(hook, headers)
        self._ensure_may(hook, peer, token)
        if not hook.is_open and not signed:
            self._ensure_proven(hook, token, headers, b"")
        body = bytearray()
        try:
            try:
                body = await self._bodies.read(request)
            except TooLargeError:
                raise await self._too_large(hook, signed=signed) from None
            except TooSlowError:
                raise _Refusal(408, "The body did not come in time.") from None
            except BusyError:
                raise _Refusal(503, "Too much comes in at once; send it again.") from None
            except ClientDisconnect:
                raise _Refusal(400, "The sender hung up before the end of the body.") from None
            whole = bytes(body)
            if signed and not hook.is_open:
                self._ensure_proven(hook, token, headers, whole)
            return await self._written(hook, headers, whole)
        finally:
            self._bodies.release(body)

    def _ensure_may(self, hook: Hook, peer: Peer, token: str | None) -> None:
        if not peer.may_deliver:
            raise _Refusal(403, "Only the named proxy may deliver here.")
        if hook.unset and not hook.secrets:
            raise _Refusal(503, f"The secret of {hook.name} is not set in the receiver.")
        if hook.is_open and not peer.is_local:
            raise _Refusal(403, f"{hook.name} has no secret: only this machine may deliver.")
        if token is not None and not hook.in_path:
            raise _Refusal(404, f"{hook.name} takes no token in its path.")

    def _ensure_proven(
        self, hook: Hook, token: str | None, headers: dict[str, str], body: bytes
    ) -> None:
        if not hooks.is_proven(hook, token, headers, body, self._now()):
            raise _Refusal(401, "The token or the signature is missing, wrong or stale.")

    async def _too_large(self, hook: Hook, *, signed: bool) -> _Refusal:
        """Tell people of a delivery that is too large, if its sender is proven."""
        refusal = _Refusal(413, f"The body is larger than {MAX_BODY // 1024**2} MiB.")
        if not signed:
            await self._written(hook, {}, b"", (hooks.oversized(hook),))
        return refusal

    async def _written(
        self,
        hook: Hook,
        headers: dict[str, str],
        body: bytes,
        alerts: tuple[Any, ...] | None = None,
    ) -> Answer:
        limits = self._settings.limits
        if self._waiting.total() >= limits.waiting or (
            self._waiting[hook.name] >= max(1, limits.waiting // 2)
        ):
            raise _Refusal(503, "Too many deliveries wait; send it again.")
        answer: Future[Answer] = Future()
        self._waiting[hook.name] += 1
        self._state.waiting.inc()
        try:
            self._writer.submit(Delivery(hook, headers, body, self._now(), answer, alerts))
            async with asyncio.timeout(limits.answer_seconds):
                found = await asyncio.wrap_future(answer)
        except TimeoutError:
            raise _Refusal(503, "It could not be written in time; send it again.") from None
        except BusyError:
            raise _Refusal(503, "More alerts a second than are taken; send it again.") from None
        except InvalidDataError as error:
            raise _Refusal(400, error.message) from None
        except IncidentctlError as error:
            self._state.report(WRITING, error.reason)
            raise _Refusal(503, "It could not be written; send it again.") from None
        except Exception:  # noqa: BLE001 (the writer has left a report)
            raise _Refusal(500, "It was not taken, by a bug; send it again.") from None
        finally:
            self._waiting[hook.name] -= 1
            self._state.waiting.dec()
        self._state.report(WRITING, None)
        return found


class Probes:
    """Says whether the receiver runs, whether all is well, and how much it did."""

    def __init__(self, context: Context, writer: Writer) -> None:
        """Take what is looked at."""
        self._settings, _, self._state = context
        self._writer = writer

    async def healthz(self, _: Request) -> Response:
        """Say that the process answers."""
        return PlainTextResponse("ok\n")

    async def readyz(self, request: Request) -> Response:
        """Say whether deliveries can be taken; and what else is wrong, which does not stop them."""
        if refusal := self._refused(request):
            return refusal
        faults = self._state.faults()
        ready = self._writer.is_alive and faults.keys().isdisjoint((WRITING, DELIVERIES))
        body = {"ready": ready, "problems": faults}
        return JSONResponse(body, 200 if ready else 503)

    async def metrics(self, request: Request) -> Response:
        """Return the metrics."""
        if refusal := self._refused(request):
            return refusal
        return Response(self._state.metrics(), media_type="text/plain; version=0.0.4")

    def _refused(self, request: Request) -> Response | None:
        headers = {each.casefold(): of for each, of in request.headers.items()}
        peer = peer_of(self._settings, request.client, headers)
        message = (
            "Only this machine may read this, and not even that behind a proxy on it; others, and "
            "then 127.0.0.1, are named by --probe.\n"
        )
        return None if peer.may_probe else PlainTextResponse(message, 403)


def application(
    deliveries: Hooks,
    probes: Probes,
    room: ASGIApp | None = None,
    slack: Slack | None = None,
) -> Starlette:
    """Return the application; a room has all other paths."""
    return Starlette(
        routes=[
            Route("/hooks/{source}", deliveries.deliver, methods=["POST"]),
            Route("/hooks/{source}/{token}", deliveries.deliver, methods=["POST"]),
            Route("/healthz", probes.healthz),
            Route("/readyz", probes.readyz),
            Route("/metrics", probes.metrics),
            *([Route("/slack/commands", slack.command, methods=["POST"])] if slack else []),
            *([Mount("/", room)] if room else []),
        ]
    )
