"""Apply the corrections, the first pass of the fold: the effective events and their texts.

Order is by id everywhere, so that the same set of events gives the same answer however it arrived.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from incidentctl.domain.common.times import from_iso
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.events import EffectiveEvent, Event
from incidentctl.domain.incident.redaction import REDACTED, blank, with_text

_CORRECTIONS = (facts.Retracted, facts.Amended, facts.Redacted)
#: What receivers add to an alert, with the titles of more alerts.
_ADDED = (facts.AlertJoined, facts.AlertWorsened, facts.AlertSpread)


def in_order(events: Iterable[Event]) -> tuple[list[Event], list[str]]:
    """Return each event once, by id, and a sentence per id that came with two contents."""
    ordered = sorted(events, key=lambda event: event.id)
    if len({event.id for event in ordered}) == len(ordered):
        return ordered, []
    by_id: dict[str, list[Event]] = {}
    for event in ordered:
        by_id.setdefault(event.id, []).append(event)
    kept, problems = [], []
    for ident, same in by_id.items():
        if any(event != same[0] for event in same):
            # The blanked form of an event stands against the form that still has the text.
            forms = Counter(blank(event.fact) for event in set(same))
            # The blanked form is its own blanked form, too: it counts where another one has it.
            blanked = [e for e in same if forms[e.fact] > (blank(e.fact) == e.fact)]
            kept.append(min(blanked or same, key=repr))
            if not blanked:
                problems.append(f"Event {ident} exists with two contents; one of them is shown.")
        else:
            kept.append(same[0])
    return kept, problems


def with_implied(redacted: set[str], events: Iterable[Event]) -> set[str]:
    """Return the ids of redacted events, and of those that may repeat what these said.

    Those are their amendments and, with the first event of an alert, what receivers add to it:
    their authors may not know yet of the redaction.
    """
    if not redacted:
        return redacted
    found = set(redacted)
    added, opened = [], False
    for event in events:
        if isinstance(event.fact, facts.Amended) and event.fact.event in redacted:
            found.add(event.id)
        elif isinstance(event.fact, _ADDED):
            added.append(event.id)
        elif isinstance(event.fact, facts.AlertOpened):
            opened = opened or event.id in redacted
    return found.union(added) if opened else found


def apply_corrections(events: list[Event]) -> tuple[list[EffectiveEvent], list[str]]:
    """Apply retractions, amendments and redactions to events in order; the problems, as sentences.

    A redaction cannot be taken back. A correction of what is not there changes nothing, and is
    kept as a problem; so is the retraction of a declaration.
    """
    corrections = [event for event in events if type(event.fact) in _CORRECTIONS]
    if not corrections:
        return [EffectiveEvent(event, event.fact, event.at) for event in events], []
    problems: list[str] = []
    by_id = {event.id: event for event in events}
    retracted: set[str] = set()
    redacted: set[str] = set()
    amended: dict[str, list[Event]] = {}
    for event in reversed(corrections):
        target = by_id.get(event.fact.event)
        # The order matters only among corrections, where it keeps them from taking back each other
        # in a circle; an event may seem to come after its correction when a clock was wrong.
        late = (
            target is not None and isinstance(target.fact, _CORRECTIONS) and target.id >= event.id
        )
        if target is None or late:
            problems.append(f"{event.by} corrected an entry that is not in the record.")
        elif isinstance(event.fact, facts.Redacted):
            redacted.add(target.id)
        elif event.id in retracted:
            continue
        elif isinstance(event.fact, facts.Amended):
            amended.setdefault(target.id, []).append(event)
        elif isinstance(target.fact, facts.Declared):
            problems.append(f"{event.by} retracted the declaration; it stands. Cancel instead.")
        else:
            retracted.add(target.id)
    effective = []
    without_text = with_implied(redacted, events)
    for event in events:
        fact, at = event.fact, event.at
        changes = amended.get(event.id, ())
        for change in reversed(changes):
            text = change.fact.text
            if text is not None:
                fact = with_text(fact, REDACTED if change.id in redacted else text)
            if change.fact.moment is not None:
                at = from_iso(change.fact.moment) or at
        hidden = event.id in without_text
        if hidden:
            fact = blank(fact)
        effective.append(
            EffectiveEvent(event, fact, at, event.id in retracted, bool(changes), hidden)
        )
    return effective, problems
