"""`POST /slack/commands`: a slash command of Slack, answered within its three seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from incidentctl.app.chat import slash
from incidentctl.app.chat.slash import Reply
from incidentctl.app.receiver.seen import SeenDeliveries
from incidentctl.app.workspace import bug_report
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.errors import IncidentctlError
from incidentctl.serve.body import Bodies, BusyError, TooLargeError, TooSlowError
from incidentctl.serve.context import Context
from incidentctl.serve.peers import peer_of
from incidentctl.serve.room.hints import worded

#: What the secrets are called in the settings, beside those of alert formats.
NAME = "slack"
#: Slack shows an error after three seconds: what is safe by then is told before.
_ANSWERS = 2.0
_WORKERS = 4
_LATE = "It is not recorded yet. Look with `status` before you send it again."
_AGAIN = "This was done already: the same command came once more."


class Slack:
    """Takes commands that Slack has signed, each once."""

    def __init__(
        self,
        context: Context,
        open_workspace: Callable[[], Workspace],
        secrets: tuple[str, ...],
        seen: SeenDeliveries,
        now: Callable[[], datetime],
    ) -> None:
        """Take what opens a workspace for each command, and the signing secrets."""
        self._settings, self._log, self._state = context
        self._open = open_workspace
        self._now = now
        self._secrets = secrets
        self._seen = seen
        self._bodies = Bodies(context.limits, slash.MAX_BODY)
        self._workers = CapacityLimiter(_WORKERS)
        self._running: set[asyncio.Task[Reply]] = set()

    async def command(self, request: Request) -> Response:
        """Answer a command."""
        headers = {each.casefold(): of for each, of in request.headers.items()}
        peer = peer_of(self._settings, request.client, headers)
        code, reason, body, now = 200, "", bytearray(), self._now()
        try:
            if not peer.may_deliver:
                code, reason = 403, "Only the named proxy may deliver here."
            elif not self._secrets:
                code, reason = 503, "The signing secret is not set in the receiver."
            else:
                body = await self._bodies.read(request)
                if not slash.is_proven(self._secrets, headers, bytes(body), now):
                    code, reason = 401, "The signature is missing, wrong or stale."
        except TooLargeError:
            code, reason = 413, "A command is not so large."
        except TooSlowError:
            code, reason = 408, "The body did not come in time."
        except BusyError:
            code, reason = 503, "Too much comes in at once."
        except ClientDisconnect:
            code, reason = 400, "The sender hung up."
        finally:
            whole = bytes(body)
            self._bodies.release(body)
        self._state.answers.labels(NAME, str(code)).inc()
        if code != 200:
            self._log.write_some(
                "warning", "refused", source=NAME, code=code, reason=reason, peer=peer.address
            )
            return PlainTextResponse(f"{reason}\n", code)
        reply = await self._in_time(slash.delivery(headers), whole, now)
        return JSONResponse(slash.as_answer(reply))

    async def _in_time(self, delivery: str, body: bytes, now: datetime) -> Reply:
        """Return the answer; where it takes long, what is safe so far: the rest goes on."""
        recorded: list[str] = []
        task = asyncio.ensure_future(
            to_thread.run_sync(
                lambda: self._done(delivery, body, now, recorded.append), limiter=self._workers
            )
        )
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        done, _ = await asyncio.wait({task}, timeout=_ANSWERS)
        if done:
            return task.result()
        return Reply("\n".join(recorded) or _LATE)

    def _done(
        self, delivery: str, body: bytes, now: datetime, on_recorded: Callable[[str], None]
    ) -> Reply:
        workspace = self._open()
        try:
            if not self._seen.first(delivery, now):
                return Reply(_AGAIN)
            return slash.Slash(workspace, slash.read(body), on_recorded=on_recorded).answer()
        except IncidentctlError as refusal:
            hint = worded(refusal.hint, options=True)
            return Reply(f"{refusal.message}\n{hint}" if hint else refusal.message)
        except OSError as error:
            return Reply(f"It may not be recorded: {error.strerror or error}.")
        except Exception as error:  # noqa: BLE001 (a bug must not end the thread)
            file = bug_report.leave(error, workspace.environment)
            self._log.write_some("error", "bug", error=type(error).__name__, report=file)
            return Reply(
                f"A bug in incidentctl: {type(error).__name__}. Look before you try again."
            )
