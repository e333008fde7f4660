"""Status updates: post one, report no change, snooze the next one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.domain.incident.decide import updates as decide
from incidentctl.domain.incident.state import Incident


class Posted(NamedTuple):
    """What was recorded, and the incident afterwards, with the time of the next update."""

    recorded: Recorded
    incident: Incident


def no_change(text: str) -> str:
    """Return the text of an update without news, followed by another text."""
    return f"{decide.NO_CHANGE} {text}".strip()


def post(
    response: Response,
    text: str,
    *,
    public: bool = False,
    next_in: timedelta | None = None,
    preview: Callable[[], None] | None = None,
) -> Posted:
    """Post an update, also for customers if it is public; the next one comes after a span.

    `preview` is called before it is recorded, and raises to stop it.
    """
    following = (response.at or response.workspace.now()) + next_in if next_in else None
    stated = decide.post(response.incident, text, public=public, next_at=following)
    if preview is not None:
        preview()
    recorded = response.record(stated, "public update" if public else "update")
    return Posted(recorded, response.incident)


def snooze(response: Response, span: timedelta, *, stated: str) -> Recorded:
    """Postpone the next update by a span from now; `stated` is the span as typed."""
    now = response.workspace.now()
    found = decide.snooze(response.incident, now + span, now=now)
    return response.record(found, f"next update put off by {stated}")
