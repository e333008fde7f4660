"""What a person who declares from alerts records of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.common.times import show
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide.notes import as_notes
from incidentctl.domain.incident.state import Incident, is_alert

#: So many alerts are written into the log; the others are counted.
_ALERTS = 10
#: A start that is longer ago, or in the future, is what the sender's clock says and no more.
_CREDIBLE = timedelta(hours=24)
_LONGEST_URL = 2000


def heading(alerts: Sequence[Alert]) -> Alert | None:
    """Return the alert that an incident is named after: the first that fires; None if none does."""
    return next((alert for alert in alerts if alert.state != "resolved"), None)


def alert_facts(alerts: Sequence[Alert]) -> list[Any]:
    """Return a note of what the alerts say, and the addresses of the first that fires."""
    shown = [_described(alert) for alert in alerts[:_ALERTS]]
    if len(alerts) > _ALERTS:
        shown.append(f"and {len(alerts) - _ALERTS} more alerts")
    first = heading(alerts)
    links = [] if first is None else [*first.links.items(), ("runbook", first.runbook or "")]
    # Of a label such as `bridge` alone a step would count as done.
    addresses = [facts.Linked(f"alert {name}"[:100], url) for name, url in links if _is_url(url)]
    return [*as_notes("\n".join(shown)), *addresses]


def same_cause(first: Incident, later: Incident, *, within: timedelta) -> bool:
    """Say whether an incident is the copy of an earlier one of its cause, made by another receiver.

    A single receiver would have let its alerts join the earlier one.
    """
    fires = any(alert.firing for alert in first.alerts)
    return is_alert(later.commander) and (fires or later.declared - first.declared <= within)


def started(alert: Alert, now: datetime) -> datetime | None:
    """Return when what the alert tells of started; None if it does not credibly say."""
    if alert.started is None or not now - _CREDIBLE <= alert.started <= now:
        return None
    return alert.started


def _described(alert: Alert) -> str:
    return "\n".join(_lines(alert))


def _lines(alert: Alert) -> Iterator[str]:
    how_bad = f", {alert.severity}" if alert.severity else ""
    over = alert.state == "resolved"
    word, moment = ("at", alert.ended) if over else ("since", alert.started)
    since = f" {word} {show(moment, UTC)}" if moment else ""
    yield f"Alert of {alert.source}{how_bad}, {alert.state}{since}: {alert.title}"
    if alert.text:
        yield alert.text
    if alert.labels:
        yield "labels: " + ", ".join(f"{name}={value}" for name, value in alert.labels.items())
    if alert.runbook:
        yield f"runbook: {alert.runbook}"


def _is_url(text: str) -> bool:
    is_web = text.startswith(("https://", "http://"))
    return is_web and len(text) <= _LONGEST_URL and not any(map(str.isspace, text))
