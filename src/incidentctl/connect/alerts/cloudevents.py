"""CloudEvents 1.0 in JSON: structured, in a batch, or with its attributes as headers.

Attributes are those of the specification (github.com/cloudevents/spec). It says nothing of what
`data` holds; `title`, `state`, `severity`, `labels` and the like are read where they are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from incidentctl.connect.alerts import fields
from incidentctl.connect.alerts.payload import Payload
from incidentctl.domain.alerts.alert import Alert

_REQUIRED = ("specversion", "id", "source", "type")


def matches(payload: Payload) -> bool:
    """Say whether a payload is of this format."""
    return bool(_events(payload)) and all(
        all(isinstance(event.get(name), str) for name in _REQUIRED) for event in _events(payload)
    )


def read(payload: Payload) -> list[Alert]:
    """Return the events of a payload as alerts."""
    return [_alert(event) for event in _events(payload)]


def _events(payload: Payload) -> list[Mapping[str, Any]]:
    if "ce-specversion" in payload.headers:
        attributes = {
            name.removeprefix("ce-"): value
            for name, value in payload.headers.items()
            if name.startswith("ce-")
        }
        return [{**attributes, "data": payload.body}]
    if isinstance(payload.body, list):
        return list(_objects(payload.body))
    return [payload.body] if isinstance(payload.body, dict) else []


def _objects(listed: list[Any]) -> Iterator[Mapping[str, Any]]:
    for each in listed:
        yield fields.mapping(each)


def _alert(event: Mapping[str, Any]) -> Alert:
    data = fields.mapping(event.get("data"))
    kind, source = fields.text(event.get("type")), fields.text(event.get("source"))
    subject = fields.text(event.get("subject"))
    key = fields.text(data.get("key"), data.get("fingerprint"), subject, event.get("id"))
    state = fields.state(data.get("state"), data.get("status"), kind.rpartition(".")[2])
    at = fields.moment(event.get("time"))
    named = fields.title(data.get("title"), data.get("summary"), data.get("message"))
    more = {"type": kind, "source": source, "subject": subject}
    return Alert(
        "cloudevents",
        f"{source} {key}",
        f"{source} {key}",
        state,
        named or fields.title(f"{kind} {subject}"),
        fields.text(data.get("description"), event.get("data")),
        fields.text(data.get("severity")) or None,
        {**fields.labels(data.get("labels")), **{name: of for name, of in more.items() if of}},
        fields.links(source=data.get("url")),
        fields.text(data.get("runbook_url")) or None,
        fields.moment(data.get("started")) or (at if state == "firing" else None),
        at if state == "resolved" else None,
        f"{source} {fields.text(event.get('id'))}",
    )
