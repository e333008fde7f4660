"""What arrives while somebody walks: entries of others, and an incident that may be the same."""

from __future__ import annotations

from collections.abc import Iterable

from incidentctl.app.incident.respond import Response
from incidentctl.app.incident.similar import similar_open
from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident.head import Head
from incidentctl.domain.incident.state import Entry
from incidentctl.render.incident.board import entry_line

#: At most so many new entries of others are shown, the newest ones.
_MAX_ENTRIES = 8


class News:
    """What was not there at the last look; before the first look nothing is new."""

    def __init__(self, response: Response) -> None:
        """Take whose incident it is."""
        self._response = response
        self._entries: set[str] | None = None
        self._alike: list[Head] = []
        self._told: set[str] | None = None

    def read(self) -> None:
        """Read which open incidents may be the same, after the record has changed."""
        incident = self._response.incident
        if incident.kind == "incident":
            self._alike = similar_open(
                self._response.workspace, incident.title, incident.services, but=incident.id
            )

    def any(self) -> bool:
        """Say whether something is new."""
        return bool(self._new_entries() or self._new_alike())

    def lines(self) -> tuple[str, ...]:
        """Return what is new, for people."""
        lines = [entry_line(self._response.incident, entry) for entry in self._new_entries()]
        hidden = len(lines) - _MAX_ENTRIES
        more = [f"and {hidden} entries before: incidentctl log"] if hidden > 0 else []
        return (*more, *lines[-_MAX_ENTRIES:], *map(_also_open, self._new_alike()))

    def note(self) -> None:
        """Count all that is there now as known."""
        self._entries = {entry.event for entry in self._response.incident.entries}
        self._told = {head.id for head in self._alike} | (self._told or set())

    def know(self, events: Iterable[str]) -> None:
        """Count events as known, such as one's own."""
        if self._entries is not None:
            self._entries.update(events)

    def _new_entries(self) -> list[Entry]:
        known, entries = self._entries, self._response.incident.entries
        return [] if known is None else [each for each in entries if each.event not in known]

    def _new_alike(self) -> list[Head]:
        told = self._told
        return [] if told is None else [head for head in self._alike if head.id not in told]


def _also_open(head: Head) -> str:
    return (
        f"Also open, perhaps the same: {head.id}, {head.commander} commands: "
        f"{one_line(head.title)}. If so: incidentctl cancel --duplicate-of {head.id[-3:]}"
    )
