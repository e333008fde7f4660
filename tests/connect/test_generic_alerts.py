"""Payloads of no known format, read by the paths of alerts.yaml."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incidentctl.connect.alerts import generic
from incidentctl.connect.alerts.payload import Payload
from incidentctl.domain.catalog.alert_rules import Mapped
from incidentctl.errors import InvalidDataError

MAPPING = Mapped(
    each="events[]",
    key="check.id",
    title="check.name",
    state="status",
    severity="level",
    labels="check.tags",
    url="href",
    started="since",
)
EVENT = {
    "check": {"id": 7, "name": "Disk is full", "tags": ["service:api", "urgent"]},
    "status": "DOWN",
    "level": "major",
    "href": "https://checks.example/7",
    "since": 1795600800,
}


def read(body, mapping=MAPPING):
    return generic.read(Payload(body, {}), mapping)


def test_each_field_is_where_the_team_says():
    (found,) = read({"events": [EVENT]})
    assert (found.key, found.group, found.title, found.state) == (
        "7",
        "7",
        "Disk is full",
        "firing",
    )
    assert (found.severity, found.labels) == ("major", {"service": "api", "urgent": ""})
    assert found.links == {"source": "https://checks.example/7"}
    assert found.started == datetime.fromtimestamp(1795600800, UTC)


def test_the_end_is_the_same_condition():
    firing, over = read({"events": [EVENT, EVENT | {"status": "ok"}]})
    assert (firing.key, over.state) == (over.key, "resolved")


def test_one_that_cannot_be_read_keeps_no_other_from_being_heard():
    nameless, broken = {"key": "k", "level": 1.5}, {"key": "secret", "name": "x", "level": "secret"}
    listed = [nameless, {"key": "a", "name": "It burns", "level": 2}, broken]
    mapping = Mapped(each="[]", key="key", title="name", severity="ceil(level)")
    first, second, third = read(listed, mapping)
    assert (first.key, first.title, first.severity) == ("k", "An alert without a title", "2")
    assert (second.key, second.title) == ("a", "It burns")
    assert (third.title, third.state) == ("An alert that cannot be read", "firing")
    assert third.text.startswith("It was 3 of 3 in one delivery")
    assert "secret" not in str(third)
    with pytest.raises(InvalidDataError, match="ceil"):
        read([broken], mapping)
    with pytest.raises(InvalidDataError, match="the title, is not in the payload"):
        read([nameless], mapping)


def test_a_payload_may_be_one_alert():
    (found,) = read({"what": "It burns"}, Mapped(title="what"))
    assert (found.title, found.key, found.state) == ("It burns", "It burns", "firing")


@pytest.mark.parametrize(
    ("body", "mapping", "said"),
    [
        ({"events": {}}, MAPPING, "not a list"),
        ({"events": [{}]}, MAPPING, "check.name, the title, is not in the payload"),
        ({}, Mapped(title="a["), "cannot be read"),
        ({"a": 1}, Mapped(title="sort(a)"), "cannot be applied"),
        ([], Mapped(title="what"), "the title, is not in the payload"),
        ({"a": "x"}, Mapped(title="a" * 1001), "more than 1000 characters"),
        ({"a": "x"}, Mapped(title="!" * 990 + "a"), "nested too deeply"),
        ({"a": "x"}, Mapped(title="|".join(["[@,@][]"] * 100)), "again and again"),
        ({"a": '"'}, Mapped(title="to_string(" * 60 + "a" + ")" * 60), "again and again"),
    ],
)
def test_what_cannot_be_read_is_said(body, mapping, said):
    with pytest.raises(InvalidDataError, match=said):
        read(body, mapping)
