"""`pagerduty`: trigger, acknowledge or resolve an alert by the Events API v2.

The fields are those of PagerDuty's developer documentation, "Send an Alert Event". Its
`dedup_key` makes asking twice harmless.
"""

from __future__ import annotations

from typing import Any

from incidentctl.connect.actions.key import key_text
from incidentctl.connect.actions.session import Session
from incidentctl.domain.actions.reach import host_of
from incidentctl.domain.actions.request import Call, Outcome, Plan, Request
from incidentctl.domain.catalog.action_settings import PagerdutySettings

#: The longest summary that PagerDuty takes, in characters.
_SUMMARY = 1024
_PURPOSES = {
    "trigger": "Page",
    "acknowledge": "Acknowledge the page",
    "resolve": "Resolve the page",
}


def plan(request: Request, settings: PagerdutySettings) -> Plan:
    """Return the one event."""
    event = settings.event or ("trigger" if request.event == "say" else request.event)
    body: dict[str, Any] = {
        "routing_key": settings.routing_key,
        "event_action": event,
        "dedup_key": key_text(request.thread or request.key),
    }
    if event == "trigger":
        body |= _described(request, settings)
    call = Call(
        purpose=_PURPOSES[event],
        method="POST",
        url=(f"{settings.base_url}/v2/enqueue",),
        body=body,
        key_honoured=True,
    )
    return Plan(settings=settings, to=host_of(settings.base_url), key=request.key, steps=(call,))


def _described(request: Request, settings: PagerdutySettings) -> dict[str, Any]:
    values = request.values
    title = " ".join((values.get("title") or values.get("text") or "Incident").split())
    payload = {
        "summary": title[:_SUMMARY],
        "source": settings.source,
        "severity": settings.severity,
        "component": settings.component or values.get("service"),
        "group": settings.group,
        "custom_details": {
            name: values[name] for name in ("id", "severity", "text") if values.get(name)
        },
    }
    url = values.get("url")
    return {
        "payload": {name: of for name, of in payload.items() if of},
        "client": "incidentctl",
        **({"client_url": url} if url else {}),
    }


def perform(session: Session) -> Outcome:
    """Send it; PagerDuty answers at once, and works on it later."""
    [call] = session.calls
    session.send(call)
    return Outcome("done", ident=str(call.body["dedup_key"]))
