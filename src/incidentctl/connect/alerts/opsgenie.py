"""Opsgenie's webhook: an action on an alert there.

The fields are those of Opsgenie's documentation, "Webhook Integration". Its support ends in April
2027; what it sends until then is read.
"""

from __future__ import annotations

from incidentctl.connect.alerts import fields
from incidentctl.connect.alerts.payload import Payload
from incidentctl.domain.alerts.alert import Alert, State

_STATES: dict[str, State] = {
    "create": "firing",
    "unacknowledge": "firing",
    "updatepriority": "firing",
    "acknowledge": "acknowledged",
    "close": "resolved",
    "delete": "resolved",
}


def matches(payload: Payload) -> bool:
    """Say whether a payload is of this format."""
    body = fields.mapping(payload.body)
    return isinstance(body.get("action"), str) and "alertId" in fields.mapping(body.get("alert"))


def read(payload: Payload) -> list[Alert]:
    """Return the alert of a payload; none for an action that does not change its state."""
    body = fields.mapping(payload.body)
    alert = fields.mapping(body.get("alert"))
    state = _STATES.get(fields.text(body.get("action")).casefold())
    key = fields.text(alert.get("alias"), alert.get("alertId"))
    if state is None or not key:
        return []
    labels = {
        **fields.tags(alert.get("tags")),
        **fields.labels(alert.get("details")),
        **fields.labels({name: alert[name] for name in ("entity", "source") if alert.get(name)}),
    }
    return [
        Alert(
            "opsgenie",
            key,
            key,
            state,
            fields.title(alert.get("message")) or f"Opsgenie alert {key}",
            fields.text(alert.get("description"), alert.get("note")),
            fields.text(alert.get("priority")) or None,
            labels,
            started=fields.moment(alert.get("createdAt")),
            ended=fields.moment(alert.get("updatedAt")) if state == "resolved" else None,
        )
    ]
