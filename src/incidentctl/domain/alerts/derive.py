"""The ids and events that follow from an alert alone: the same in every clone, byte for byte.

Two receivers behind one sender, a delivery that comes twice, and a replay so make one group and one
incident, by the union of the record alone: docs/decisions/0013-alerts-have-derived-ids.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.common.times import iso
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.ids import derived_id, ulid

#: A start of a longer ago than this, or further ahead, is what a wrong clock says.
OLDEST, NEWEST = timedelta(hours=24), timedelta(minutes=2)
#: How much of each text is kept, in characters: together they fit one event.
_TEXT, _LABELS, _LINKS, _URL, _GROUP, _WORD = 2000, 1400, 800, 300, 200, 40


def credible(started: datetime | None, received: datetime) -> datetime | None:
    """Return when an alert started, to the millisecond; None if it does not credibly say."""
    if started is None or not received - OLDEST <= started <= received + NEWEST:
        return None
    return milliseconds(started)


def milliseconds(moment: datetime) -> datetime:
    """Return a moment in UTC as the record writes it."""
    utc = moment.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def digest(*parts: str) -> str:
    """Return a digest of texts, which stays when the texts are redacted."""
    return _hash(parts).hex()[:16]


def author(source: str) -> str:
    """Return who records what a source says."""
    return f"alert:{source}"[:100]


def member(alert: Alert, started: datetime) -> str:
    """Return what names one firing of a condition: its digest, and when it started."""
    return f"{condition(alert.key)}/{iso(started)}"


def condition(key: str) -> str:
    """Return the digest of a sender's key of one condition."""
    return digest(key)[:12]


def group_digest(source: str, group: str, *, restricted: bool = False) -> str:
    """Return what names a group of a sender, and the part of it that few may read, by a digest."""
    return digest(*_named(source, group, restricted=restricted))


def group_id(source: str, alert: Alert, started: datetime, *, restricted: bool = False) -> str:
    """Return the id of the group that an alert opens."""
    names = _named(source, alert.group, restricted=restricted)
    return derived_id("group", started, _number(*names, iso(started)))


def opening(source: str, alert: Alert, started: datetime, *, restricted: bool = False) -> Event:
    """Return the event that opens a group: a function of the alert, its source and its start."""
    names = _named(source, alert.group, restricted=restricted)
    labels = _fitting(dict(sorted(alert.labels.items())), _LABELS)
    fact = facts.AlertOpened(
        source,
        digest(*names),
        member(alert, started),
        alert.title,
        alert.text[:_TEXT] or None,
        alert.severity[:_WORD] if alert.severity else None,
        labels,
        _fitting(alert.links, _LINKS),
        alert.runbook[:_URL] if alert.runbook else None,
        iso(alert.started) if alert.started else None,
        alert.group[:_GROUP],
    )
    ident = ulid(_milliseconds(started), _number(*names, iso(started)))
    return Event(ident, started, started, author(source), fact)


def cause(rule: str, values: Sequence[tuple[str, str]], *, restricted: bool = False) -> str:
    """Return what names the one incident that a rule declares for what has these in common."""
    common = json.dumps([list(pair) for pair in values])
    return digest(*_named(rule, common, restricted=restricted))


def incident_id(cause: str, started: datetime) -> str:
    """Return the id of the incident that a cause has that began at a moment."""
    return derived_id("incident", started, _number("incident", cause, iso(started)))


def declared(source: str, alert: Alert, cause: str, started: datetime) -> Event:
    """Return the declaration of that incident; no word of the catalog is in it."""
    title = " ".join(alert.title.split())[:200].rstrip() or "An alert"
    fact = facts.Declared(title, reported_by="alert")
    ident = ulid(_milliseconds(started), _number("incident", cause, iso(started)))
    return Event(ident, started, started, author(source), fact)


def _fitting(pairs: Mapping[str, str], limit: int) -> str | None:
    """Write names and values as JSON, without those that no longer fit."""
    kept: dict[str, str] = {}
    for name, value in pairs.items():
        more = {**kept, name: value}
        if len(json.dumps(more, ensure_ascii=False)) <= limit:
            kept = more
    return json.dumps(kept, ensure_ascii=False) if kept else None


def _named(whose: str, what: str, *, restricted: bool) -> tuple[str, ...]:
    """Return the parts of a digest; no name of a source or rule is empty."""
    return ("", whose, what) if restricted else (whose, what)


def _number(*parts: str) -> int:
    return int.from_bytes(_hash(parts)[:10])


def _hash(parts: Sequence[str]) -> bytes:
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).digest()


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
