"""One attempt of a plan: its calls in order, each verdict, and what may be tried again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from incidentctl import __version__
from incidentctl.connect.actions.http import HttpAnswer, UnreachableError, exchange
from incidentctl.connect.actions.vault import Vault
from incidentctl.domain.actions.reach import host_of
from incidentctl.domain.actions.request import Call, Outcome, Plan
from incidentctl.domain.catalog.action_settings import Settings

#: Seconds for one request, where the settings do not say.
_TIMEOUT = 10.0
_NOTHING: Mapping[str, str] = MappingProxyType({})
#: What a gateway says when it lost the answer, or the target when it broke at it.
_OPEN = frozenset({408, 500, 502, 503, 504})


class StoppedError(Exception):
    """The attempt ends here, with this outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.state)
        self.outcome = outcome


def seconds(settings: Settings, usual: float = _TIMEOUT) -> float:
    """Return how long one request may take."""
    return usual if settings.timeout is None else settings.timeout.total_seconds()


class Session:
    """What a deed needs to be done once: it sends calls and says why it stops."""

    def __init__(self, plan: Plan, environment: Mapping[str, str]) -> None:
        """Read the secrets of the plan; MissingSecretError if one is not there."""
        self.plan = plan
        self.environment = environment
        self.vault = Vault(plan.secrets, environment)

    @property
    def calls(self) -> tuple[Call, ...]:
        """The requests of the plan."""
        return tuple(step for step in self.plan.steps if isinstance(step, Call))

    def send(self, call: Call, known: Mapping[str, str] = _NOTHING) -> HttpAnswer:
        """Send a call and return its answer; StoppedError unless the target accepted it."""
        address = self.vault.address(call.url, known)
        headers = {name: self.vault.header(value) for name, value in call.headers}
        headers = {
            "Accept": "application/json",
            "User-Agent": f"incidentctl/{__version__}",
        } | headers
        body = None
        if call.body is not None:
            body = json.dumps(self.vault.fill(call.body, known)).encode()
            headers["Content-Type"] = "application/json; charset=utf-8"
        try:
            answer = exchange(
                call.method,
                address,
                headers,
                body,
                timeout=seconds(self.plan.settings),
                private=self.plan.private,
            )
        except UnreachableError as error:
            raise StoppedError(_unanswered(error, host_of(address), call)) from None
        if not 200 <= answer.status < 300:
            raise StoppedError(self._refused(answer, host_of(address), call))
        return answer

    def stop(self, reason: str, *, may_retry: bool = False) -> StoppedError:
        """Return what to raise when the target accepted the request and still did not do it."""
        return StoppedError(Outcome("failed", reason, may_retry))

    def _refused(self, answer: HttpAnswer, host: str, call: Call) -> Outcome:
        status, wait = answer.status, answer.retry_after
        said = self.vault.said(message(answer))
        reason = f"{host} answered {status}{f': {said}' if said else ''}"
        if 300 <= status < 400:
            return Outcome("failed", f"{host} answered {status}: redirects are not followed.")
        limited = status == 429 or (status in (403, 503) and wait is not None)
        if limited:
            return Outcome("failed", f"{reason}.", may_retry=True, retry_after=wait)
        if status in _OPEN:
            again = call.key_honoured or call.reads
            if status in (500, 503) or call.reads:
                return Outcome("failed", f"{reason}.", may_retry=again, retry_after=wait)
            return Outcome("unknown", f"{reason}.", may_retry=again, retry_after=wait)
        return Outcome("failed", f"{reason}.")


def _unanswered(error: UnreachableError, host: str, call: Call) -> Outcome:
    reason = f"{host} {error.reason}."
    if error.sent and not call.reads:
        return Outcome("unknown", reason, may_retry=call.key_honoured)
    return Outcome("failed", reason, may_retry=error.again)


def message(answer: HttpAnswer) -> str:
    """Return what an answer says that went wrong, as its sender words it."""
    body = answer.json()
    found = _messages(body) if isinstance(body, dict) else ()
    return "; ".join(filter(None, found)) or answer.text


def _messages(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts below the keys that APIs commonly use."""
    for name in ("message", "error", "error_description", "errorMessages", "errors", "detail"):
        value = body.get(name)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str):
                yield each
            elif isinstance(each, dict):
                yield " ".join(f"{key}: {of}" for key, of in each.items() if isinstance(of, str))


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list in an answer; none for anything else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text_of(value: Any) -> str | None:
    """Return a text or number of an answer as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value)[:2000] or None


def address_of(value: Any) -> str | None:
    """Return an address of the web in an answer; None for anything else."""
    is_web = isinstance(value, str) and value.startswith(("https://", "http://"))
    return value if is_web and len(value) <= 2000 and value.isprintable() else None
