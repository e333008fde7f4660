"""An event as it lies on the branch: its exact bytes, and which of two versions of one stands.

Every clone must choose alike, whatever it saw first: the blanked form stands, so that a redacted
text does not come back from a stale clone; else, where somebody changed what must never change,
the one with the smaller bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from incidentctl.domain import facts
from incidentctl.domain.events import Event, EventError, decode, encode
from incidentctl.domain.redaction import blank
from incidentctl.record.paths import event_name, split_name


class Stored(NamedTuple):
    """An event, and its exact bytes on the branch."""

    event: Event
    data: bytes


def check(name: str, data: bytes) -> Stored:
    """Read one event under its file name; EventError when either is wrong."""
    event = decode(data)
    if event_name(event) != name:
        if split_name(name) is None:
            raise EventError("not named like an event")
        raise EventError("named otherwise than its content says")
    return Stored(event, data)


def blanked(stored: Stored) -> Stored:
    """Return an event without its free text; of a kind that is not known here as it is."""
    if isinstance(stored.event.fact, facts.Unknown):
        return stored  # only who knows its fields can blank them so that it stays an event
    event = stored.event._replace(fact=blank(stored.event.fact))
    return Stored(event, encode(event))


def choose(one: Stored, other: Stored) -> tuple[Stored, bool]:
    """Return which of two versions stands, and whether they differ by no more than a redaction."""
    if blanked(one).data == other.data:
        return other, True
    if blanked(other).data == one.data:
        return one, True
    return min(one, other, key=lambda stored: stored.data), False


def redacted(stored: Mapping[str, Stored]) -> dict[str, Stored]:
    """Return, by file name, the events of an incident that a redaction wants otherwise."""
    redactions = (s.event.fact for s in stored.values() if isinstance(s.event.fact, facts.Redacted))
    named = {fact.event for fact in redactions}
    found = {}
    for name, each in stored.items() if named else ():
        if each.event.id in named and (form := blanked(each)).data != each.data:
            found[name] = form
    return found
