"""PagerDuty's webhook, version 3: what happened to an incident there.

The fields are those of PagerDuty's developer documentation, "Webhooks Overview". Events of other
resources, such as a changed service or a test of the subscription, are no alerts.
"""

from __future__ import annotations

from incidentctl.connect.alerts import fields
from incidentctl.connect.alerts.payload import Payload
from incidentctl.domain.alerts.alert import Alert, State

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
