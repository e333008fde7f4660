"""An event as it lies on the branch: its exact bytes, and which of two versions of one stands.

Every clone must choose alike, whatever it saw first: of what a redaction names the blanked form
stands, so that the text does not come back from a stale clone. Where somebody changed what must
never change, the one that its id was made from does, and never one that only lost its text. Ids of
older versions were made by chance: of those the one with the smaller bytes stands. Of what is
redacted the one with the larger ones does: it does not hide that there was a text.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.event_ids import is_sealed
from incidentctl.domain.incident.event_json import EventError, decode, encode
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.redaction import REDACTED, blank
from incidentctl.record.store.paths import event_name, split_name

#: An event of more bytes may be too large once it is blanked, which makes short texts longer.
_MAY_GROW = 4096


class Stored(NamedTuple):
    """An event, and its exact bytes on the branch."""

    event: Event
    data: bytes


def read_event(data: bytes) -> Stored:
    """Read one event; EventError when it is none, or would be none once it is blanked."""
    stored = Stored(decode(data), data)
    if len(data) > _MAY_GROW:
        try:
            blanked(stored)
        except EventError:
            raise EventError("too large once it is redacted") from None
    return stored


def check(name: str, data: bytes) -> Stored:
    """Read one event under its file name; EventError when either is wrong."""
    stored = read_event(data)
    if event_name(stored.event) != name:
        if split_name(name) is None:
            raise EventError("not named like an event")
        raise EventError("named otherwise than its content says")
    return stored


def blanked(stored: Stored) -> Stored:
    """Return an event without its free text; of a kind that is not known here as it is."""
    if isinstance(stored.event.fact, facts.Unknown):
        return stored  # only who knows its fields can blank them so that it stays an event
    event = stored.event._replace(fact=blank(stored.event.fact))
    return Stored(event, encode(event))


def pick_version(one: Stored, other: Stored, *, named: Collection[str]) -> tuple[Stored, bool]:
    """Return which of two versions stands, and whether they differ by no more than a redaction.

    `named` are the ids of the events that a redaction names: no other one may lose its text.
    """
    one_is, other_is = (is_sealed(each.data, each.event.id) for each in (one, other))
    # What an id was made from is itself, and no blanked form of what somebody wrote over it.
    pairs = [(one, other)] * (one_is <= other_is) + [(other, one)] * (other_is <= one_is)
    for form, whole in pairs:
        if _is_blanked(form, whole):
            return (form, True) if whole.event.id in named else (whole, False)
    if one_is != other_is:
        return (one if one_is else other), False
    # Of two blanked forms the larger one shows where there was a text.
    take = max if one.event.id in named else min
    return take(one, other, key=lambda stored: stored.data), False


def _is_blanked(form: Stored, whole: Stored) -> bool:
    if isinstance(whole.event.fact, facts.Unknown):
        fields, before = json.loads(form.data), json.loads(whole.data)
        return fields != before and _lacks_only_text(fields, before)
    return form.data == blanked(whole).data


def _lacks_only_text(form: Any, whole: Any) -> bool:
    """Compare JSON that a newer version may have blanked, which knows more fields."""
    if isinstance(form, dict) and isinstance(whole, dict):
        return form.keys() == whole.keys() and all(
            _lacks_only_text(form[key], whole[key]) or (key == "problems" and form[key] == [])
            for key in form
        )
    if isinstance(form, list) and isinstance(whole, list):
        return len(form) == len(whole) and all(map(_lacks_only_text, form, whole))
    return form == whole or (form == REDACTED and isinstance(whole, str))


def redaction_targets(stored: Iterable[Stored]) -> set[str]:
    """Return the ids of the events that redactions name, and of every amendment of them.

    Who amends may not know yet that it is redacted, and says it again.
    """
    events = [each.event for each in stored]
    named = {event.fact.event for event in events if isinstance(event.fact, facts.Redacted)}
    amendments = [event for event in events if isinstance(event.fact, facts.Amended)]
    return named | {event.id for event in amendments if event.fact.event in named}


def redacted(stored: Mapping[str, Stored]) -> dict[str, Stored]:
    """Return, by file name, the events of an incident that a redaction wants otherwise."""
    named = redaction_targets(stored.values())
    found = {}
    for name, each in stored.items() if named else ():
        if each.event.id in named and (form := blanked(each)).data != each.data:
            found[name] = form
    return found
