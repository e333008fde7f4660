"""Grafana's webhook: Alertmanager's fields, and some of its own.

The fields and the signature are those of Grafana's page "Configure webhook notifications".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from incidentctl.connect.alerts import alertmanager, fields, proof
from incidentctl.connect.alerts.payload import Payload
from incidentctl.domain.alerts.alert import Alert

#: The headers of a signature, in small letters; the second is there only if its sender names it so.
_SIGNATURE = "x-grafana-alerting-signature"
_TIMESTAMP = "x-grafana-alerting-timestamp"


def matches(payload: Payload) -> bool:
    """Say whether a payload is of this format."""
    return alertmanager.matches(payload) and "orgId" in payload.body


def read(payload: Payload) -> list[Alert]:
    """Return the alerts of a payload."""
    body = fields.mapping(payload.body)
    return [
        alertmanager.read_one(body, each, "grafana") for each in fields.items(body.get("alerts"))
    ]


def is_signature(headers: Mapping[str, str]) -> bool:
    """Say whether the headers have a signature, right or wrong."""
    return _SIGNATURE in headers


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Say whether a body is signed with one of the secrets, and not stale where it has a time."""
    digest, stamp = headers.get(_SIGNATURE, ""), headers.get(_TIMESTAMP)
    if stamp is None:
        return proof.is_signed(secrets, [digest], body)
    signed = proof.is_signed(secrets, [digest], stamp.encode() + b":" + body)
    return signed and proof.is_fresh(stamp, now)
