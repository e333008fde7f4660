"""Corrections of earlier events; `fold.corrections` applies them before all other effects."""

from typing import NamedTuple

from incidentctl.domain.incident.names import Names, joined


class Retracted(NamedTuple):
    """An earlier event does not hold; it stays in the record."""

    event: str
    reason: str | None = None
    """None if `undo` took it back, which next goes one further back; empty if nobody gave one."""

    def sentence(self, names: Names) -> str:
        return joined(f"Retracted {names.entry(self.event)}", self.reason)


class Amended(NamedTuple):
    """The corrected text or moment of an earlier event; None leaves it unchanged."""

    event: str
    text: str | None = None
    moment: str | None = None

    def sentence(self, names: Names) -> str:
        moment = f"it was at {names.time(self.moment)}" if self.moment else None
        return joined(f"Amended {names.entry(self.event)}", moment, self.text)


class Pinned(NamedTuple):
    """An earlier entry matters: it is also shown at the top of the log."""

    event: str

    def sentence(self, names: Names) -> str:
        return f"Pinned {names.entry(self.event)}"


class Redacted(NamedTuple):
    """The free text of an earlier event must not be shown any more."""

    event: str
    reason: str | None = None

    def sentence(self, names: Names) -> str:
        return joined(f"Redacted {names.entry(self.event)}", self.reason)
