"""Grafana's webhook: Alertmanager's fields, and some of its own.

The fields are those of Grafana's documentation, "Configure webhook notifications".
"""

from __future__ import annotations

from incidentctl.connect.alerts import alertmanager, fields
from incidentctl.connect.alerts.payload import Payload
from incidentctl.domain.alerts.alert import Alert


def matches(payload: Payload) -> bool:
    """Say whether a payload is of this format."""
    return alertmanager.matches(payload) and "orgId" in payload.body


def read(payload: Payload) -> list[Alert]:
    """Return the alerts of a payload."""
    body = fields.mapping(payload.body)
    return [
        alertmanager.read_one(body, each, "grafana") for each in fields.items(body.get("alerts"))
    ]
