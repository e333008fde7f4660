"""Move incidents of the local record into the team's: those that began where no record could."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from incidentctl.app.people import Actor
from incidentctl.app.workspace import Workspace
from incidentctl.domain.events import Event
from incidentctl.domain.facts import Cancelled
from incidentctl.errors import NotFoundError, RefusedError
from incidentctl.record.outbox import Action, Author

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
    moved: dict[str, int] = {}
    for ident in found:
        ours = {event.id for event in workspace.record.events(ident)[0]}
        events = [e for e in local.events(ident)[0] if e.id not in ours and not _is_adoption(e)]
        for action in _actions(ident, events, who):
            workspace.record.acknowledge(action)
        if events:
            moved[ident] = len(events)
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
