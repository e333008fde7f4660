"""The result of a delivery, and what a receiver has done since it started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Received(NamedTuple):
    """What came of one delivery, or of one `tick`; ids of the record."""

    opened: tuple[str, ...] = ()
    """Alert groups that it opened."""
    changed: tuple[str, ...] = ()
    """Alert groups in which something else was recorded."""
    declared: tuple[str, ...] = ()
    """Incidents that it declared."""
    attached: tuple[str, ...] = ()
    """Incidents to which it attached a group."""
    notes: tuple[str, ...] = ()
    """What was odd about it, sentences for people."""
    no_heartbeats: tuple[str, ...] = ()
    """The heartbeat rules that got an alert that has ended, which is not a heartbeat."""

    @property
    def wrote(self) -> bool:
        """Say whether something waits to be committed."""
        return bool(self.opened or self.changed or self.declared or self.attached)


@dataclass
class Counters:
    """What one receiver has done since it started, for its metrics."""

    alerts: int = 0
    repeats: int = 0
    ignored: int = 0
    opened: int = 0
    declared: int = 0
    attached: int = 0
    resolved: int = 0
    heartbeats: int = 0


class Tally:
    """Collects what comes of one delivery."""

    def __init__(self, counters: Counters) -> None:
        """Take the counters, which grow with it."""
        self._counters = counters
        self.fresh: dict[str, None] = {}
        self._changed: dict[str, None] = {}
        self._declared: dict[str, None] = {}
        self._attached: dict[str, None] = {}
        self.notes: dict[str, None] = {}
        self.no_heartbeats: dict[str, None] = {}

    def opened(self, group: str) -> None:
        """Count a group that was opened."""
        self.fresh[group] = None
        self._counters.opened += 1

    def changed(self, group: str) -> None:
        """Keep that something was recorded in a group."""
        self._changed[group] = None

    def declared(self, incident: str) -> None:
        """Count an incident that was declared."""
        self._declared[incident] = None
        self._counters.declared += 1

    def attached(self, incident: str) -> None:
        """Count a group that was attached to an incident that was there."""
        self._attached[incident] = None
        self._counters.attached += 1

    def received(self) -> Received:
        """Return what was collected."""
        changed = [group for group in self._changed if group not in self.fresh]
        return Received(
            tuple(self.fresh), tuple(changed), tuple(self._declared), tuple(self._attached),
            tuple(self.notes), tuple(self.no_heartbeats),
        )  # fmt: skip
