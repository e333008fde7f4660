"""The body of PagerDuty's Events API, version 2, which many tools can send anywhere.

The fields are those of PagerDuty's developer documentation, "Send an Alert Event".
"""

from __future__ import annotations

from incidentctl.connect.alerts import fields
from incidentctl.connect.alerts.payload import Payload
from incidentctl.domain.alerts.alert import Alert


def matches(payload: Payload) -> bool:
    """Say whether a payload is of this format."""
    body = fields.mapping(payload.body)
    return body.get("event_action") in ("trigger", "acknowledge", "resolve")


def read(payload: Payload) -> list[Alert]:
    """Return the alert of a payload. Without a key it can never resolve, so it is its own key."""
    body = fields.mapping(payload.body)
    inner = fields.mapping(body.get("payload"))
    title = fields.title(inner.get("summary")) or "An alert without a summary"
    key = fields.text(body.get("dedup_key"), body.get("incident_key"))
    labels = {
        **fields.mapping(inner.get("custom_details")),
        **{name: inner.get(name) for name in ("source", "component", "group", "class")},
    }
    listed = fields.items(body.get("links"))
    links = {fields.title(each.get("text")) or "source": each.get("href") for each in listed}
    return [
        Alert(
            "pagerduty-events",
            key or title,
            key or title,
            fields.state(body["event_action"]),
            title,
            "",
            fields.text(inner.get("severity")) or None,
            fields.labels(labels),
            fields.links(**{"source": body.get("client_url"), **links}),
            started=fields.moment(inner.get("timestamp")),
        )
    ]
