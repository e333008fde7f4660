"""`webhook`: JSON to an address of the team's own, with the key of the deed as a header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incidentctl.connect.actions.key import key_text
from incidentctl.connect.actions.session import Session, address_of, text_of
from incidentctl.domain.actions.reach import host_of
from incidentctl.domain.actions.request import Call, Outcome, Plan, Request
from incidentctl.domain.catalog.action_settings import WebhookSettings, secret_of


def plan(request: Request, settings: WebhookSettings) -> Plan:
    """Return the one request."""
    given = {"event": request.event, "key": request.key, **request.values}
    call = Call(
        purpose="Send the message",
        method=settings.method,
        url=settings.url,
        headers=(*settings.headers.items(), ("Idempotency-Key", (key_text(request.key),))),
        body=given if settings.body is None else _filled(settings.body, given),
        key_honoured=settings.honours_key,
    )
    return Plan(settings=settings, to=host_of(str(settings.url[0])), key=request.key, steps=(call,))


def perform(session: Session) -> Outcome:
    """Send it; an answer in JSON may name what was made by `url` or `link`, and `id`."""
    [call] = session.calls
    body = session.send(call).json()
    made = body if isinstance(body, dict) else {}
    link = address_of(made.get("url")) or address_of(made.get("link"))
    return Outcome("done", link=link, ident=text_of(made.get("id")))


def _filled(value: Any, given: Mapping[str, str]) -> Any:
    """Return a body in which `value:NAME` alone is a value, and `env:NAME` alone a secret."""
    if isinstance(value, str):
        if value.startswith("value:"):
            return given.get(value.removeprefix("value:"), "")
        return secret_of(value) or value
    if isinstance(value, Mapping):
        return {str(name): _filled(of, given) for name, of in value.items()}
    return [_filled(each, given) for each in value] if isinstance(value, tuple | list) else value
