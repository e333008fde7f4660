"""What steps and announcements failed to send, or perhaps sent, until somebody deals with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from incidentctl.domain.incident.names import shortened
from incidentctl.domain.incident.state import (
    DONE,
    FAILED,
    OPEN,
    STARTED,
    UNKNOWN,
    ActionRun,
    Incident,
)

#: An attempt without an outcome for so long has none: whoever made it was stopped.
AT_MOST = timedelta(seconds=60)


class Unsent(NamedTuple):
    """An action that did not reach its target, as far as anybody knows."""

    run: ActionRun
    text: str
    """What is the matter, without a full stop."""


def state_now(run: ActionRun, now: datetime) -> str:
    """Return the state of an attempt; a start without an outcome is unknown after a minute."""
    return UNKNOWN if run.state == STARTED and now - run.at > AT_MOST else run.state


def unsent(incident: Incident, now: datetime) -> Iterator[Unsent]:
    """Yield the newest attempt of each action that failed or is unknown, while its step is open."""
    titles = {step.id: step.title for step in incident.steps if step.state == OPEN}
    newest = {run.step or run.key: run for run in incident.actions}
    for run in newest.values():
        state = state_now(run, now)
        if state in (DONE, STARTED) or (run.step and run.step not in titles):
            continue
        what = shortened(titles.get(run.step or "") or f"announcement {run.announcement or '?'}")
        why = f": {run.reason}" if run.reason else ""
        if run.retry_at is not None and run.retry_at > now:
            why += f"; tried again at {incident.time(run.retry_at)}"
        said = "NOT SENT" if state == FAILED else "PERHAPS SENT, look before you try again"
        yield Unsent(run, f"{said}: {what}{why}")
