"""Replay earlier deliveries against the rules, without recording anything."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from incidentctl.app.alerts.parse import parse
from incidentctl.app.receiver.hooks import Hook
from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.alerts.decision import Decision
from incidentctl.domain.alerts.rules import decide
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.common.times import EARLIEST
from incidentctl.errors import InvalidDataError


class Row(NamedTuple):
    """What a rule would have done; `rule` is None for the alerts that none matches."""

    rule: str | None
    mode: str
    alerts: int
    """How often an alert was delivered, repeats and resolutions included."""
    groups: int
    """How many groups of its senders these were."""
    incidents: int
    """How many incidents would have been declared."""


class Replayed(NamedTuple):
    """What would have come of some deliveries."""

    rows: tuple[Row, ...]
    unused: tuple[str, ...]
    """The rules that matched nothing."""


def payloads(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield each payload of a file, with its place: the whole file, or each line of JSON lines."""
    lines = [line for line in data.splitlines() if line.strip()]
    if len(lines) < 2 or not all(map(_is_json, lines[:2])):
        yield name, data
        return
    for number, line in enumerate(data.splitlines(), 1):
        if line.strip():
            yield f"{name}:{number}", line


def replay(
    catalog: Catalog,
    files: Iterable[tuple[str, bytes]],
    form: str | None = None,
    hook: Hook | None = None,
) -> Replayed:
    """Return what the rules make of all alerts of some files, by rule; as if a hook took them.

    InvalidDataError with the place of a payload that cannot be read.
    """
    judged: dict[tuple[str | None, str], list[tuple[Alert, Decision]]] = {}
    for name, data in files:
        for place, payload in payloads(name, data):
            try:
                alerts = parse(payload, form, hook)
            except InvalidDataError as error:
                raise InvalidDataError(f"{place}: {error.message}", hint=error.hint) from None
            for alert in alerts:
                decision = decide(catalog, alert)
                judged.setdefault((decision.rule, decision.mode), []).append((alert, decision))
    order = [rule.name for rule in catalog.alerts.rules]
    rows = [_row(rule, mode, found) for (rule, mode), found in judged.items()]
    rows.sort(key=lambda row: order.index(row.rule) if row.rule in order else len(order))
    used = {row.rule for row in rows}
    return Replayed(tuple(rows), tuple(name for name in order if name not in used))


def _row(rule: str | None, mode: str, found: Sequence[tuple[Alert, Decision]]) -> Row:
    groups = {(alert.source, alert.group) for alert, _ in found}
    incidents = _incidents(found) if mode == "declare" else 0
    return Row(rule, mode, len(found), len(groups), incidents)


def _incidents(found: Sequence[tuple[Alert, Decision]]) -> int:
    """Count the incidents: one of each cause, and another after its window has passed."""
    ends = {
        (alert.source, alert.key, alert.started): alert.ended
        for alert, _ in found
        if alert.state == "resolved" and alert.ended
    }
    causes: dict[tuple[tuple[str, str], ...], list[tuple[datetime, Decision]]] = {}
    for alert, decision in found:
        ended = ends.get((alert.source, alert.key, alert.started))
        brief = ended and alert.started and ended - alert.started < decision.after
        if alert.state != "resolved" and not brief:
            causes.setdefault(decision.group, []).append((alert.started or EARLIEST, decision))
    count = 0
    for moments in causes.values():
        last: datetime | None = None
        for at, decision in sorted(moments, key=lambda each: each[0]):
            count += last is None or at - last > decision.window
            last = at
    return count


def _is_json(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict | list)
    except (ValueError, RecursionError):
        return False
