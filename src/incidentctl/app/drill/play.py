"""Use cases of playing a drill: start it, deliver its injects, pause it, end it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from incidentctl.app.drill.documents import find
from incidentctl.app.incident.declare import Request, begin, complete
from incidentctl.app.incident.find import SeveralError, find_incident, load
from incidentctl.app.incident.injects import injects_of, plan_of, unmeasured
from incidentctl.app.incident.order import in_order
from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.app.record.looked import ensure_looked
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.incident_kinds import DRILL
from incidentctl.domain.common.text import count, one_line
from incidentctl.domain.drill import play as playing
from incidentctl.domain.drill.documents import time_text
from incidentctl.domain.drill.plan import Drill, PlannedDrill, Span
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.head import Head, titled
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import NotFoundError, RefusedError

#: So far from its time a drill is played without a question.
_ABOUT = timedelta(days=1)
#: So many real incidents are named when a drill begins.
_NAMED = 3


def start(
    workspace: Workspace,
    name: str,
    who: Actor,
    *,
    severity: str | None = None,
    on_recorded: Callable[[str], None],
) -> Recorded:
    """Declare a drill and record which plan it plays; refuses while that plan is being played."""
    drill = find(workspace.catalog, name)
    started = playing.start(drill, who.handle)
    _must_not_play(workspace, drill)
    meanwhile = _real_ones(workspace)
    # What an unplanned drill affects is secret: the responders find out.
    known = drill.announced if isinstance(drill.announced, PlannedDrill) else None
    affects = known.services if known else ()
    category = known.category if known else None
    request = Request(
        playing.title(drill), DRILL, severity, affects, category=category, also=(started,)
    )
    ident = begin(workspace, request, who, on_recorded=on_recorded)
    recorded = complete(workspace, ident, request, who)
    return recorded._replace(notes=(*recorded.notes, *meanwhile))


def another_day(workspace: Workspace, name: str) -> str | None:
    """Say when a drill is planned for, if that is not about now; as everybody may know it."""
    drill = find(workspace.catalog, name)
    window = drill.window or Span(drill.begins, drill.begins)
    if window.begins - _ABOUT <= workspace.now() <= window.ends + _ABOUT:
        return None
    return f"{drill.name} is planned for {time_text(window.begins, drill.zone)}."


def attach(response: Response, name: str) -> Recorded:
    """Play a plan in a drill that the responders declared themselves."""
    workspace = response.workspace
    drill = find(workspace.catalog, name)
    started = playing.attach(response.incident, drill)
    _must_not_play(workspace, drill)
    recorded = response.record([started], f"plays {drill.name}")
    return recorded._replace(notes=(*recorded.notes, *_real_ones(workspace)))


def _real_ones(workspace: Workspace) -> list[str]:
    """Return a note for each of the worst open real incidents: the responders may be needed there.

    A last note counts the others.
    """
    heads = [head for head in workspace.record.open_heads() if head.kind == "incident"]
    worst = in_order(workspace, heads)[:_NAMED]
    hidden = workspace.record.restricted_ids() if worst else ()
    notes = [
        f"{head.id} is open, and real: {head.severity or 'no severity yet'}, "
        f"{one_line(titled(head, restricted=head.id in hidden))[:80]}. "
        "`incidentctl drill stop` ends the drill."
        for head in worst
    ]
    if more := len(heads) - len(worst):
        notes.append(f"{count(more, 'more real incident')} open: `incidentctl list`.")
    return notes


def _must_not_play(workspace: Workspace, drill: Drill) -> None:
    """Refuse a plan that is already being played."""
    for incident in drills_played(workspace, only_open=True):
        if incident.drill and incident.drill.drill == drill.name:
            raise RefusedError(
                f"{drill.name} is already being played, as {incident.id}.",
                hint=f"Continue with `incidentctl run -i {incident.id}`, or end it with "
                f"`incidentctl drill stop -i {incident.id}`.",
            )


def find_drill(workspace: Workspace, part: str | None = None) -> str:
    """Return the id of an open drill: by a part of it, else of the only one."""
    if part:
        ident = find_incident(workspace, part)
        if load(workspace, ident).kind != DRILL:
            raise RefusedError(
                f"{ident} is not a drill.", hint="`incidentctl list --kind drill` shows the drills."
            )
        return ident
    heads = [head for head in workspace.record.open_heads() if head.kind == DRILL]
    if len(heads) == 1:
        return heads[0].id
    if not heads:
        ensure_looked(workspace)
        raise NotFoundError("No drill is running.", hint="Start one: `incidentctl drill run NAME`.")
    raise SeveralError(
        [head.id for head in heads],
        f"{len(heads)} drills are running:\n"
        + "\n".join(f"  {head.id}  {one_line(head.title)}" for head in heads[:20]),
        "Name one with -i and any part of its id.",
    )


def deliver_next(response: Response) -> tuple[Recorded, facts.InjectPlayed]:
    """Record the next inject now, even before it is due, and return it."""
    injects = injects_of(response.workspace, response.incident)
    found = playing.tell_next(response.incident, injects)
    return response.record(found, "inject delivered"), found[0]


def pause(response: Response) -> Recorded:
    """Pause the clock of the injects; refuses if it is paused."""
    return response.record(playing.pause(response.incident), "drill paused")


def resume(response: Response) -> Recorded:
    """Resume the clock of the injects; refuses if it is running."""
    return response.record(playing.resume(response.incident), "drill resumed")


class Stopped(NamedTuple):
    """The end of a drill, and the real incident declared from it."""

    recorded: Recorded
    real: Recorded | None
    unmeasured: str | None = None
    """What is left to do where the plan is not in this clone."""


def stop(response: Response, text: str | None, *, real: bool) -> Stopped:
    """End a drill; with `real` the incident is declared first, named by `text`, and linked."""
    workspace, incident = response.workspace, response.incident
    plan = plan_of(workspace, incident)
    if not real:
        ended = playing.end(incident, plan, text=text)
        return Stopped(response.record(ended, "drill ended"), None, unmeasured(workspace, incident))
    playing.end(incident, plan, text=text)  # refuses before anything is declared
    during = f"the drill {incident.drill.drill}" if incident.drill else "a drill"
    named = text or f"Something real came up during {during}"
    request = Request(
        named,
        also=(facts.Related(incident.id, playing.CAME_UP_IN),),
        restricted=workspace.record.is_restricted(incident.id),
    )
    ident = begin(workspace, request, response.who, on_recorded=response.on_recorded)
    ended = playing.end(incident, plan, real=ident)
    recorded = response.record(ended, "drill ended: it turned real")
    return Stopped(recorded, complete(workspace, ident, request, response.who))


def drills_played(workspace: Workspace, *, only_open: bool = False) -> list[Incident]:
    """Return the drills of the record, or those that are open."""
    record = workspace.record
    heads: list[Head] = record.open_heads() if only_open else record.heads()
    return [load(workspace, head.id) for head in heads if head.kind == DRILL]
