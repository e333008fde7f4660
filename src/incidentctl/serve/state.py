"""What a receiver knows of itself: for its metrics, /readyz, and the signs of life."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

_PREFIX = "incidentctl_"
_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


#: The part of the receiver that follows the team's files, as its faults are named.
TEAM_FILES = "team files"
#: The parts without which no delivery is taken: with a fault of one the receiver is not ready.
WRITING, DELIVERIES = "writing", "deliveries"


class State:
    """Counts and faults; any thread may write and read."""

    def __init__(self) -> None:
        """Begin with nothing received and nothing wrong."""
        self._lock = threading.Lock()
        self._faults: dict[str, str] = {}
        self._sources: dict[str, datetime] = {}
        self.registry = CollectorRegistry()
        self.answers = Counter(
            f"{_PREFIX}deliveries", "Deliveries by source and answer.", ["source", "code"],
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            f"{_PREFIX}answer_seconds", "Seconds from the head of an accepted delivery to the "
            "answer, when it is on disk.", buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.alerts = Counter(
            f"{_PREFIX}alerts", "Alerts acknowledged, by source.", ["source"],
            registry=self.registry,
        )  # fmt: skip
        self.last = Gauge(
            f"{_PREFIX}source_last_delivery_timestamp_seconds", "When a source last delivered.",
            ["source"], registry=self.registry,
        )  # fmt: skip
        self.groups = Gauge(
            f"{_PREFIX}alert_groups", "Alert groups that fire, and that wait in the inbox.",
            ["which"], registry=self.registry,
        )  # fmt: skip
        self.waiting = Gauge(
            f"{_PREFIX}deliveries_waiting", "Deliveries that wait to be written.",
            registry=self.registry,
        )  # fmt: skip
        self.uncommitted = Gauge(
            f"{_PREFIX}record_uncommitted_actions", "Acknowledged and not committed yet.",
            registry=self.registry,
        )  # fmt: skip
        self.unsent = Gauge(
            f"{_PREFIX}record_unsent_events", "Events that the remote lacks.",
            registry=self.registry,
        )  # fmt: skip
        self.exchanged = Gauge(
            f"{_PREFIX}record_last_exchange_timestamp_seconds", "Last exchange that succeeded.",
            registry=self.registry,
        )  # fmt: skip
        self.is_newest = Gauge(
            f"{_PREFIX}team_files_newest", "1 if the newest version of the team's files is used.",
            registry=self.registry,
        )  # fmt: skip

    def heard(self, source: str, at: datetime, alerts: int) -> None:
        """Note that a source has delivered."""
        with self._lock:
            self._sources[source] = at
        self.alerts.labels(source).inc(alerts)
        self.last.labels(source).set(at.timestamp())

    def sources(self) -> dict[str, datetime]:
        """Return when each source last delivered."""
        with self._lock:
            return dict(self._sources)

    def remember(self, sources: dict[str, datetime]) -> None:
        """Take over what an earlier process heard."""
        with self._lock:
            self._sources = sources | self._sources

    def report(self, part: str, fault: str | None) -> bool:
        """Say what is wrong with a part of the receiver, None for nothing; whether that is new."""
        with self._lock:
            before = self._faults.pop(part, None)
            if fault is not None:
                self._faults[part] = fault
            return before != fault

    def faults(self) -> dict[str, str]:
        """Return what is wrong now, by part."""
        with self._lock:
            return dict(self._faults)

    def count(self, counters: Any) -> None:
        """Show the counts of another object as metrics."""
        self.registry.register(_Counts(counters))

    def metrics(self) -> bytes:
        """Return the metrics in the text format of Prometheus."""
        return generate_latest(self.registry)


class _Counts(Collector):
    def __init__(self, counters: Any) -> None:
        self._counters = counters

    def collect(self) -> Iterator[Metric]:
        for name, value in vars(self._counters).items():
            told = f"{name.capitalize()} since the start."
            yield CounterMetricFamily(f"{_PREFIX}inbox_{name}", told, value=value)
