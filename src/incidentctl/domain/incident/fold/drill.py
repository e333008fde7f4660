"""What each fact about the playing of a drill does, for the fold."""

from __future__ import annotations

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.fold.corrections import Standing, parse_moment
from incidentctl.domain.incident.fold.draft import Draft
from incidentctl.domain.incident.state import DrillPlay, Inject


def drill_started(draft: Draft, standing: Standing, fact: facts.DrillStarted) -> None:
    """The first start stands."""
    if draft.drill is None:
        draft.drill = DrillPlay(
            fact.drill,
            fact.planned,
            standing.at,
            fact.team,
            fact.conducted,
            attached=fact.attached,
        )
    else:
        draft.problem(f"{standing.event.by} started the drill again; the first start stands.")


def _running(draft: Draft, standing: Standing, what: str) -> DrillPlay | None:
    """Return the drill in play; tell what came without one."""
    if draft.drill is None:
        draft.problem(f"{standing.event.by} {what} a drill that was not started.")
    return draft.drill


def inject_played(draft: Draft, standing: Standing, fact: facts.InjectPlayed) -> None:
    """Each inject is told once: two people may do it at the same moment."""
    play = _running(draft, standing, "told an inject of")
    if play:
        draft.injects.setdefault(fact.number, Inject(fact.number, fact.text, standing.at))


def drill_paused(draft: Draft, standing: Standing, fact: facts.DrillPaused) -> None:
    """The clock stops, unless it stands already."""
    play = _running(draft, standing, "paused")
    if play and play.paused is None:
        draft.drill = play._replace(paused=standing.at)


def drill_resumed(draft: Draft, standing: Standing, fact: facts.DrillResumed) -> None:
    """The clock goes on where it stopped."""
    play = _running(draft, standing, "resumed")
    if play and play.paused is not None:
        stood = max((standing.at - play.paused).total_seconds(), 0)
        draft.drill = play._replace(paused=None, stood=play.stood + stood)


def drill_ended(draft: Draft, standing: Standing, fact: facts.DrillEnded) -> None:
    """The first end stands."""
    play = _running(draft, standing, "ended")
    if play and play.ended is None:
        draft.drill = play._replace(
            ended=standing.at,
            real=fact.real,
            begins=parse_moment(fact.begins) if fact.begins else None,
            team=play.team or fact.team,
            targets=(fact.target_declare, fact.target_commander, fact.target_first_update),
        )
