"""An event on the branch: its exact bytes, and which of two versions of it counts.

All clones must choose the same version, whichever they saw first:

- If a redaction names the event, its blanked form counts, so that a stale clone cannot bring the
  text back. Of two blanked forms the one with the larger bytes counts: it shows that there was a
  text.
- If somebody changed an event, which must never happen, the version counts that its id was made
  from, and never one that merely lost its text. Older versions of this program made random ids:
  there the version with the smaller bytes counts.
- Two receivers may each have derived an event, with its id, from another delivery of one alert:
  there the first given counts. `compare` gives first what the history has first.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.event_ids import is_sealed
from incidentctl.domain.incident.event_json import EventError, decode, encode
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.fold.corrections import with_implied
from incidentctl.domain.incident.ids import ulid_moment
from incidentctl.domain.incident.redaction import REDACTED, blank
from incidentctl.domain.incident.state import is_alert
from incidentctl.record.store.paths import event_name, split_name

#: A larger event, in bytes, may be too large once it is blanked, which makes short texts longer.
_MAY_GROW = 4096


class Stored(NamedTuple):
    """An event, and its exact bytes on the branch."""

    event: Event
    data: bytes


def read_event(data: bytes) -> Stored:
    """Read one event; EventError if it is invalid, or would be once it is blanked."""
    stored = Stored(decode(data), data)
    if len(data) > _MAY_GROW:
        try:
            blanked(stored)
        except EventError:
            raise EventError("too large once it is redacted") from None
    return stored


def check(name: str, data: bytes) -> Stored:
    """Read one event under its file name; EventError if either is wrong."""
    stored = read_event(data)
    if event_name(stored.event) != name:
        if split_name(name) is None:
            raise EventError("not named like an event")
        raise EventError("named otherwise than its content says")
    return stored


def blanked(stored: Stored) -> Stored:
    """Return an event without its free text; an event of an unknown kind as it is."""
    if isinstance(stored.event.fact, facts.Unknown):
        return stored  # blanking fields that this program does not know might break the event
    event = stored.event._replace(fact=blank(stored.event.fact))
    return Stored(event, encode(event))


def pick_version(one: Stored, other: Stored, *, named: Collection[str]) -> tuple[Stored, bool]:
    """Return which of two versions counts, and whether they differ by no more than a redaction.

    `named` are the ids of the events that redactions name: no other event may lose its text.
    """
    one_is, other_is = (is_sealed(each.data, each.event.id) for each in (one, other))
    # The version that the id was made from is never the blanked form of a changed one.
    pairs = [(one, other)] * (one_is <= other_is) + [(other, one)] * (other_is <= one_is)
    for form, whole in pairs:
        if _is_blanked(form, whole):
            return (form, True) if whole.event.id in named else (whole, False)
    if one_is != other_is:
        return (one if one_is else other), False
    are_derived = is_derived(one.event) and is_derived(other.event)
    if one.event.id in named:  # of two blanked forms the larger one shows that there was a text
        return max(one, other, key=_bytes), are_derived
    return (one, True) if are_derived else (min(one, other, key=_bytes), False)


def _bytes(stored: Stored) -> bytes:
    return stored.data


def is_derived(event: Event) -> bool:
    """Say whether a receiver made an event, with its id, of an alert alone."""
    fits = isinstance(event.fact, (facts.AlertOpened, facts.Declared)) and is_alert(event.by)
    return fits and event.at == event.recorded == ulid_moment(event.id)


def _is_blanked(form: Stored, whole: Stored) -> bool:
    if isinstance(whole.event.fact, facts.Unknown):
        fields, before = json.loads(form.data), json.loads(whole.data)
        return fields != before and _lacks_only_text(fields, before)
    return form.data == blanked(whole).data


def _lacks_only_text(form: Any, whole: Any) -> bool:
    """Compare JSON that a newer version, which knows more fields, may have blanked."""
    if isinstance(form, dict) and isinstance(whole, dict):
        return form.keys() == whole.keys() and all(
            _lacks_only_text(form[key], whole[key]) or (key == "problems" and form[key] == [])
            for key in form
        )
    if isinstance(form, list) and isinstance(whole, list):
        return len(form) == len(whole) and all(map(_lacks_only_text, form, whole))
    return form == whole or (form == REDACTED and isinstance(whole, str))


def redaction_targets(stored: Iterable[Stored]) -> set[str]:
    """Return the ids of the events that redactions name, and of those that may repeat the text."""
    events = [each.event for each in stored]
    named = {event.fact.event for event in events if isinstance(event.fact, facts.Redacted)}
    return with_implied(named, events)


def redacted(stored: Mapping[str, Stored]) -> dict[str, Stored]:
    """Return the blanked form of each event that a redaction still has to blank, by file name."""
    named = redaction_targets(stored.values())
    found = {}
    for name, each in stored.items() if named else ():
        if each.event.id in named and (form := blanked(each)).data != each.data:
            found[name] = form
    return found
