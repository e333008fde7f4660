"""How long somebody has commanded, and whether they should hand over; for all who remind."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from incidentctl.domain.common.role_names import COMMANDER
from incidentctl.domain.common.times import format_duration
from incidentctl.domain.incident.active_time import active_time
from incidentctl.domain.incident.state import Incident, is_alert

#: A handover of command is suggested after the first and urged after the second: tired people
#: decide badly, and after three hours nobody is fresh.
SUGGESTED_AFTER, URGED_AFTER = timedelta(hours=1), timedelta(hours=3)
SUGGESTED, URGED = "suggested", "urged"


class Advice(NamedTuple):
    """That command should be handed over: `level` is suggested or urged, `text` says it."""

    level: str
    since: datetime
    """When the commander took command, aware, in UTC."""
    urged_at: datetime
    text: str


def commands_since(incident: Incident) -> datetime:
    """Return when the commander took command, in UTC; the declaration where nothing tells it."""
    return max(
        (h.since for h in incident.held if h.role == COMMANDER and h.until is None),
        default=incident.declared,
    )


def handover_advice(incident: Incident, now: datetime, *, known: int = 0) -> Advice | None:
    """Say whether command should be handed over; None before an hour, and in a team of one.

    `known` is how many people the catalog names; people who take part in the incident count too.
    """
    if not incident.open or incident.kind == "backfill":
        return None
    if max(known, len(incident.people)) < 2:
        return None
    if is_alert(incident.commander):
        return None
    since = commands_since(incident)
    held = active_time(incident, since, now)
    if held < SUGGESTED_AFTER:
        return None
    urged = held >= URGED_AFTER
    word = "must" if urged else "should"
    text = f"{incident.commander} has commanded for {format_duration(held)} and {word} hand over"
    return Advice(URGED if urged else SUGGESTED, since, now - held + URGED_AFTER, text)
