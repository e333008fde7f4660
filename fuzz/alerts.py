"""What other systems send, with parts that were changed; then whatever reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from fuzz.place import Place, Ran
from fuzz.words import NUMBERS, word

_LABELS = {"alertname": "Errors", "service": "checkout", "severity": "critical"}
_ALERT = {
    "status": "firing", "labels": _LABELS, "annotations": {"summary": "Errors above 5 %"},
    "startsAt": "2026-11-24T13:33:58.185Z", "endsAt": "0001-01-01T00:00:00Z", "fingerprint": "ef2b",
    "generatorURL": "http://prometheus.example/graph",
}  # fmt: skip
_PAYLOADS: tuple[dict[str, Any], ...] = (
    {"version": "4", "status": "firing", "groupKey": "{}:{}", "alerts": [_ALERT, dict(_ALERT)],
     "groupLabels": {}, "commonLabels": _LABELS, "externalURL": "http://am.example"},
    {"version": "1", "orgId": 1, "state": "alerting", "groupKey": "g", "alerts": [_ALERT]},
    {"event": {"id": "01B", "event_type": "incident.triggered", "occurred_at": "2026-11-24T14:00Z",
               "data": {"id": "P1", "status": "triggered", "title": "Down", "incident_key": "k",
                        "service": {"id": "PF9", "summary": "Checkout"}, "urgency": "high"}}},
    {"routing_key": "0123", "event_action": "trigger", "dedup_key": "k", "links": [{"href": "x"}],
     "payload": {"summary": "Down", "source": "probe", "severity": "error",
                 "timestamp": "2026-11-24T14:00:00.000+0100", "custom_details": {"ratio": 0.1}}},
    {"alert_id": "77", "alert_cycle_key": "1", "alert_transition": "Triggered", "title": "Down",
     "tags": "service:checkout,urgent", "date": "1795528800000", "priority": "P2"},
    {"action": "Create", "source": {"type": "web"},
     "alert": {"alertId": "70", "message": "Down", "tags": ["service:checkout"], "priority": "P2",
               "createdAt": 1795528800123}},
    {"specversion": "1.0", "id": "A", "source": "/probes", "type": "x", "time": "2026-11-24T14:00Z",
     "data": {"title": "Down", "severity": "high", "labels": {"service": "checkout"}}},
)  # fmt: skip
_FILE = "../payload.json"
_COMMANDS = (
    f"alert parse {_FILE}", f"alert explain {_FILE}", f"alert replay {_FILE}",
    f"declare --from-alert {_FILE} --no-input", f"declare --from-alert {_FILE} --auto",
    "alert inbox", "alert inbox --all --json", "alert show 1", "alert declare 1", "list", "log",
)  # fmt: skip


def attempt(place: Place, chance: Random) -> Iterator[Ran | str]:
    """Change a payload and run commands."""
    for _ in range(3):
        payload = json.loads(json.dumps(chance.choice(_PAYLOADS)))
        for _ in range(chance.randint(0, 3)):
            _change(chance, payload)
        data = json.dumps(payload).encode(errors="surrogatepass")
        if chance.random() < 0.1:
            data = _torn(chance, data)
        (place.base / "payload.json").write_bytes(data)
        for command in sorted(chance.sample(range(len(_COMMANDS)), 4)):
            yield place.run(*_COMMANDS[command].split(" "))


def _change(chance: Random, value: Any) -> None:
    """Change something somewhere in a mapping or a list."""
    while True:
        places = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not places:
            return
        place = chance.choice(places)
        if isinstance(value[place], dict | list) and chance.random() < 0.7:
            value = value[place]
            continue
        match chance.randrange(6):
            case 0 if isinstance(value, dict):
                del value[place]
            case 1 if isinstance(value, dict):
                value[word(chance)] = value[place]
            case 2:
                value[place] = chance.choice(NUMBERS)
            case 3:
                value[place] = chance.choice((None, True, [], {}, [[]], 0.5, {"a": {"b": []}}))
            case _:
                value[place] = word(chance)
        return


def _torn(chance: Random, data: bytes) -> bytes:
    place = chance.randint(0, len(data))
    many = chance.choice((b"[", b'{"a":', b"{}", b"\xff", b"\0", b"")) * chance.choice((1, 100_000))
    return data[:place] + many + (data[place:] if chance.random() < 0.5 else b"")
