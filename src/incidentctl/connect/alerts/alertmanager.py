"""Alertmanager's webhook, version 4: a group of alerts with labels and annotations.

The fields are those of github.com/prometheus/alertmanager, template/template.go. A resolve may come
without annotations, and while an alert fires its end is in the year 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from incidentctl.connect.alerts import fields
from incidentctl.connect.alerts.payload import Payload
from incidentctl.domain.alerts.alert import Alert


def matches(payload: Payload) -> bool:
    """Say whether a payload is of this format."""
    listed = fields.mapping(payload.body).get("alerts")
    return isinstance(listed, list) and all(isinstance(each, dict) for each in listed)


def read(payload: Payload) -> list[Alert]:
    """Return the alerts of a payload."""
    body = fields.mapping(payload.body)
    return [read_one(body, each, "alertmanager") for each in fields.items(body.get("alerts"))]


def read_one(body: Mapping[str, Any], one: Mapping[str, Any], source: str) -> Alert:
    """Return one alert of a group; Grafana's have the same fields and some more."""
    labels, notes = fields.labels(one.get("labels")), fields.mapping(one.get("annotations"))
    base = fields.text(body.get("externalURL"))
    name = labels.get("alertname", "")
    title = (
        fields.title(notes.get("summary"), notes.get("title"), name) or "An alert without a name"
    )
    key = fields.text(
        one.get("fingerprint"), ",".join(f"{k}={v}" for k, v in labels.items()), title
    )
    where = one.get("generatorURL")
    return Alert(
        source,
        key,
        fields.text(body.get("groupKey"), key),
        fields.state(one.get("status"), body.get("status")),
        title,
        fields.text(notes.get("description"), notes.get("message")),
        labels.get("severity") or labels.get("priority"),
        labels,
        fields.links(
            source=_joined(base, where) if isinstance(where, str) else None,
            dashboard=one.get("dashboardURL") or notes.get("dashboard_url"),
            panel=one.get("panelURL"),
            silence=one.get("silenceURL"),
        ),
        fields.text(notes.get("runbook_url"), notes.get("runbook")) or None,
        fields.moment(one.get("startsAt")),
        fields.moment(one.get("endsAt")),
    )


def _joined(base: str, where: str) -> str:
    """Return an address that may be relative to another one; as it stands if it cannot be read."""
    try:
        return urljoin(base, where) if where else ""
    except ValueError:
        return where
