"""Status updates: post one, say that nothing is new, put the next one off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.domain.incident.decide import updates as decide
from incidentctl.domain.incident.state import Incident


class Posted(NamedTuple):
    """What was recorded, and the incident since: it says when the next update is due."""

    recorded: Recorded
    incident: Incident


def no_change(text: str) -> str:
    """Return the text of an update that nothing is new, with what else is said."""
    return f"{decide.NO_CHANGE} {text}".strip()


def post(
    response: Response,
    text: str,
    *,
    public: bool = False,
    preview: Callable[[], None] | None = None,
) -> Posted:
    """Post an update, also to customers where it is public.

    `preview` is called before it is recorded, and raises where it is not to be posted.
    """
    stated = decide.post(response.incident, text, public=public)
    if preview is not None:
        preview()
    recorded = response.record(stated, "public update" if public else "update")
    return Posted(recorded, response.incident)


def snooze(response: Response, span: timedelta, *, stated: str) -> Recorded:
    """Put the next update off by a span from now, as it was `stated`."""
    now = response.workspace.now()
    found = decide.snooze(response.incident, now + span, now=now)
    return response.record(found, f"next update put off by {stated}")
