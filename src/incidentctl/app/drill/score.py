"""Use case `drill score`: how a drill went compared with earlier ones."""

from __future__ import annotations

from typing import Any, NamedTuple

from incidentctl.app.drill.documents import find
from incidentctl.app.drill.play import drills_played
from incidentctl.app.incident.find import find_incident
from incidentctl.app.incident.injects import plan_of
from incidentctl.app.record.looked import ensure_looked
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.times import iso
from incidentctl.domain.drill.score import Score, earlier, score
from incidentctl.errors import NotFoundError


class Scored(NamedTuple):
    """A drill's score, and the earlier scores to compare with, the newest first."""

    score: Score
    before: list[Score]


def scored(workspace: Workspace, name: str | None, part: str | None) -> Scored:
    """Score a drill: by a part of its id, else the newest of a plan, else the newest of all.

    A cancelled drill was not played; only its id selects it.
    """
    played = drills_played(workspace)
    chosen = [e for e in played if e.cancelled is None or (e.drill and e.drill.real)]
    if part:
        ident = find_incident(workspace, part)
        chosen = [each for each in played if each.id == ident]
    elif name:
        folded = name.casefold()
        chosen = [e for e in chosen if e.drill and e.drill.drill.casefold() == folded]
    if not chosen:
        ensure_looked(workspace)
        if name and not part:
            plan = find(workspace.catalog, name)  # refuses an unknown name
            raise NotFoundError(
                f"{plan.name} has never been played.",
                hint=f"Run `incidentctl drill run {plan.name}`.",
            )
        raise NotFoundError(
            f"{part} is not a drill." if part else "No drill has been played yet.",
            hint="`incidentctl list --all --kind drill` shows the drills.",
        )
    scores = {each.id: score(each, plan_of(workspace, each)) for each in played}
    this = scores[max(chosen, key=lambda each: (each.declared, each.id)).id]
    return Scored(this, earlier(this, scores.values()))


def as_json(found: Score) -> dict[str, Any]:
    """Return a score as plain values; spans are seconds."""
    return {
        "incident": found.incident,
        "drill": found.drill,
        "team": found.team,
        "begin": iso(found.begin),
        "status": found.status,
        "real": found.real,
        "cancelled": found.cancelled,
        "measures": [{**each._asdict(), "met": each.met} for each in found.measures],
        "skipped": list(found.skipped),
        "undone": list(found.undone),
    }
