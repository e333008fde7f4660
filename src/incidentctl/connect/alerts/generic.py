"""Payloads of any other format: the team maps the fields, in JMESPath (jmespath.org)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incidentctl.connect.alerts import fields
from incidentctl.connect.alerts.payload import Payload
from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.alerts.expressions import look_up
from incidentctl.domain.catalog.alert_rules import Mapped
from incidentctl.errors import InvalidDataError

NAME = "generic"
#: So many alerts of one payload are read.
_MAX_ALERTS = 10_000


def read(payload: Payload, mapping: Mapped) -> list[Alert]:
    """Return the alerts of a payload; the title of one of many may say that it cannot be read.

    InvalidDataError if none has a title, or an expression cannot be read or applied to any;
    EnvironmentFailedError without the library.
    """
    listed = [payload.body] if mapping.each is None else look_up(mapping.each, payload.body)
    if not isinstance(listed, list):
        raise InvalidDataError(f"{mapping.each} of the payload is not a list of alerts.")
    found: list[Alert] = []
    faults: list[InvalidDataError] = []
    for number, each in enumerate(listed[:_MAX_ALERTS], 1):
        try:
            found.append(_one(each, mapping))
        except InvalidDataError as fault:
            faults.append(fault)
            found.append(_nameless(each, mapping, f"{number} of {len(listed)}"))
    if faults and len(faults) == len(found):
        raise faults[0]
    return found


def _nameless(body: Any, mapping: Mapped, which: str) -> Alert:
    """Return what can be read of one alert among others; its title says that it has none."""
    try:
        return _one(body, mapping, otherwise="An alert without a title")
    except InvalidDataError:
        return Alert(
            NAME, "incidentctl: not read", "incidentctl: not read", "firing",
            "An alert that cannot be read",
            f"It was {which} in one delivery, and the mapping of its source in alerts.yaml cannot "
            "be applied to it: look at its sender.",  # and nothing of it: it may be restricted
            labels={"alertname": "AlertNotRead"},
        )  # fmt: skip


def _one(body: Any, mapping: Mapped, *, otherwise: str = "") -> Alert:
    def found(expression: str | None) -> Any:
        return None if expression is None else look_up(expression, body)

    title = fields.title(found(mapping.title)) or otherwise
    if not title:
        raise InvalidDataError(
            f"{mapping.title}, the title, is not in the payload.",
            hint="Correct the mapping of its source in alerts.yaml.",
        )
    key = fields.text(found(mapping.key), title)
    labels = found(mapping.labels)
    return Alert(
        NAME,
        key,
        fields.text(found(mapping.group), key),
        fields.state(found(mapping.state)),
        title,
        fields.text(found(mapping.text)),
        fields.text(found(mapping.severity)) or None,
        fields.labels(labels) if isinstance(labels, Mapping) else fields.tags(labels),
        fields.links(source=found(mapping.url)),
        fields.text(found(mapping.runbook)) or None,
        fields.moment(found(mapping.started)),
        fields.moment(found(mapping.ended)),
    )
