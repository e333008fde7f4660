"""Use cases of playing a drill: begin it, tell what is due, end it, score it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from incidentctl.app.drill.documents import find
from incidentctl.app.incident.declare import Request, begin, complete
from incidentctl.app.incident.injects import plan_of, script_of, unmeasured
from incidentctl.app.incident.respond import Recorded, Response, SeveralError, find_incident, load
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.incident_kinds import DRILL
from incidentctl.domain.common.text import one_line
from incidentctl.domain.drill import play as playing
from incidentctl.domain.drill.plan import Drill
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.head import Head
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import NotFoundError, RefusedError


def start(
    workspace: Workspace,
    name: str,
    who: Actor,
    *,
    severity: str | None = None,
    tell: Callable[[str], None],
) -> Recorded:
    """Declare a drill and say which plan it plays; refuses while that plan is being played."""
    drill = find(workspace.catalog, name)
    started = playing.start(drill, who.handle)
    _must_not_play(workspace, drill)
    meanwhile = _real_ones(workspace)
    # What it concerns is secret of an unplanned one: the responders find out.
    affects = drill.plan.services if drill.planned and drill.plan else ()
    request = Request(playing.title(drill), DRILL, severity, affects, also=(started,))
    ident = begin(workspace, request, who, tell=tell)
    recorded = complete(workspace, ident, request, who)
    return recorded._replace(notes=(*recorded.notes, *meanwhile))


def attach(response: Response, name: str) -> Recorded:
    """Play a plan in a drill that those who respond declared themselves."""
    workspace = response.workspace
    drill = find(workspace.catalog, name)
    started = playing.attach(response.incident, drill)
    _must_not_play(workspace, drill)
    recorded = response.record([started], f"it plays {drill.name}")
    return recorded._replace(notes=(*recorded.notes, *_real_ones(workspace)))


def _real_ones(workspace: Workspace) -> list[str]:
    """Tell of real incidents that are open: those who respond may be needed there."""
    return [
        f"{head.id} is open, and it is real: {one_line(head.title)[:80]}. "
        "`incidentctl drill stop` ends the drill."
        for head in workspace.record.open_heads()
        if head.kind == "incident"
    ][:3]


def _must_not_play(workspace: Workspace, drill: Drill) -> None:
    """Refuse a plan that is being played already."""
    for incident in drills_played(workspace, only_open=True):
        if incident.drill and incident.drill.drill == drill.name:
            raise RefusedError(
                f"{drill.name} is being played already, as {incident.id}.",
                hint=f"`incidentctl run -i {incident.id}` goes on with it, "
                f"`incidentctl drill stop -i {incident.id}` ends it.",
            )


def find_drill(workspace: Workspace, part: str | None = None) -> str:
    """Return the open drill meant: by a part of its id, else the only one."""
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
        raise NotFoundError("No drill is played.", hint="Begin one: `incidentctl drill run NAME`.")
    raise SeveralError(
        [head.id for head in heads],
        f"{len(heads)} drills are played:\n"
        + "\n".join(f"  {head.id}  {one_line(head.title)}" for head in heads[:20]),
        "say which with -i and any part of its id",
    )


def tell_next(response: Response) -> tuple[Recorded, facts.InjectPlayed]:
    """Record the next surprise now, whenever it would be due, and return it."""
    scripts = script_of(response.workspace, response.incident)
    found = playing.tell_next(response.incident, scripts)
    return response.record(found, "inject told"), found[0]


def pause(response: Response) -> Recorded:
    """Let the clock of the surprises stand still; refuses where it does."""
    return response.record(playing.pause(response.incident), "drill paused")


def resume(response: Response) -> Recorded:
    """Let the clock of the surprises go on; refuses where it does not stand still."""
    return response.record(playing.resume(response.incident), "drill goes on")


class Stopped(NamedTuple):
    """The end of a drill, and the incident that it turned into."""

    recorded: Recorded
    real: Recorded | None
    unmeasured: str | None = None
    """What is left to do where the plan is not here."""


def stop(response: Response, text: str | None, *, real: bool) -> Stopped:
    """End a drill; with `real` the incident is declared first, named by `text`, and linked."""
    workspace, incident = response.workspace, response.incident
    plan = plan_of(workspace, incident)
    if not real:
        ended = playing.end(incident, plan, text=text)
        return Stopped(
            response.record(ended, "the drill is over"), None, unmeasured(workspace, incident)
        )
    playing.end(incident, plan, text=text)  # refuses before anything is declared
    during = f"the drill {incident.drill.drill}" if incident.drill else "a drill"
    named = text or f"Something real came up during {during}"
    request = Request(
        named,
        also=(facts.Related(incident.id, playing.CAME_UP_IN),),
        restricted=workspace.record.is_restricted(incident.id),
    )
    ident = begin(workspace, request, response.who, tell=response.tell)
    ended = playing.end(incident, plan, real=ident)
    recorded = response.record(ended, "the drill is over: it turned real")
    return Stopped(recorded, complete(workspace, ident, request, response.who))


def drills_played(workspace: Workspace, *, only_open: bool = False) -> list[Incident]:
    """Return the drills of the record, or those that are open."""
    record = workspace.record
    heads: list[Head] = record.open_heads() if only_open else record.heads()
    return [load(workspace, head.id) for head in heads if head.kind == DRILL]
