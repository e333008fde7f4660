"""Which format a payload is of; the one list of them."""

from __future__ import annotations

from types import ModuleType

from incidentctl.connect.alerts import (
    alertmanager,
    cloudevents,
    datadog,
    grafana,
    opsgenie,
    pagerduty,
    pagerduty_events,
)
from incidentctl.connect.alerts.payload import Payload
from incidentctl.domain.alerts.alert import Alert
from incidentctl.errors import InvalidDataError

#: Every format by its name. One that has the fields of another and more comes before it.
FORMATS: dict[str, ModuleType] = {
    "cloudevents": cloudevents,
    "grafana": grafana,
    "alertmanager": alertmanager,
    "pagerduty": pagerduty,
    "pagerduty-events": pagerduty_events,
    "opsgenie": opsgenie,
    "datadog": datadog,
}


def detect(payload: Payload) -> str | None:
    """Return the format of a payload, by its headers and keys alone; None for an unknown one."""
    return next((name for name, form in FORMATS.items() if form.matches(payload)), None)


def read(payload: Payload, form: str | None = None) -> list[Alert]:
    """Return the alerts of a payload, in the format named or detected.

    None are in a payload that says something else, such as a test of the connection.
    InvalidDataError if it is of no known format, or of another one than named.
    """
    found = detect(payload)
    known = ", ".join(sorted(FORMATS))
    if found is None:
        raise InvalidDataError(
            "The payload is of no known format.", hint=f"What can be read: {known}."
        )
    if form is not None and form != found and not FORMATS[form].matches(payload):
        raise InvalidDataError(f"The payload is not of {form}, but looks like {found}.")
    alerts: list[Alert] = FORMATS[form or found].read(payload)
    return alerts
