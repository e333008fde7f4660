"""Which format a payload is of; the one list of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import ModuleType

from incidentctl.connect.alerts import (
    alertmanager,
    cloudevents,
    datadog,
    grafana,
    opsgenie,
    pagerduty,
    pagerduty_events,
    proof,
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
            "The payload is in no known format.",
            hint=f"What can be read: {known}. If alerts.yaml says how its sender's fields are "
            "read, name that source with `--source`.",
        )
    if form is not None and form != found and not FORMATS[form].matches(payload):
        raise InvalidDataError(f"The payload is not of {form}, but looks like {found}.")
    alerts: list[Alert] = FORMATS[form or found].read(payload)
    return alerts


def signs(form: str, headers: Mapping[str, str]) -> bool:
    """Say whether a delivery has a signature of its format, which covers the body."""
    module = FORMATS.get(form)
    return hasattr(module, "verify") and module is not None and module.is_signature(headers)


def is_proven(
    form: str, secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime
) -> bool:
    """Say whether a delivery proves that its sender knows one of the secrets.

    By its signature if it has one, else by a bearer token. Headers have small letters.
    """
    if signs(form, headers):
        return bool(FORMATS[form].verify(secrets, headers, body, now))
    return proof.bears(secrets, headers)
