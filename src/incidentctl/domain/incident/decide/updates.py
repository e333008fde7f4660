"""Decide about status updates: post one, say that nothing is new, put the next one off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from incidentctl.domain.common.lookup import said
from incidentctl.domain.common.times import iso
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide.allowed import check
from incidentctl.domain.incident.decide.notes import short
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import Hint, RefusedError, UsageError

#: That nothing is new restarts the clock, too.
NO_CHANGE = "No change since the last update."
#: The state of an area on the status page in which nothing is wrong.
OPERATIONAL = "operational"
#: A headline is a line.
_MAX_HEADLINE = 200


def post(
    incident: Incident,
    text: str,
    *,
    public: bool = False,
    next_at: datetime | None = None,
    states: Mapping[str, str] | None = None,
    headline: str | None = None,
) -> list[Any]:
    """Post an update; the cadence says when the next one comes, unless it is told.

    A public one may say the `states` of product areas, by name, and give a headline.
    """
    check(incident, "post an update", echo=text)
    if (states or headline) and not public:
        raise UsageError(
            "Only a public update appears on the status page.",
            hint=Hint("say-public"),
            echo=text,
        )
    if not incident.open and any(state != OPERATIONAL for state in (states or {}).values()):
        raise RefusedError(
            f"{incident.id} is {incident.status}: a public update after its end can only say that "
            "everything works.",
            hint=Hint("reopen", {"incident": incident.id}),
            echo=text,
        )
    said_next = iso(next_at) if next_at else None
    told = tuple(f"{area}={state}" for area, state in (states or {}).items()) or None
    named = said(headline, "a headline") if headline is not None else None
    if named and len(named) > _MAX_HEADLINE:
        raise UsageError(
            f"A headline has at most {_MAX_HEADLINE} characters, this one {len(named)}.", echo=text
        )
    return [facts.UpdatePosted(short(said(text, "a text")), public, said_next, told, named)]


def announce(incident: Incident, fact: Any, at: datetime) -> Any:
    """Return an update of this moment with when the next one comes; any other fact as it is."""
    if not isinstance(fact, facts.UpdatePosted) or fact.next_at or not incident.cadence:
        return fact
    if not incident.open or incident.kind == "backfill":
        return fact
    return fact._replace(next_at=iso(at + timedelta(seconds=incident.cadence)))


def snooze(incident: Incident, until: datetime, *, now: datetime) -> list[Any]:
    """Put the next update off until a moment; RefusedError if that is no later than it is due."""
    check(incident, "snooze updates")
    if until <= now:
        raise UsageError("An update can only be postponed to a time in the future.")
    due = incident.next_update
    if due is None:
        raise RefusedError(
            "No update is due, so there is nothing to postpone.", hint=Hint("say-next")
        )
    if until <= due:
        raise RefusedError(
            f"The next update is due at {incident.time(due)}, not before "
            f"{incident.time(until)}: postponing would bring it nearer.",
            hint=Hint("snooze-longer"),
        )
    return [facts.UpdateSnoozed(iso(until))]
