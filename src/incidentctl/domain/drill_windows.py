"""Which announced windows are open, from what everybody may know of drills alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from incidentctl.domain.drill import PlannedDrill, PublicHalf, span, within
from incidentctl.domain.times import show, zone


def open_windows(
    announced: Iterable[PlannedDrill | PublicHalf], now: datetime, *, default_zone: str
) -> list[str]:
    """Return a sentence for each announced window that a moment lies in."""
    found = []
    for each in announced:
        name = each.timezone or default_zone
        if each.window and within(now, window := span(each.window, name)):
            until = show(window.ends, zone(name))
            found.append(f"A drill window is open: {each.name}, until {until}.")
    return found
