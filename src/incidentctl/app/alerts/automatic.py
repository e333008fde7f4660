"""Let the rules decide about a payload, as a receiver does: `declare --auto`."""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.app.alerts.parse import parse
from incidentctl.app.alerts.receive import Receiver
from incidentctl.app.incident.respond import not_committed
from incidentctl.app.receiver.hooks import Hook
from incidentctl.app.workspace.workspace import Workspace


class Taken(NamedTuple):
    """What came of a payload; ids of the record."""

    alerts: int
    """How many it had."""
    declared: tuple[str, ...]
    """Incidents that were declared."""
    attached: tuple[str, ...]
    """Open incidents that got an alert."""
    groups: tuple[str, ...]
    """Alert groups in which something was recorded."""
    commit: str | None
    notes: tuple[str, ...]


def take(workspace: Workspace, data: bytes, hook: Hook | None = None) -> Taken:
    """Record a payload as the rules say; InvalidDataError if it cannot be read.

    Without a hook its alerts are those of the source called as their format. The same payload
    again changes nothing.
    """
    alerts, now = parse(data, hook=hook), workspace.now()
    receiver = Receiver(workspace)
    done = [
        receiver.take(source, [each for each in alerts if each.source == source], now)
        for source in dict.fromkeys(alert.source for alert in alerts)
    ]
    done.append(receiver.tick(now))
    flushed = workspace.flush()

    def ids(*names: str) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys(i for each in done for name in names for i in getattr(each, name))
        )

    wrote = any(each.wrote for each in done)
    late = not_committed(flushed) if wrote else ()
    return Taken(
        len(alerts),
        ids("declared"),
        ids("attached"),
        ids("opened", "changed"),
        flushed.commit,
        (*ids("notes"), *flushed.notes, *late),
    )
