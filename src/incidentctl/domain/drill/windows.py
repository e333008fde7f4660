"""Which announced windows are open, using only what everybody may know of drills."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from incidentctl.domain.common.times import show, zone
from incidentctl.domain.drill.plan import PlannedDrill, PublicHalf, Span, span, within
from incidentctl.domain.incident.state import Incident


class OpenWindow(NamedTuple):
    """A window in which a drill may happen now."""

    drill: str
    window: Span
    zone: str

    @property
    def sentence(self) -> str:
        """The sentence to show to a user who declares an incident."""
        until = show(self.window.ends, zone(self.zone))
        return f"A drill window is open: {self.drill}, until {until}."

    def played_in(self, incident: Incident) -> bool:
        """Say whether its drill is over: played in this window, or turned real in it."""
        play, ended = incident.drill, incident.ended
        if play is None or ended is None or play.drill != self.drill or incident.open:
            return False
        return ended >= self.window.begins and (incident.cancelled is None or play.real)


def open_windows(
    announced: Iterable[PlannedDrill | PublicHalf], now: datetime, *, default_zone: str
) -> list[OpenWindow]:
    """Return each announced window that a moment lies in."""
    found = []
    for each in announced:
        name = each.timezone or default_zone
        if each.window and within(now, window := span(each.window, name)):
            found.append(OpenWindow(each.name, window, name))
    return found
