"""Who holds which role while an incident is folded; no step of it looks at every holder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from incidentctl.domain.incident.state import Held


class Holders:
    """Who held which role: every span, in the order in which they began, and who holds it now."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.spans: list[Held] = []
        #: By role and person, where the span that goes on is.
        self._now: dict[str, dict[str, int]] = {}

    def now(self, role: str) -> list[str]:
        """Return who holds a role, in the order in which they began."""
        return list(self._now.get(role, ()))

    def first(self, role: str) -> str | None:
        """Return who has held a role for longest; None where nobody holds it."""
        return next(iter(self._now.get(role, ())), None)

    def begin(self, held: Held) -> None:
        """Let somebody hold a role, unless they do already."""
        holders = self._now.setdefault(held.role, {})
        if held.person not in holders:
            holders[held.person] = len(self.spans)
            self.spans.append(held)

    def end(self, role: str, person: str, moment: datetime) -> bool:
        """Let somebody hold a role no longer; say whether they did."""
        index = self._now.get(role, {}).pop(person, None)
        if index is None:
            return False
        held = self.spans[index]
        self.spans[index] = held._replace(until=max(moment, held.since))
        return True

    def end_others(self, role: str, keep: str, moment: datetime) -> list[str]:
        """Let nobody but one hold a role; return who did."""
        others = [person for person in self.now(role) if person != keep]
        for person in others:
            self.end(role, person, moment)
        return others

    def none_before(
        self, declared: datetime, tolerance: timedelta, report: Callable[[Held], None]
    ) -> None:
        """Clamp spans to the declaration; report those that began `tolerance` or more before it."""
        for index, held in enumerate(self.spans):
            if declared - held.since >= tolerance:
                report(held)
            since = max(held.since, declared)
            until = None if held.until is None else max(held.until, since)
            self.spans[index] = held._replace(since=since, until=until)
