"""Move events into the team's record that were stored elsewhere meanwhile.

Those are incidents of the local record, and events in the user's own folder for the path that a
repository had before it was moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from incidentctl.app.workspace.people import Actor, find
from incidentctl.app.workspace.places import state_folder
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident.event_json import EventError, decode
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.facts import Cancelled, PersonIdentified
from incidentctl.errors import NotFoundError, RefusedError
from incidentctl.git.author import Author
from incidentctl.record.write import fallback, outbox
from incidentctl.record.write.outbox import Action

#: The local copy of an adopted incident ends with this reason, and the path of the repository that
#: has it now. This event is not adopted itself.
_ADOPTED, _INTO = "adopted into the team's record", ": "


class Adopted(NamedTuple):
    """The moved incidents with the number of their events, and the newest commit."""

    incidents: dict[str, int]
    commit: str | None


def adopt(workspace: Workspace, part: str | None, who: Actor) -> Adopted:
    """Move local incidents, all or those with `part` in their id, into the team's record.

    It skips incidents that another record has adopted; restricted ones stay restricted. Run again,
    it moves only new events. RefusedError without a team's record here, or if `part` names only
    incidents adopted elsewhere; NotFoundError if there is nothing to move.
    """
    if refusal := workspace.refusal:
        raise refusal
    if workspace.is_local:
        raise RefusedError(
            "There is no team's record here to adopt incidents into.",
            hint="Run it in the team's git repository, or name one with -C.",
        )
    local, record = workspace.local_record, workspace.record
    # Waiting events do not show where they belong.
    known = {ident for ident in record.ids() if not record.is_undecided(ident)}
    found = local.find(part.casefold()) if part else local.ids()
    moved = _bring_home(workspace, part, known)
    for ident, number in _place(workspace, part).items():
        moved[ident] = moved.get(ident, 0) + number
    elsewhere: dict[str, Event] = {}
    for ident in found:
        if local.is_restricted(ident):
            record.restrict(ident)
        kept = local.events(ident)[0]
        adoption = next(filter(_is_adoption, reversed(kept)), None)
        if adoption and ident not in known:
            elsewhere[ident] = adoption
            continue
        ours = {event.id for event in record.events(ident)[0]}
        events = [event for event in kept if event.id not in ours and not _is_adoption(event)]
        for action in _actions(ident, events, who):
            record.acknowledge(action)
        if events:
            moved[ident] = moved.get(ident, 0) + len(events)
            if found_out := _identified(workspace, record.events(ident)[0]):
                stamped = workspace.stamp(found_out, ident, who)
                author = Author(who.author_name, who.author_email)
                record.acknowledge(Action(ident, stamped, author, f"{ident}: person-identified"))
    # Also those whose events an interrupted run has moved.
    still_open = {head.id for head in local.open_heads()} & set(found) - set(elsewhere)
    if not moved and not still_open:
        raise _gone(elsewhere) if part and elsewhere else _nothing()
    flushed = workspace.flush()
    for ident in sorted(still_open):
        _end_local(workspace, ident, who)
    return Adopted(moved, flushed.commit)


def _nothing() -> NotFoundError:
    return NotFoundError(
        "The local record has nothing to adopt.",
        hint="Incidents declared here already belong to the team.",
    )


def _gone(elsewhere: dict[str, Event]) -> RefusedError:
    """Return the refusal for incidents that another record has adopted."""
    ident, adoption = min(elsewhere.items())
    more = f", and {len(elsewhere) - 1} more like it" if len(elsewhere) > 1 else ""
    _, _, where = _reason(adoption).partition(_INTO)
    return RefusedError(
        f"{ident} was adopted into another record on {adoption.at:%Y-%m-%d at %H:%M} UTC"
        f"{f' ({where})' if where else ''}{more}.",
        hint="Continue there; what you add locally is adopted there, too. If this is a clone of "
        "that repository, run `incidentctl sync` in both to get it here.",
    )


def _bring_home(workspace: Workspace, part: str | None, known: set[str]) -> dict[str, int]:
    """Move events of `known` incidents, or of the incident `part`, from outboxes of other paths.

    Others are left: they may belong to another repository. Events that may be restricted become
    restricted, unless the shared record has their incident.
    """
    state = state_folder(workspace.environment)
    place = workspace.repository()
    if place is None:
        return {}
    others = fallback.everywhere(state)
    for common in (place.common_dir, state / "record.git"):
        for folder in fallback.own(state, common):
            others.pop(folder, None)
    moved: dict[str, int] = {}
    for folder, files in others.items():
        for path in files:
            ident = outbox.incident_of(path)
            # By its whole id: a part could match incidents of other teams, too.
            if part.casefold() == ident if part else ident in known:
                unsure = fallback.is_unsure(folder) and ident not in known
                if unsure or fallback.is_restricted(folder):
                    workspace.record.restrict(ident)
                moved[ident] = moved.get(ident, 0) + _take(workspace, path)
    return {ident: number for ident, number in moved.items() if number}


def _place(workspace: Workspace, part: str | None) -> dict[str, int]:
    """Move undecided events of this repository to their part of the record; return how many.

    Those of `part` become restricted if the shared record does not have the incident.
    """
    record = workspace.record
    waiting = {path: _size(path) for path in record.undecided.files()}
    for ident in record.undecided.incidents():
        if part and part.casefold() in ident and record.is_undecided(ident):
            record.restrict(ident)
    if waiting:
        workspace.flush()
    placed: dict[str, int] = {}
    for path, number in waiting.items():
        if not path.exists():
            ident = outbox.incident_of(path)
            placed[ident] = placed.get(ident, 0) + number
    return placed


def _size(path: Path) -> int:
    try:
        kept = outbox.read(path)
    except EventError:
        return 0
    return len(kept.entries) if kept else 0


def _take(workspace: Workspace, path: Path) -> int:
    """Acknowledge the events of a file, then remove it; return how many."""
    try:
        kept = outbox.read(path)
    except EventError:
        return 0  # damaged: it stays, and `doctor` reports it
    if kept is None:
        return 0
    events = tuple(decode(data) for data in kept.entries.values())
    workspace.record.acknowledge(Action(kept.incident, events, kept.author, kept.summary))
    path.unlink(missing_ok=True)
    return len(events)


def _is_adoption(event: Event) -> bool:
    return _reason(event).partition(_INTO)[0] == _ADOPTED


def _reason(event: Event) -> str:
    """Return the reason of a cancellation; empty for other events."""
    return (event.fact.reason or "") if isinstance(event.fact, Cancelled) else ""


def _identified(workspace: Workspace, events: Sequence[Event]) -> list[PersonIdentified]:
    """Return who of the catalog the authors of events are, where nobody has said so yet.

    A member is known by the spelling under which events were recorded, such as an e-mail address,
    or by the full name in git's identity; who adopts, by the name of this machine, too.
    """
    facts = [each.fact for each in events]
    said = {fact.was for fact in facts if isinstance(fact, PersonIdentified)}
    named = dict.fromkeys((each.by, each.name) for each in events)
    named |= dict.fromkeys(
        (given, None) for fact in facts if (given := getattr(fact, "person", ""))
    )
    basics, identity, me = workspace.basics, workspace.identity(), workspace.actor(None)
    found = {}
    for spelled, name in named:
        member = find(spelled, basics) or (find(name, basics) if name else None)
        handle = member.handle if member else spelled
        if (spelled, name) == (identity.user_at_host, identity.name):
            handle = me.handle  # known by git's e-mail address
        if handle != spelled and spelled not in said:
            found[spelled] = PersonIdentified(spelled, handle)
    return list(found.values())


def _actions(ident: str, events: Iterable[Event], who: Actor) -> Iterable[Action]:
    for _, group in groupby(events, key=lambda event: event.group):
        same = tuple(group)
        first = same[0]
        email = who.author_email if first.by == who.handle else f"{first.by}@adopted.invalid"
        author = Author(first.name or first.by, email)
        yield Action(ident, same, author, f"{ident}: adopted {first.kind}")


def _end_local(workspace: Workspace, ident: str, who: Actor) -> None:
    local = workspace.local_record
    events = workspace.stamp(
        [Cancelled(f"{_ADOPTED}{_INTO}{one_line(str(workspace.root))}")], ident, who
    )
    author = Author(who.author_name, who.author_email)
    local.acknowledge(Action(ident, events, author, f"{ident}: adopted"))
    local.flush()
