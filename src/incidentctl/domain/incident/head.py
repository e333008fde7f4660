"""What a list shows of an incident, computed from its lifecycle events alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.facts import Redacted
from incidentctl.domain.incident.fold.fold import fold
from incidentctl.domain.incident.state import RESOLVED, Incident, Relation, is_alert

__all__ = ["Head", "Incident", "as_of", "fold", "head"]


#: So much of why an incident ended is known without its events.
_WHY = 200


class Head(NamedTuple):
    """What `list` shows of an incident: computed from its life-cycle events alone.

    `open` is False once it is resolved, cancelled or closed.
    """

    id: str
    kind: str
    title: str
    severity: str | None
    critical: bool
    status: str
    declared: datetime
    commander: str
    services: tuple[str, ...]
    product_areas: tuple[str, ...]
    owner: str | None
    ended: datetime | None
    open: bool
    duplicate_of: str | None = None
    related: tuple[Relation, ...] = ()
    ended_why: str | None = None
    """What solved it, or why it was cancelled; cut where it is long."""
    retrospective_by: datetime | None = None
    """By when its severity requires a retrospective; None where it does not, or until resolved."""
    confirmed: bool = True
    """Whether a person has said how bad it is."""

    @property
    def commands(self) -> str:
        """Who commands, for people: nobody yet of what an alert declared."""
        return "nobody yet" if is_alert(self.commander) else self.commander


def head(incident: Incident) -> Head:
    """Return what `list` shows; its life-cycle events alone give the same."""
    return Head(
        id=incident.id,
        kind=incident.kind,
        title=incident.title,
        severity=incident.severity,
        critical=incident.critical,
        status=incident.status,
        declared=incident.declared,
        commander=incident.commander,
        services=incident.services,
        product_areas=incident.product_areas,
        owner=incident.owner,
        ended=incident.ended,
        open=incident.open,
        duplicate_of=incident.duplicate_of,
        related=incident.related,
        ended_why=incident.ended_why[:_WHY] if incident.ended_why else None,
        retrospective_by=retrospective_by(incident),
        confirmed=incident.confirmed,
    )


def titled(incident: Head | Incident, *, restricted: bool = False) -> str:
    """Return the title, and before it what must not be taken for a usual incident."""
    kind = "" if incident.kind == "incident" else f"{incident.kind}: "
    return f"{kind}{'restricted: ' if restricted else ''}{incident.title}"


def retrospective_by(incident: Incident) -> datetime | None:
    """Return by when the severity of a resolved incident requires a retrospective, if it does."""
    if incident.status != RESOLVED or incident.retrospective != "required" or not incident.ended:
        return None
    from incidentctl.domain.common.working_days import limit  # noqa: PLC0415 (recording needs none)

    return limit(incident.ended, incident.retrospective_within, incident.zone)


def as_of(events: Iterable[Event], moment: datetime) -> list[Event]:
    """Return the events that had been recorded by a moment, for `show --at`.

    What was redacted since stays redacted.
    """
    found = list(events)
    known = {event.id for event in found if event.recorded <= moment}
    return [
        event
        for event in found
        if event.id in known or (isinstance(event.fact, Redacted) and event.fact.event in known)
    ]
