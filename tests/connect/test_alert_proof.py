"""How senders prove who they are; the signatures are computed by openssl, as they would do it."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from incidentctl.connect.alerts import proof, registry

NOW = datetime(2026, 11, 24, 13, 40, tzinfo=UTC)
BODY = json.dumps({"event": {"occurred_at": "2026-11-24T13:39:00Z"}}).encode()
OLD, NEW = "the secret of last year", "the secret of this year"


def openssl(secret: str, signed: bytes) -> str:
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-hmac", secret, "-r"],
        input=signed,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().split()[0]


def stamp(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def one_bit_changed(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


def grafana(secret: str = NEW, at: datetime | None = None, body: bytes = BODY) -> dict[str, str]:
    name = "x-grafana-alerting-signature"
    if at is None:
        return {name: openssl(secret, body)}
    signed = stamp(at).encode() + b":" + body
    return {name: openssl(secret, signed), "x-grafana-alerting-timestamp": stamp(at)}


def pagerduty(*secrets: str, body: bytes = BODY) -> dict[str, str]:
    digests = ",".join(f"v1={openssl(secret, body)}" for secret in secrets)
    return {"x-pagerduty-signature": digests}


@pytest.mark.parametrize(
    ("form", "headers"),
    [
        ("grafana", grafana()),
        ("grafana", grafana(OLD)),
        ("grafana", grafana(at=NOW)),
        ("grafana", grafana(at=NOW - timedelta(minutes=4))),
        ("pagerduty", pagerduty(NEW)),
        ("pagerduty", pagerduty("a secret of another receiver", OLD)),
        ("alertmanager", {"authorization": f"Bearer {NEW}"}),
        ("alertmanager", {"authorization": f"bearer {OLD}"}),
        ("grafana", {"authorization": f"Bearer {NEW}"}),
    ],
)
def test_it_is_proven_by_either_of_two_secrets(form, headers):
    assert registry.is_proven(form, [OLD, NEW], headers, BODY, NOW)
    assert not registry.is_proven(form, ["another"], headers, BODY, NOW)
    assert not registry.is_proven(form, ["", ""], headers, BODY, NOW)
    assert not registry.is_proven(form, [], headers, BODY, NOW)


@pytest.mark.parametrize(
    ("form", "headers"),
    [("grafana", grafana()), ("grafana", grafana(at=NOW)), ("pagerduty", pagerduty(NEW))],
)
def test_one_bit_of_the_body_or_of_the_signature_changes_it(form, headers):
    assert not registry.is_proven(form, [NEW], headers, one_bit_changed(BODY), NOW)
    name, digest = next(iter(headers.items()))
    at = digest.index("=") + 1 if "=" in digest else 0
    other = digest[:at] + f"{int(digest[at], 16) ^ 1:x}" + digest[at + 1 :]
    assert not registry.is_proven(form, [NEW], headers | {name: other}, BODY, NOW)


@pytest.mark.parametrize("minutes", [-6, 6, -60 * 24 * 365 * 56, 60 * 24 * 365 * 900])
def test_a_signed_time_that_is_stale_or_to_come_is_refused(minutes):
    headers = grafana(at=NOW + timedelta(minutes=minutes))
    assert not registry.is_proven("grafana", [NEW], headers, BODY, NOW)


def test_the_time_of_a_signature_cannot_be_taken_off_or_made_new():
    headers = grafana(at=NOW - timedelta(hours=1))
    bare = {name: of for name, of in headers.items() if "timestamp" not in name}
    assert not registry.is_proven("grafana", [NEW], bare, BODY, NOW)
    fresh = headers | {"x-grafana-alerting-timestamp": stamp(NOW)}
    assert not registry.is_proven("grafana", [NEW], fresh, BODY, NOW)


@pytest.mark.parametrize(
    ("at", "believed"),
    [
        ("2026-11-24T13:39:00Z", True),
        ("2026-11-22T14:00:00Z", True),  # delivered again for two days
        ("2026-11-21T13:39:00Z", False),
        ("2999-01-01T00:00:00Z", False),
        ("1970-01-01T00:00:00Z", True),  # no time at all
        (None, True),
    ],
)
def test_an_event_of_pagerduty_from_too_long_ago_is_no_news(at, believed):
    body = json.dumps({"event": {"occurred_at": at}}).encode()
    headers = pagerduty(NEW, body=body)
    assert registry.is_proven("pagerduty", [NEW], headers, body, NOW) is believed


def test_a_wrong_signature_is_not_made_good_by_a_signature_of_another_sender():
    headers = pagerduty(NEW)
    assert not registry.is_proven("grafana", [NEW], headers, BODY, NOW)
    assert not registry.is_proven("alertmanager", [NEW], headers, BODY, NOW)


@pytest.mark.parametrize(
    "stated", ["", "Bearer", "Bearer ", NEW, f"Basic {NEW}", f"Bearer {NEW}x", "Bearer \xff"]
)
def test_what_bears_no_secret(stated):
    assert not proof.bears([NEW, ""], {"authorization": stated})
