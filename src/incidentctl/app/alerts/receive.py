"""Receive alerts: count, group, and acknowledge what is new; the caller commits and exchanges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts.alert import Alert


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


class Receiver:
    """Takes alerts of one clone; it keeps between calls what it would have to read again."""

    def __init__(self, workspace: Workspace) -> None:
        """Take the workspace whose record gets the alerts; nothing is read before the first."""
        self._workspace = workspace
        self.counters = Counters()
        self.firing: int = 0
        """How many groups fire now."""
        self.waiting: int = 0
        """How many of them wait in the inbox."""
        self.beats: dict[str, datetime] = {}
        """When each heartbeat was last heard, by the name of its rule."""

    def take(self, source: str, alerts: Sequence[Alert], received: datetime) -> Received:
        """Take a delivery of a source: once this returns, what was new is on disk.

        EnvironmentFailedError if it could not be written: then the sender has to send it again.
        """
        raise NotImplementedError

    def tick(self, now: datetime) -> Received:
        """Do what is due by the clock: counted repeats, rules' `after`, missed heartbeats."""
        raise NotImplementedError
