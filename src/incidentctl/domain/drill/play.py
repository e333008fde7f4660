"""A running drill as a pure state machine: which injects are due, pause, next, end.

The caller brings the moment: nothing here reads a clock. What was told and when the clock stood
still is in the record, so that several people, or one after a crash, play the same drill.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from incidentctl.domain.common.limits import MAX_TEXT
from incidentctl.domain.common.times import iso
from incidentctl.domain.drill.plan import Drill, how_to_get, within
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide.allowed import check
from incidentctl.domain.incident.state import DrillPlay, Incident
from incidentctl.errors import Hint, RefusedError


class ScheduledInject(NamedTuple):
    """An inject of the plan: its number from 1 in the order of time, when, and what is told."""

    number: int
    after: timedelta
    tell: str


def scheduled_injects(drill: Drill | None) -> tuple[ScheduledInject, ...]:
    """Return the injects of a plan in the order of time; none where the plan is not here."""
    injects = drill.plan.injects if drill and drill.plan else ()
    ordered = sorted(injects, key=lambda inject: inject.after)
    return tuple(ScheduledInject(n, each.after, each.tell) for n, each in enumerate(ordered, 1))


def title(drill: Drill) -> str:
    """Return what the incident of a drill is called: nothing private of an unplanned one."""
    if drill.planned and drill.plan:
        return f"Drill {drill.name}: {drill.plan.what}"
    return f"Drill {drill.name}"


def start(drill: Drill, who: str) -> facts.DrillStarted:
    """State that a plan is played; refuses where the private half is not here."""
    if drill.plan is None:
        raise RefusedError(
            f"The private half of {drill.name} is not in this clone, so it cannot be run here.",
            hint=how_to_get(drill.name),
        )
    return facts.DrillStarted(
        drill.name,
        drill.planned,
        drill.plan.team if drill.planned else None,
        conducted=who == drill.plan.saboteur,
    )


def attach(incident: Incident, drill: Drill) -> facts.DrillStarted:
    """State that a plan is played in a drill that those who respond declared themselves.

    Who attaches it says nothing about who commands: they do.
    """
    if incident.kind != "drill":
        raise RefusedError(
            f"{incident.id} is not a drill: a plan can only be played in a drill.",
            hint=Hint("declare-drill"),
        )
    if incident.drill is not None:
        raise RefusedError(f"{incident.id} plays {incident.drill.drill} already.")
    if not incident.open:
        raise RefusedError(
            f"{incident.id} is over ({incident.status}), so no plan can be played in it.",
            hint=Hint("run-drill", {"drill": drill.name}),
        )
    return start(drill, "")._replace(attached=True)


def running(incident: Incident) -> DrillPlay:
    """Return the play of a drill that goes on; RefusedError says why there is none."""
    play = incident.drill
    if play is None:
        raise RefusedError(
            f"{incident.id} is played without a plan, so it has no injects.",
            hint=Hint("play-plan"),
        )
    if play.ended is not None or not incident.open:
        raise RefusedError(f"The drill {play.drill} is over ({incident.id}).")
    return play


def waiting(play: DrillPlay, injects: Sequence[ScheduledInject]) -> list[ScheduledInject]:
    """Return the injects that were not delivered yet, the next first."""
    delivered = play.delivered
    return [each for each in injects if each.number not in delivered]


def elapsed(play: DrillPlay, now: datetime) -> timedelta:
    """Return how long the clock of the drill has run by a moment, without its pauses."""
    until = now if play.paused is None else play.paused
    return until - play.started - timedelta(seconds=play.stood)


def next_at(incident: Incident, injects: Sequence[ScheduledInject]) -> datetime | None:
    """Return when the next inject is due; None while paused, and when nothing is left."""
    play = incident.drill
    if play is None or play.ended or play.paused or not incident.open:
        return None
    left = waiting(play, injects)
    return play.started + timedelta(seconds=play.stood) + left[0].after if left else None


def due(incident: Incident, injects: Sequence[ScheduledInject], now: datetime) -> list[Any]:
    """State every inject that is due by a moment: nothing while it is paused or over."""
    play = incident.drill
    if play is None or next_at(incident, injects) is None:
        return []
    passed = elapsed(play, now)
    return [_as_played(each) for each in waiting(play, injects) if each.after <= passed]


def _as_played(each: ScheduledInject) -> facts.InjectPlayed:
    return facts.InjectPlayed(each.number, each.tell[:MAX_TEXT])


def tell_next(incident: Incident, injects: Sequence[ScheduledInject]) -> list[Any]:
    """Tell the next inject now, whenever it is due; refuses when none is left or known here."""
    play = running(incident)
    left = waiting(play, injects)
    if not left:
        raise RefusedError(
            f"Every inject of {play.drill} was played." if injects else "No inject is known here.",
            hint=Hint("log-own"),
        )
    return [_as_played(left[0])]


def pause(incident: Incident) -> list[Any]:
    """Let the clock of the injects stand still."""
    if running(incident).paused is not None:
        raise RefusedError("The drill is already paused.", hint=Hint("resume-drill"))
    return [facts.DrillPaused()]


def resume(incident: Incident) -> list[Any]:
    """Let the clock go on where it stopped."""
    if running(incident).paused is None:
        raise RefusedError("The drill is not paused.", hint=Hint("pause-drill"))
    return [facts.DrillResumed()]


def end(
    incident: Incident, drill: Drill | None, *, text: str | None = None, real: str | None = None
) -> list[Any]:
    """End a drill; `real` is the incident that it turned into.

    What the response is measured by is stated now, when it is no secret any more. Where that is not
    here, it can be stated after the end, as long as the incident is not closed.
    """
    play = incident.drill
    open_end = play is not None and play.ended is None
    here = drill is not None and drill.plan is not None
    if incident.resolved and not incident.open and open_end and here and real is None and not text:
        check(incident, "state what a drill was measured by")
        return [_ended(incident, drill, real=False)]
    check(incident, "resolve", echo=text)
    found: list[Any] = []
    if open_end and (here or real is not None):
        found.append(_ended(incident, drill, real=real is not None))
    if real is None:
        return [*found, facts.Resolved(text)]
    return [*found, facts.Related(real, TURNED_REAL), facts.Cancelled(f"{TURNED_REAL}: {real}")]


#: What a drill is to the incident that it turned into, and the other way round.
TURNED_REAL = "turned real"
CAME_UP_IN = "came up in the drill"


def _ended(incident: Incident, drill: Drill | None, *, real: bool) -> facts.DrillEnded:
    if drill is None or drill.plan is None:
        return facts.DrillEnded(real)
    begins, targets = begin(incident, drill), drill.plan.targets
    spans = (targets.declare, targets.commander, targets.first_update)
    seconds = [int(span.total_seconds()) if span else None for span in spans]
    return facts.DrillEnded(real, iso(begins) if begins else None, drill.plan.team, *seconds)


def begin(incident: Incident, drill: Drill) -> datetime | None:
    """Return the planned moment that those who respond had to notice, if they declared after it.

    That is an unplanned drill, and a planned one that they declared themselves. Declared outside
    of its window (without one: on another day) it was played at another time than planned, and
    counts from its start.
    """
    moment, window = drill.moment, drill.window
    attached = incident.drill is not None and incident.drill.attached
    if moment is None or moment > incident.declared or (drill.planned and not attached):
        return None
    if window is None:
        same_day = incident.declared.astimezone(moment.tzinfo).date() == moment.date()
        return moment if same_day else None
    return moment if within(incident.declared, window) else None
