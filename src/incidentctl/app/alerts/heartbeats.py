"""Heartbeats: when each was last heard, and which are missed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.common.incident_kinds import HEARTBEAT
from incidentctl.domain.common.times import format_duration


class Heartbeats:
    """The heartbeats of one receiver, each by the name of its rule."""

    def __init__(self) -> None:
        """Begin without any."""
        self.heard: dict[str, datetime] = {}
        """When each was last heard."""
        self._missed: set[str] = set()
        self._away: dict[str, timedelta] = {}
        """How long no receiver could hear it since its last beat."""

    def recall(self, heard: Mapping[str, datetime], away: timedelta) -> None:
        """Take over what an earlier process heard, which has been away for so long."""
        self.heard = {**heard, **self.heard}
        self._away = dict.fromkeys(heard, max(away, timedelta()))

    def know_missed(self, names: Iterable[str]) -> None:
        """Know which are missed as the record has it: what could not be written is missed anew."""
        self._missed = set(names)

    def beat(self, name: str, received: datetime) -> None:
        """Hear one."""
        self.heard[name] = received
        self._away.pop(name, None)
        self._missed.discard(name)

    def missed(self, rules: Sequence[Any]) -> tuple[str, ...]:
        """Return those of some rules that are missed."""
        return tuple(rule.name for rule in rules if rule.name in self._missed)

    def newly_missed(
        self, rules: Sequence[Any], now: datetime, began: datetime
    ) -> Iterator[tuple[Any, Alert]]:
        """Yield each rule whose heartbeat is missed from now on, with the alert of it.

        One that was never heard counts from the beginning of the receiver.
        """
        for rule in rules:
            if rule.mode != "heartbeat" or rule.every is None or rule.name in self._missed:
                continue
            last = self.heard.get(rule.name, began) + self._away.get(rule.name, timedelta())
            if now - last > rule.every:
                self._missed.add(rule.name)
                yield (
                    rule,
                    alert_of(rule.name)._replace(
                        title=f"No heartbeat of {rule.name} for {format_duration(rule.every)}",
                        started=last + rule.every,
                        severity=rule.severity,
                    ),
                )


def alert_of(rule: str) -> Alert:
    """Return the alert that the heartbeat of a rule is missed."""
    return Alert(HEARTBEAT, rule, rule, "firing", f"No heartbeat of {rule}")
