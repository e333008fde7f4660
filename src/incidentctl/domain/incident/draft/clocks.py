"""Whose clock runs ahead, as the events of an incident tell it while they are folded."""

from __future__ import annotations

from datetime import datetime, timedelta

from incidentctl.domain.common.times import EARLIEST

#: The clocks of two machines may differ by less than this.
_TOLERANCE = timedelta(minutes=1)


class Clocks:
    """When everybody recorded, in the order of the record: later events know of earlier ones.

    Who records later, but by an earlier clock, had the update by then: one of the two clocks is
    wrong. It is the later one that is slow if others recorded at a later time before that update.
    """

    def __init__(self) -> None:
        """Begin without any event."""
        #: The latest clocks of two different people.
        self._first = self._second = ("", EARLIEST)
        self._now = ("", EARLIEST)
        self._begun: datetime | None = None
        #: When the last update was recorded, by its author's clock; None once it was corrected.
        self._update: datetime | None = None
        self._before = EARLIEST

    def hear(self, by: str, recorded: datetime) -> timedelta | None:
        """Take in an event; return how far the last update is ahead of it, if it is."""
        self._now = (by, recorded)
        self._begun = self._begun or recorded
        ahead = self._ahead_of(recorded) if recorded >= self._before else None
        if by == self._first[0]:
            self._first = (by, max(self._first[1], recorded))
        elif recorded > self._first[1]:
            self._first, self._second = (by, recorded), self._first
        elif recorded > self._second[1]:
            self._second = (by, recorded)
        return ahead

    def posted(self) -> None:
        """Take in that the event heard last is the update that the next one counts from."""
        by, self._update = self._now
        self._before = self._second[1] if self._first[0] == by else self._first[1]

    def look(self, now: datetime) -> tuple[timedelta, datetime] | None:
        """Return how far the last update is ahead of `now`, and when others had it at the earliest.

        None if it is not ahead.
        """
        ahead = self._ahead_of(now)
        earliest = max(self._before, self._begun or EARLIEST)
        return None if ahead is None else (ahead, min(earliest, now))

    def _ahead_of(self, moment: datetime) -> timedelta | None:
        if self._update is None or self._update - moment < _TOLERANCE:
            return None
        ahead, self._update = self._update - moment, None
        return ahead
