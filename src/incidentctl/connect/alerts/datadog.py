"""Datadog's webhook with the template of docs/sources.md, or with Datadog's own one.

Its user writes the body. Datadog's own template names neither a service nor whether the alert is
over, so each delivery of it counts as firing. Variables are those of Datadog's documentation,
"Webhooks". The times are milliseconds since 1970, written as text.
"""

from __future__ import annotations

from incidentctl.connect.alerts import fields
from incidentctl.connect.alerts.payload import Payload
from incidentctl.domain.alerts.alert import Alert

_OWN_TEMPLATE = {"body", "last_updated", "event_type", "title", "date", "org", "id"}


def matches(payload: Payload) -> bool:
    """Say whether a payload is of this format."""
    body = fields.mapping(payload.body)
    return "alert_transition" in body or body.keys() >= _OWN_TEMPLATE


def read(payload: Payload) -> list[Alert]:
    """Return the alert of a payload."""
    body = fields.mapping(payload.body)
    title = fields.title(body.get("title"), body.get("alert_title")) or "A Datadog alert"
    key = fields.text(body.get("alert_id"), body.get("id"), title)
    state = fields.state(body.get("alert_transition"))
    labels = fields.tags(body.get("tags"))
    return [
        Alert(
            "datadog",
            fields.text(body.get("alert_cycle_key"), key),
            key,
            state,
            title,
            fields.text(body.get("body")),
            fields.text(body.get("priority"), body.get("alert_priority"), labels.get("severity"))
            or None,
            labels,
            fields.links(source=body.get("link"), snapshot=body.get("snapshot")),
            started=fields.moment(body.get("date")) if state == "firing" else None,
            ended=fields.moment(body.get("last_updated")) if state == "resolved" else None,
            delivery=fields.text(body.get("id")) or None,
        )
    ]
