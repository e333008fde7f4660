"""A day's payloads against the rules, dry."""

from __future__ import annotations

import json

import pytest

from incidentctl.app.alerts.replay import replay
from incidentctl.errors import InvalidDataError
from incidentctl.files.catalog.loader import load

RULES = """\
rules:
  - {name: quiet, match: {env: staging}, mode: ignore}
  - name: pages
    match: {severity: page}
    mode: declare
    after: 2m
    window: 30m
    group_by: [service]
  - {name: never, match: {severity: nobody}}
"""


@pytest.fixture
def catalog(tmp_path):
    (tmp_path / "incidentctl.yaml").write_text("organisation: Acme\n")
    (tmp_path / "alerts.yaml").write_text(RULES)
    found, problems = load(tmp_path)
    assert problems == []
    return found


def payload(clock, *, ended=None, group="g", **labels):
    alert = {
        "status": "resolved" if ended else "firing",
        "labels": labels,
        "annotations": {"summary": "It burns"},
        "startsAt": f"2026-11-24T{clock}:00Z",
        "endsAt": f"2026-11-24T{ended}:00Z" if ended else "0001-01-01T00:00:00Z",
        "fingerprint": json.dumps(labels),
    }
    body = {"version": "4", "groupKey": group, "alerts": [alert], "receiver": "x"}
    return json.dumps(body).encode()


PAGE = {"severity": "page", "service": "api"}


def rows(catalog, *files):
    return replay(catalog, [(f"{n}.json", data) for n, data in enumerate(files)]).rows


def test_repeats_within_the_window_are_one_incident(catalog):
    (row,) = rows(catalog, payload("10:00", **PAGE), payload("10:20", **PAGE))
    assert row == ("pages", "declare", 2, 1, 1)


def test_after_the_window_it_is_another(catalog):
    (row,) = rows(catalog, payload("10:00", **PAGE), payload("10:40", **PAGE, group="h"))
    assert row == ("pages", "declare", 2, 2, 2)


def test_what_was_over_before_the_delay_declares_nothing(catalog):
    lasted = [payload("10:00", **PAGE), payload("10:00", ended="10:01", **PAGE)]
    assert rows(catalog, *lasted) == (("pages", "declare", 2, 1, 0),)
    lasted[1] = payload("10:00", ended="10:02", **PAGE)
    assert rows(catalog, *lasted) == (("pages", "declare", 2, 1, 1),)


def test_rows_are_in_the_order_of_the_rules_and_what_none_matches_comes_last(catalog):
    found = replay(
        catalog,
        [("day", b"\n".join([payload("10:00", x="y"), b"", payload("10:00", env="staging")]))],
    )
    assert [row[:3] for row in found.rows] == [("quiet", "ignore", 1), (None, "inbox", 1)]
    assert found.unused == ("pages", "never")


def test_the_line_of_a_payload_that_cannot_be_read_is_named(catalog):
    with pytest.raises(InvalidDataError, match="day:3"):
        replay(catalog, [("day", payload("10:00") + b"\n" + payload("10:00") + b"\n{\n")])
