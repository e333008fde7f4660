"""The one thread that takes alerts: what it has answered for is on disk."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import NamedTuple

from incidentctl.app.alerts.receive import Received, Receiver
from incidentctl.app.receiver import hooks
from incidentctl.app.receiver.hooks import Hook
from incidentctl.app.receiver.team_files import Version
from incidentctl.app.workspace import bug_report
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.alerts.alert import Alert
from incidentctl.errors import EnvironmentFailedError, IncidentctlError
from incidentctl.serve.body import BusyError
from incidentctl.serve.context import Context

#: Seconds between two looks at what is due by the clock.
_TICK = 1.0
#: So many deliveries at most are taken together: they wait for the disk once.
_TOGETHER = 50


class Answer(NamedTuple):
    """What the sender is told of a delivery."""

    alerts: int
    """How many alerts are on disk."""
    no_heartbeats: tuple[str, ...] = ()
    """The heartbeat rules that got an alert that has ended, which is not a heartbeat."""


class Delivery(NamedTuple):
    """What a source sent, proven."""

    hook: Hook
    headers: dict[str, str]
    body: bytes
    received: datetime
    answer: Future[Answer]
    """Gets what is told once the alerts are on disk, or the refusal."""
    alerts: tuple[Alert, ...] | None = None
    """The alerts, where they are not in the body."""


class _Stop:
    """Ends the thread."""


class Writer:
    """Takes the deliveries that wait together, and does what is due by the clock in between."""

    def __init__(self, workspace: Workspace, context: Context) -> None:
        """Take a workspace that no other thread uses."""
        self._workspace = workspace
        settings, self._log, self._state = context
        self._limits = settings.limits
        self._queue: queue.Queue[Delivery | Version | _Stop] = queue.Queue()
        self._buckets: dict[str, Bucket] = {}
        self._due = 0.0
        self.receiver = Receiver(workspace)
        self.wrote = threading.Event()
        """Set when something waits to be committed."""
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._state.count(self.receiver.counters)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def submit(self, delivery: Delivery) -> None:
        """Let a delivery be taken; its future gets the answer."""
        self._queue.put(delivery)

    def go_by(self, version: Version) -> None:
        """Go by a version of the team's files, from the next delivery on."""
        self._queue.put(version)

    def stop(self, seconds: float) -> bool:
        """Take what was submitted and end; False if that takes longer."""
        self._queue.put(_Stop())
        self._thread.join(seconds)
        return not self._thread.is_alive()

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while True:
            try:
                found: Delivery | Version | _Stop | None = self._queue.get(
                    timeout=max(0.0, self._due - time.monotonic())
                )
            except queue.Empty:
                self._tick()
                continue
            deliveries: list[Delivery] = []
            while isinstance(found, Delivery):
                deliveries.append(found)
                found = self._at_once() if len(deliveries) < _TOGETHER else None
            self._answer(deliveries)
            if isinstance(found, _Stop):
                return
            if isinstance(found, Version):
                self._workspace.go_by(found.catalog, found.problems)
            if time.monotonic() >= self._due + _TICK:  # also while deliveries never pause
                self._tick()

    def _at_once(self) -> Delivery | Version | _Stop | None:
        try:
            return self._queue.get_nowait()
        except queue.Empty:
            return None

    def _answer(self, deliveries: Sequence[Delivery]) -> None:
        """Take deliveries, and answer each once all of them are on disk."""
        read: list[tuple[Delivery, tuple[Alert, ...]]] = []
        for delivery in deliveries:
            if not delivery.answer.set_running_or_notify_cancel():
                continue  # its sender was told to send it again
            try:
                found = delivery.alerts
                if found is None:
                    found = tuple(hooks.read(delivery.hook, delivery.headers, delivery.body))
                self._take_from_bucket(delivery.hook.name, len(found))
            except Exception as error:  # noqa: BLE001 (a bug must not end the thread)
                self._refuse(delivery, error)
            else:
                read.append((delivery, found))
        if read:
            self._take(read)

    def _take(self, read: Sequence[tuple[Delivery, tuple[Alert, ...]]]) -> None:
        try:
            done = self.receiver.take_all(
                (delivery.hook.name, alerts, delivery.received) for delivery, alerts in read
            )
        except Exception as error:  # noqa: BLE001 (the same)
            if len(read) > 1 and not isinstance(error, EnvironmentFailedError):
                for one in read:  # which of them it was
                    self._take([one])
                return
            for delivery, _ in read:
                self._refuse(delivery, error)
            return
        for (delivery, alerts), received in zip(read, done, strict=True):
            self._noted(received)
            self._state.heard(delivery.hook.name, delivery.received, len(alerts))
            delivery.answer.set_result(Answer(len(alerts), received.no_heartbeats))

    def _refuse(self, delivery: Delivery, error: Exception) -> None:
        if not isinstance(error, IncidentctlError | BusyError):
            self._bug(error)
        delivery.answer.set_exception(error)

    def _tick(self) -> None:
        self._due = time.monotonic() + _TICK
        try:
            self._noted(self.receiver.tick(self._workspace.now()))
        except IncidentctlError as error:
            if self._state.report("clock", error.reason):
                self._log.write("error", "due", reason=error.message)
        except Exception as error:  # noqa: BLE001 (the same)
            fault = f"a bug: {type(error).__name__}"
            if self._state.report("clock", fault):
                self._bug(error)
        else:
            self._state.report("clock", None)
            self._state.groups.labels("firing").set(self.receiver.firing)
            self._state.groups.labels("waiting").set(self.receiver.waiting)

    def _noted(self, received: Received) -> None:
        for what in ("opened", "changed", "declared", "attached"):
            if ids := getattr(received, what):
                self._log.write_some("info", what, ids=" ".join(ids[:10]), count=len(ids))
        for note in received.notes:
            self._log.write_some("warning", "note", text=note)
        if received.wrote:
            self.wrote.set()

    def _take_from_bucket(self, source: str, alerts: int) -> None:
        bucket = self._buckets.setdefault(source, Bucket(self._limits.rate, self._limits.burst))
        if not bucket.take(alerts):
            raise BusyError

    def _bug(self, error: Exception) -> None:
        file = bug_report.leave(error, self._workspace.environment)
        self._log.write_some("error", "bug", error=type(error).__name__, report=file)


class Bucket:
    """Lets so many pass at once, and so many a second in the long run."""

    def __init__(self, rate: float, burst: float) -> None:
        """Begin full."""
        self._rate, self._burst, self._left = rate, burst, burst
        self._at = time.monotonic()

    def take(self, wanted: int) -> bool:
        """Say whether so many may pass now; more than a burst may when it is full."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < min(wanted, self._burst):
            return False
        self._left -= wanted
        return True
