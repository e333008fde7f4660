"""PagerDuty's webhook, version 3: what happened to an incident there.

The fields are those of PagerDuty's developer documentation, "Webhooks Overview". Events of other
resources, such as a changed service or a test of the subscription, are no alerts. Of its signature
see "Verifying Signatures" there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from incidentctl.connect.alerts import fields, proof
from incidentctl.connect.alerts.payload import Payload, decode
from incidentctl.domain.alerts.alert import Alert, State
from incidentctl.errors import InvalidDataError

_SIGNATURE = "x-pagerduty-signature"
_VERSION = "v1="
#: It signs no time of the delivery, and delivers again for 48 hours: what is told in an older event
#: is not news.
_OLDEST = timedelta(hours=49)

_STATES: dict[str, State] = {
    "incident.triggered": "firing",
    "incident.reopened": "firing",
    "incident.escalated": "firing",
    "incident.priority_updated": "firing",
    "incident.unacknowledged": "firing",
    "incident.acknowledged": "acknowledged",
    "incident.resolved": "resolved",
}


def matches(payload: Payload) -> bool:
    """Say whether a payload is of this format."""
    event = fields.mapping(fields.mapping(payload.body).get("event"))
    return isinstance(event.get("event_type"), str) and "data" in event


def read(payload: Payload) -> list[Alert]:
    """Return the incident of a payload as an alert; none for another event."""
    event = fields.mapping(fields.mapping(payload.body).get("event"))
    state = _STATES.get(fields.text(event.get("event_type")))
    data = fields.mapping(event.get("data"))
    key = fields.text(data.get("incident_key"), data.get("id"))
    if state is None or not key:
        return []
    if state == "firing" and data.get("status") in ("acknowledged", "resolved"):
        state = fields.state(data["status"])  # a priority that changed says nothing of the state
    service, priority = fields.mapping(data.get("service")), fields.mapping(data.get("priority"))
    labels = {
        "pagerduty_service": service.get("id"),
        "service": service.get("summary"),
        "urgency": data.get("urgency"),
        "number": data.get("number"),
    }
    return [
        Alert(
            "pagerduty",
            key,
            fields.text(data.get("id"), key),
            state,
            fields.title(data.get("title"), data.get("summary")) or f"PagerDuty incident {key}",
            "",
            fields.text(priority.get("summary"), data.get("urgency")) or None,
            fields.labels({name: of for name, of in labels.items() if of is not None}),
            fields.links(
                source=data.get("html_url"),
                bridge=fields.mapping(data.get("conference_bridge")).get("conference_url"),
            ),
            started=fields.moment(data.get("reopened_at")) or fields.moment(data.get("created_at")),
            ended=fields.moment(event.get("occurred_at")) if state == "resolved" else None,
            delivery=payload.headers.get("x-webhook-id") or fields.text(event.get("id")) or None,
        )
    ]


def is_signature(headers: Mapping[str, str]) -> bool:
    """Say whether the headers have a signature, right or wrong."""
    return _SIGNATURE in headers


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Say whether a body is signed with one of the secrets, and tells of no event too long ago."""
    listed = (each.strip() for each in headers.get(_SIGNATURE, "").split(","))
    digests = [each.removeprefix(_VERSION) for each in listed if each.startswith(_VERSION)]
    if not proof.is_signed(secrets, digests, body):
        return False
    try:
        told = fields.mapping(fields.mapping(decode(body).body).get("event")).get("occurred_at")
    except InvalidDataError:
        return True  # who signed it, signed that
    at = fields.moment(told)
    return at is None or -_OLDEST <= at - now <= proof.WINDOW
