"""Move into the team's record what was kept elsewhere while it could not be written.

That is incidents of the local record, and what stands in the user's own folder by the path that a
repository had before it was moved.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from incidentctl.app.people import Actor
from incidentctl.app.places import state_folder
from incidentctl.app.workspace import Workspace
from incidentctl.domain.events import Event, EventError, decode
from incidentctl.domain.facts import Cancelled
from incidentctl.errors import NotFoundError, RefusedError
from incidentctl.record import health, outbox
from incidentctl.record.outbox import Action, Author
from incidentctl.record.place import open_repository

#: The local copy of an adopted incident ends with this reason, which is not adopted itself.
_ADOPTED = "adopted into the team's record"


class Adopted(NamedTuple):
    """What was moved: incidents with the number of their events, and the newest commit."""

    incidents: dict[str, int]
    commit: str | None


def adopt(workspace: Workspace, part: str | None, who: Actor) -> Adopted:
    """Put local incidents, all or those whose id has `part`, into the team's record.

    RefusedError when there is no team's record here; NotFoundError when nothing is to be moved.
    Run again, it moves what came since, and nothing twice.
    """
    if workspace.is_local:
        raise RefusedError(
            "There is no team's record here to adopt incidents into.",
            hint="run it in the team's git repository, or name it with -C",
        )
    local = workspace.local_record
    found = local.find(part.casefold()) if part else local.ids()
    moved = _bring_home(workspace, part)
    for ident in found:
        ours = {event.id for event in workspace.record.events(ident)[0]}
        events = [e for e in local.events(ident)[0] if e.id not in ours and not _is_adoption(e)]
        for action in _actions(ident, events, who):
            workspace.record.acknowledge(action)
        if events:
            moved[ident] = moved.get(ident, 0) + len(events)
    # Also those whose events were moved by a run that was cut off before it came to this.
    still_open = {head.id for head in local.open_heads()} & set(found)
    if not moved and not still_open:
        raise NotFoundError(
            "The local record has nothing to adopt.", hint="incidents declared here are the team's"
        )
    flushed = workspace.record.flush()
    for ident in sorted(still_open):
        _end_local(workspace, ident, who)
    return Adopted(moved, flushed.commit)


def _bring_home(workspace: Workspace, part: str | None) -> dict[str, int]:
    """Take what the outboxes of other paths hold of incidents that this record has or `part` names.

    Those of another repository are left: nothing else tells whose they are.
    """
    state = state_folder(workspace.environment)
    place = open_repository(workspace.root, workspace.environment) if workspace.root else None
    if place is None:
        return {}
    known = set(workspace.record.ids())
    others = health.fallbacks(state)
    others.pop(outbox.fallback_folder(state, place.common_dir), None)
    moved: dict[str, int] = {}
    for path in (path for files in others.values() for path in files):
        ident = outbox.incident_of(path)
        if part.casefold() in ident if part else ident in known:
            moved[ident] = moved.get(ident, 0) + _take(workspace, path)
    return {ident: number for ident, number in moved.items() if number}


def _take(workspace: Workspace, path: Path) -> int:
    """Acknowledge here what a file holds, then remove it; return how many events."""
    try:
        kept = outbox.read(path)
    except EventError:
        return 0  # damaged: it stays, for `doctor` to tell
    if kept is None:
        return 0
    events = tuple(decode(data) for data in kept.entries.values())
    workspace.record.acknowledge(Action(kept.incident, events, kept.author, kept.summary))
    path.unlink(missing_ok=True)
    return len(events)


def _is_adoption(event: Event) -> bool:
    return isinstance(event.fact, Cancelled) and event.fact.reason == _ADOPTED


def _actions(ident: str, events: Iterable[Event], who: Actor) -> Iterable[Action]:
    for _, group in groupby(events, key=lambda event: event.group):
        same = tuple(group)
        first = same[0]
        email = who.author_email if first.by == who.handle else f"{first.by}@adopted.invalid"
        author = Author(first.name or first.by, email)
        yield Action(ident, same, author, f"{ident}: adopted {first.kind}")


def _end_local(workspace: Workspace, ident: str, who: Actor) -> None:
    local = workspace.local_record
    events = workspace.stamp([Cancelled(_ADOPTED)], ident, who)
    author = Author(who.author_name, who.author_email)
    local.acknowledge(Action(ident, events, author, f"{ident}: adopted"))
    local.flush()
