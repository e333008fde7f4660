"""What each sender posts, as the values that this program works with."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentctl.connect.alerts import registry
from incidentctl.connect.alerts.payload import MAX_BODY, Payload, decode
from incidentctl.domain.alerts.alert import Alert
from incidentctl.errors import InvalidDataError

LABELS = {"alertname": "HighErrorRate", "service": "checkout", "severity": "critical"}
FIRING = {
    "status": "firing",
    "labels": LABELS,
    "annotations": {"summary": "Errors above 5 %", "runbook_url": "https://runbooks.example/5xx"},
    "startsAt": "2026-11-24T13:33:58.185589057Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "http://prometheus.example/graph?g0.expr=x",
    "fingerprint": "ef2b2529344cdb8f",
}
RESOLVED = FIRING | {
    "status": "resolved",
    "annotations": {},
    "generatorURL": "",
    "endsAt": "2026-11-24T13:40:00Z",
}
ALERTMANAGER = {
    "receiver": "incidentctl",
    "status": "firing",
    "alerts": [FIRING, RESOLVED],
    "groupLabels": {"service": "checkout"},
    "commonLabels": LABELS,
    "commonAnnotations": {},
    "externalURL": "http://alertmanager.example:9093",
    "version": "4",
    "groupKey": '{}:{service="checkout"}',
    "truncatedAlerts": 0,
    "notification_reason": "a key of a later version",
}
GRAFANA = ALERTMANAGER | {
    "version": "1",
    "orgId": 1,
    "title": "[FIRING:1]",
    "state": "alerting",
    "externalURL": "https://grafana.example/",
    "alerts": [
        FIRING
        | {
            "generatorURL": "alerting/grafana/x/view?orgId=1",
            "dashboardURL": "https://grafana.example/d/1",
            "silenceURL": "https://grafana.example/silence",
            "values": {"A": 0.12},
        }
    ],
}
PAGERDUTY = {
    "event": {
        "id": "01BWVKZN3ZDEDFLDQ5DGQYXFYU",
        "event_type": "incident.triggered",
        "resource_type": "incident",
        "occurred_at": "2026-11-24T14:00:01Z",
        "data": {
            "id": "PGR0VU2",
            "type": "incident",
            "html_url": "https://acme.pagerduty.example/incidents/PGR0VU2",
            "number": 42,
            "status": "triggered",
            "incident_key": "d3640fbd41094207a1c11e58e46b1662",
            "created_at": "2026-11-24T14:00:00Z",
            "title": "Checkout answers 500",
            "service": {"id": "PF9KMXH", "summary": "Checkout"},
            "priority": {"summary": "P1"},
            "urgency": "high",
            "conference_bridge": {"conference_url": "https://meet.example/1"},
        },
    }
}
EVENTS = {
    "routing_key": "0123456789abcdef",
    "event_action": "trigger",
    "dedup_key": "checkout-5xx",
    "payload": {
        "summary": "Checkout answers 500",
        "source": "probe-7",
        "severity": "error",
        "component": "checkout",
        "timestamp": "2026-11-24T14:00:00.000+0100",
        "custom_details": {"ratio": 0.12, "nested": {"left": "out"}},
    },
    "links": [{"href": "https://probe.example/7", "text": "Probe"}],
}
DATADOG = {
    "id": "5",
    "alert_id": "77",
    "alert_cycle_key": "1234567890",
    "alert_transition": "Triggered",
    "title": "Checkout answers 500",
    "body": "12 % of requests",
    "priority": "P2",
    "tags": "service:checkout,env:prod,urgent",
    "link": "https://datadog.example/event/5",
    "date": "1795528800000",
    "last_updated": "1795528860000",
}
OPSGENIE = {
    "action": "Create",
    "alert": {
        "alertId": "70413a06-38d6-4c85-92b8-5ebc900d42e2",
        "alias": "checkout-5xx",
        "message": "Checkout answers 500",
        "tags": ["service:checkout", "prod"],
        "entity": "checkout",
        "priority": "P2",
        "createdAt": 1795528800123,
        "updatedAt": 1795528860123000000,
    },
    "source": {"name": "", "type": "web"},
}
CLOUDEVENT = {
    "specversion": "1.0",
    "id": "A234-1234",
    "source": "/probes/eu",
    "type": "org.example.probe.failed",
    "subject": "checkout",
    "time": "2026-11-24T14:00:00Z",
    "data": {"title": "Checkout answers 500", "severity": "high", "labels": {"service": "pay"}},
}
SAMPLES: dict[str, Any] = {
    "alertmanager": ALERTMANAGER,
    "grafana": GRAFANA,
    "pagerduty": PAGERDUTY,
    "pagerduty-events": EVENTS,
    "datadog": DATADOG,
    "opsgenie": OPSGENIE,
    "cloudevents": CLOUDEVENT,
}


def read(body: Any, headers: dict[str, str] | None = None) -> list[Alert]:
    return registry.read(decode(json.dumps(body).encode(), headers))


def one(body: Any, headers: dict[str, str] | None = None) -> Alert:
    (alert,) = read(body, headers)
    return alert


def test_every_format_has_a_sample_and_is_detected() -> None:
    assert SAMPLES.keys() == registry.FORMATS.keys()
    for name, sample in SAMPLES.items():
        assert registry.detect(Payload(sample, {})) == name


def test_alertmanager_groups_what_fires_and_what_resolves() -> None:
    firing, resolved = read(ALERTMANAGER)
    assert firing == Alert(
        "alertmanager",
        "ef2b2529344cdb8f",
        '{}:{service="checkout"}',
        "firing",
        "Errors above 5 %",
        severity="critical",
        labels=LABELS,
        links={"source": "http://prometheus.example/graph?g0.expr=x"},
        runbook="https://runbooks.example/5xx",
        started=datetime(2026, 11, 24, 13, 33, 58, 185589, tzinfo=UTC),
    )
    assert (resolved.state, resolved.key, resolved.title) == (
        "resolved", "ef2b2529344cdb8f", "HighErrorRate",
    )  # fmt: skip
    assert resolved.ended == datetime(2026, 11, 24, 13, 40, tzinfo=UTC)
    assert resolved.links == {}


def test_grafana_has_addresses_of_its_own() -> None:
    alert = one(GRAFANA)
    assert alert.source == "grafana"
    assert alert.links == {
        "source": "https://grafana.example/alerting/grafana/x/view?orgId=1",
        "dashboard": "https://grafana.example/d/1",
        "silence": "https://grafana.example/silence",
    }


@pytest.mark.parametrize(
    ("happened", "status", "state"),
    [
        ("triggered", "triggered", "firing"),
        ("acknowledged", "acknowledged", "acknowledged"),
        ("resolved", "resolved", "resolved"),
        ("reopened", "triggered", "firing"),
        ("priority_updated", "acknowledged", "acknowledged"),
    ],
)
def test_pagerduty_states(happened: str, status: str, state: str) -> None:
    event = PAGERDUTY["event"] | {"event_type": f"incident.{happened}"}
    alert = one({"event": event | {"data": event["data"] | {"status": status}}})
    assert alert.state == state
    assert alert.key == "d3640fbd41094207a1c11e58e46b1662"
    assert alert.severity == "P1"
    assert alert.labels["pagerduty_service"] == "PF9KMXH"
    assert alert.links["bridge"] == "https://meet.example/1"
    assert (alert.ended is not None) == (state == "resolved")


def test_other_events_of_pagerduty_are_no_alerts() -> None:
    assert read({"event": {"event_type": "pagey.ping", "data": {"message": "Hello"}}}) == []
    assert read({"event": {"event_type": "service.updated", "data": {"id": "P1"}}}) == []


def test_a_redelivery_of_pagerduty_has_the_name_of_the_first() -> None:
    assert one(PAGERDUTY, {"X-Webhook-Id": "w-1"}).delivery == "w-1"
    assert one(PAGERDUTY).delivery == "01BWVKZN3ZDEDFLDQ5DGQYXFYU"


def test_events_api() -> None:
    alert = one(EVENTS)
    assert (alert.key, alert.state, alert.severity) == ("checkout-5xx", "firing", "error")
    assert alert.labels == {"component": "checkout", "ratio": "0.12", "source": "probe-7"}
    assert alert.links == {"Probe": "https://probe.example/7"}
    assert alert.started == datetime(2026, 11, 24, 13, tzinfo=UTC)
    assert one({"event_action": "resolve", "dedup_key": "k"}).state == "resolved"


def test_datadog_with_the_template_to_paste() -> None:
    alert = one(DATADOG)
    assert alert.labels == {"env": "prod", "service": "checkout", "urgent": ""}
    assert (alert.key, alert.severity, alert.state) == ("1234567890", "P2", "firing")
    assert alert.started == datetime(2026, 11, 24, 14, tzinfo=UTC)
    over = one(DATADOG | {"alert_transition": "Recovered"})
    assert (over.state, over.started, over.key) == ("resolved", None, alert.key)


def test_datadog_with_its_own_template() -> None:
    plain = {key: DATADOG.get(key, "") for key in ("id", "title", "body", "date", "last_updated")}
    alert = one(plain | {"event_type": "metric_alert_monitor", "org": {"id": "1", "name": "A"}})
    assert (alert.source, alert.title, alert.state) == ("datadog", "Checkout answers 500", "firing")


def test_opsgenie() -> None:
    alert = one(OPSGENIE)
    assert (alert.key, alert.severity) == ("checkout-5xx", "P2")
    assert alert.labels == {"entity": "checkout", "prod": "", "service": "checkout"}
    assert alert.started == datetime(2026, 11, 24, 14, 0, 0, 123000, tzinfo=UTC)
    assert one(OPSGENIE | {"action": "Close"}).state == "resolved"
    assert read(OPSGENIE | {"action": "AddNote"}) == []


def test_cloudevents_in_each_of_its_three_ways() -> None:
    alert = one(CLOUDEVENT)
    assert (alert.key, alert.title) == ("/probes/eu checkout", "Checkout answers 500")
    assert alert.labels["service"] == "pay"
    headers = {f"Ce-{name}": of for name, of in CLOUDEVENT.items() if isinstance(of, str)}
    assert one(CLOUDEVENT["data"], headers) == alert
    assert read([CLOUDEVENT, CLOUDEVENT | {"type": "org.example.probe.resolved"}]) == [
        alert,
        alert._replace(
            state="resolved", started=None, ended=alert.started,
            labels=alert.labels | {"type": "org.example.probe.resolved"},
        ),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{", "The payload is not JSON: line 1, column 2"),
        (b"\xff", "The payload is not UTF-8: byte 1."),
        (b"[" * 100_000, "The payload is nested too deeply."),
        (b"1" * 5000, "The payload has a number that is too long."),
        (b" " * (MAX_BODY + 1), "The payload is larger than 8 MiB."),
        (b"{}", "The payload is in no known format."),
        (b"[]", "The payload is in no known format."),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, said: str) -> None:
    with pytest.raises(InvalidDataError, match=said.replace(".", r"\.")):
        registry.read(decode(data))


def test_a_format_that_is_named_must_fit() -> None:
    with pytest.raises(InvalidDataError, match="not of opsgenie, but looks like datadog"):
        registry.read(Payload(DATADOG, {}), "opsgenie")
    assert registry.read(Payload(GRAFANA, {}), "alertmanager")[0].source == "alertmanager"


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z", True, 1e300])
def test_a_time_that_cannot_be_is_none(at: Any) -> None:
    assert one(ALERTMANAGER | {"alerts": [FIRING | {"startsAt": at}]}).started is None


@pytest.mark.parametrize("more", [{"generatorURL": "http://["}, {"generatorURL": "//[::1/x"}])
def test_an_address_that_is_none_stops_no_alert(more: Any) -> None:
    alert = one(ALERTMANAGER | {"externalURL": "http://[", "alerts": [FIRING | more]})
    assert (alert.title, alert.links["source"]) == ("Errors above 5 %", more["generatorURL"])


def test_texts_are_cut_and_half_characters_replaced() -> None:
    labels = {f"label{number:04}": "x" * 1000 for number in range(1000)} | {"a\ud800": "\udfff"}
    alert = one(ALERTMANAGER | {"alerts": [FIRING | {"labels": labels}]})
    assert len(alert.labels) == 100
    assert max(map(len, alert.labels.values())) == 500
    assert alert.labels["a?"] == "?"


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@st.composite
def spoiled(draw: Any) -> Any:
    """A sample of which some values, at any depth, are something else."""

    def spoil(value: Any) -> Any:
        if draw(st.integers(0, 9)) == 0:
            return draw(junk)
        if isinstance(value, dict):
            return {key: spoil(of) for key, of in value.items() if draw(st.integers(0, 9))}
        return [spoil(of) for of in value] if isinstance(value, list) else value

    return spoil(draw(st.sampled_from([*SAMPLES.values(), [CLOUDEVENT]])))


@settings(max_examples=500, deadline=None)
@given(spoiled())
def test_a_spoiled_payload_gives_alerts_of_the_right_types_or_is_refused(body: Any) -> None:
    try:
        alerts = registry.read(Payload(body, {}))
    except InvalidDataError:
        return
    for alert in alerts:
        texts = [alert.source, alert.key, alert.group, alert.title, *alert.labels.values()]
        assert all(isinstance(text, str) for text in [*texts, *alert.labels, *alert.links.values()])
        assert alert.key
        assert alert.title
        assert alert.started is None or alert.started.tzinfo is UTC
