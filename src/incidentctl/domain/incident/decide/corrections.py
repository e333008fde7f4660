"""Decide about corrections: undo, amend, retract, redact. Nothing is deleted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from incidentctl.domain.common.lookup import said
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import iso
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide.allowed import check
from incidentctl.domain.incident.decide.lifecycle import timely
from incidentctl.domain.incident.decide.notes import short
from incidentctl.domain.incident.facts import KINDS
from incidentctl.domain.incident.redaction import amendable
from incidentctl.domain.incident.state import CANCELLED, CLOSED, RESOLVED, Entry, Incident
from incidentctl.errors import Hint, NotFoundError, RefusedError, UsageError

_CORRECTIONS = frozenset({"retracted", "amended", "redacted"})
#: What the catalog said is no text of a person: it is not amended, and `-1` passes it over.
_BY_CATALOG = frozenset({"runbook-attached", "runbook-detached", "process-resolved"})
#: What went to other systems is there, whatever the record says.
_SENT = frozenset({"action-started", "action-done", "action-failed"})
_NOT_AMENDABLE = _BY_CATALOG | _CORRECTIONS | _SENT | {"pinned"}
#: The kinds whose text nobody amends; the sentence of `affected-set` does not have its reason.
UNAMENDABLE = _NOT_AMENDABLE | {"affected-set"}
_SAID_TWICE = frozenset({"declared", "noted", "step-done", "linked"})


def find(incident: Incident, word: str, *, taken_back_by: str | None = None) -> Entry:
    """Return the entry of a short number; `-1` is the last that stands and that a person made.

    Entries that were taken back count, too, where they are of `taken_back_by`.
    """
    try:
        number = int(word.strip().removeprefix("#"))
    except ValueError:
        raise UsageError(f"{one_line(word)!r} is not an entry: give its number, or -1.") from None
    if number < 0:
        still = [
            e for e in incident.entries
            if e.kind not in _NOT_AMENDABLE and (not e.retracted or e.by == taken_back_by)
        ]  # fmt: skip
        if -number <= len(still):
            return still[number]
    elif 0 < number <= len(incident.entries):
        return incident.entries[number - 1]
    raise NotFoundError(f"There is no entry {number}.", hint=Hint("number-entries"))


def _action(incident: Incident, entry: Entry) -> list[Entry]:
    """Every entry of the same command: they stand or fall together."""
    return [e for e in incident.entries if e.group == entry.group and not e.retracted]


def _retractable(entries: list[Entry]) -> None:
    if any(entry.kind == "declared" for entry in entries):
        raise RefusedError(
            "A declaration cannot be taken back, nor what came with it.",
            hint=Hint("correct-declaration"),
        )
    if any(entry.kind == "redacted" for entry in entries):
        raise RefusedError("A redaction cannot be taken back.")
    if any(entry.kind in _SENT for entry in entries):
        raise RefusedError("What an action sent cannot be taken back.", hint=Hint("correct-sent"))


def undo(incident: Incident, by: str) -> list[Any]:
    """Take back somebody's last action, with every event of it; again goes one further back.

    A retraction of theirs is an action; what `undo` itself took back stays so, and what actions
    have sent is passed over.
    """
    check(incident, "undo")
    sent = {e.group for e in incident.entries if e.kind in _SENT}
    mine = [
        e for e in incident.entries
        if e.by == by and not e.retracted and not e.undoes and e.group not in sent
    ]  # fmt: skip
    if not mine:
        raise NotFoundError(f"{by} has done nothing here that could be undone.")
    action = _action(incident, mine[-1])
    _retractable(action)
    return [facts.Retracted(entry.event) for entry in action]


def retract(incident: Incident, word: str, *, reason: str | None = None) -> list[Any]:
    """Take back an entry, with what the same command wrote; it stays, struck through."""
    check(incident, "retract", echo=reason)
    entry = find(incident, word)
    if entry.retracted:
        raise RefusedError(f"Entry {entry.number} is already retracted.", echo=reason)
    if incident.status == CLOSED and entry.kind in (RESOLVED, CANCELLED, CLOSED):
        raise RefusedError(
            "The end of a closed incident cannot be taken back.",
            hint=Hint("reopen", {"incident": incident.id}),
            echo=reason,
        )
    action = _action(incident, entry)
    _retractable(action)
    return [facts.Retracted(part.event, reason or "") for part in action]


def amend(
    incident: Incident, word: str, text: str | None = None, *, moment: datetime | None = None
) -> list[Any]:
    """Put right what an entry says, or when it was."""
    check(incident, "amend", echo=text)
    entry = find(incident, word)
    if text is None and moment is None:
        raise UsageError(
            "An amendment needs the right text or the right time.",
            hint=Hint("amend", {"entry": entry.number}),
        )
    if entry.redacted and entry.kind == "declared" and text is not None and moment is None:
        return [facts.TitleSet(short(said(text, "a title")))]
    if entry.redacted or entry.retracted:
        state = "redacted" if entry.redacted else "retracted"
        raise RefusedError(f"Entry {entry.number} is {state}.", echo=text)
    if entry.kind in _CORRECTIONS:
        raise RefusedError("A correction cannot be amended: amend the entry itself.", echo=text)
    kind = KINDS.get(entry.kind)
    if text is not None and (entry.kind in UNAMENDABLE or kind is None or not amendable(kind)):
        raise RefusedError(f"Entry {entry.number} holds no text of its own.", echo=text)
    if moment is not None and kind is not None:
        moment = timely(incident, (kind,), moment)
    cleaned = short(said(text, "a text")) if text is not None else None
    return [facts.Amended(entry.event, cleaned, iso(moment) if moment else None)]


def pin(incident: Incident, word: str) -> list[Any]:
    """Mark an entry as important, so that it is also shown at the top of the log."""
    check(incident, "pin")
    entry = find(incident, word)
    if entry.pinned:
        raise RefusedError(f"Entry {entry.number} is already pinned.")
    if entry.redacted or entry.retracted:
        state = "redacted" if entry.redacted else "retracted"
        raise RefusedError(f"Entry {entry.number} is {state}.")
    if entry.kind in _CORRECTIONS or entry.kind == "pinned":
        raise RefusedError("A correction cannot be pinned: pin the entry itself.")
    return [facts.Pinned(entry.event)]


def redact(
    incident: Incident,
    word: str,
    *,
    by: str | None = None,
    reason: str | None = None,
    without_text: Collection[str] = (),
) -> list[Any]:
    """Blank the text of an entry, of every part of it, and of every amendment of it.

    It cannot be taken back: what somebody else than `by` said is named by its number, not by -1.
    What `by` has taken back still holds its text, so -1 counts it. `without_text` are the ids of
    events that hold no text: there is nothing to blank in those alone.
    """
    check(incident, "redact", echo=reason)
    entry = find(incident, word, taken_back_by=by)
    if by is not None and word.strip().startswith("-") and entry.by != by:
        raise RefusedError(
            f"Entry {word.strip()} is #{entry.number} of {entry.by}: {one_line(entry.text)[:200]}",
            hint=Hint("redact-number", {"entry": entry.number}),
            echo=reason,
        )
    if entry.redacted:
        raise RefusedError(f"Entry {entry.number} is already redacted.", echo=reason)
    named = {entry.event}
    said_first = entry
    if entry.kind == "amended":
        said_first = next((e for e in incident.entries if e.event == entry.target), entry)
        named.add(said_first.event)
    # What one command wrote may say the same text twice: the title and the note that holds all of
    # it, a step's link and the address that is kept.
    if said_first.kind in _SAID_TWICE:
        group = said_first.group
        named |= {e.event for e in incident.entries if e.group == group and e.kind in _SAID_TWICE}
    named |= {e.event for e in incident.entries if e.kind == "amended" and e.target in named}
    if named.issubset(without_text):
        raise RefusedError(f"Entry {entry.number} holds no text of its own.", echo=reason)
    return [facts.Redacted(event, reason) for event in sorted(named)]
