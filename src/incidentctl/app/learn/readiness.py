"""`catalog score`: how ready each team is, by what the catalog, the record and retros/ say."""

from __future__ import annotations

from typing import Any, NamedTuple

from incidentctl.app.learn.late import without
from incidentctl.app.learn.of_record import played
from incidentctl.app.record.looked import read_first
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.catalog.score import (
    CRITERIA,
    QUARTER,
    Drilled,
    Looked,
    Owed,
    TeamScore,
    scores,
)
from incidentctl.domain.common.lookup import one_of
from incidentctl.errors import EnvironmentFailedError, NotFoundError, UsageError


class Readiness(NamedTuple):
    """The scores of the teams asked for, and the threshold."""

    teams: tuple[TeamScore, ...]
    least: int | None = None

    @property
    def below(self) -> list[str]:
        """Return the teams under the threshold."""
        least = self.least
        if least is None:
            return []
        return [t.team for t in self.teams if t.percent is not None and t.percent < least]


def readiness(
    workspace: Workspace, *, team: str | None = None, least: int | None = None
) -> Readiness:
    """Score all teams, or one.

    NotFoundError for an unknown team or where there is none, UsageError for a threshold that is no
    percentage.
    """
    if least is not None and not 0 <= least <= 100:
        raise UsageError(f"A threshold is a percentage from 0 to 100, and not {least}.")
    every = team_scores(workspace)
    if not every:
        raise NotFoundError(
            "The catalog has no teams.", hint="`incidentctl init` writes a first one."
        )
    if team is not None:
        name = one_of(team, [each.team for each in every], "team")
        every = tuple(each for each in every if each.team == name)
    return Readiness(every, least)


def team_scores(workspace: Workspace, *, team: str | None = None) -> tuple[TeamScore, ...]:
    """Score all teams, or one; nothing where there is none."""
    every = scores(workspace.catalog, look(workspace))
    if team is None:
        return every
    return tuple(each for each in every if each.team.casefold() == team.casefold())


def look(workspace: Workspace) -> Looked:
    """Look at what a score needs beside the catalog; what cannot be looked at is None."""
    looked = Looked(
        workspace.now(),
        workspace.today(),
        young=None,
        drills=None,
        retrospectives=None,
        actions=None,
    )
    root = workspace.root if workspace.checked_out else None
    if root is not None:
        looked = looked._replace(**_of_files(workspace))
    else:
        looked = looked._replace(why_no_files="the team's files are not in this folder")
    try:
        read_first(workspace)
        drills = tuple(
            Drilled(each.day, each.team, each.runbooks) for each in played(workspace, QUARTER)
        )
        looked = looked._replace(drills=drills)
        if root is None:
            return looked._replace(why_no_record=looked.why_no_files)
        late = (
            Owed(head.id, head.owner or "")
            for head, until in without(workspace, root)
            if until < looked.now
        )
        looked = looked._replace(retrospectives=tuple(late))
    except EnvironmentFailedError as error:
        looked = looked._replace(why_no_record=error.reason)
    return looked


def _of_files(workspace: Workspace) -> dict[str, Any]:
    """Return what the team's files and their history say."""
    from incidentctl.domain.learn.retrospective import items
    from incidentctl.files.learn.retros import read_all
    from incidentctl.git import worktree

    root, today = workspace.team_root(), workspace.today()
    found: dict[str, Any] = {}
    try:
        old = worktree.older_than(root, workspace.environment, today - QUARTER)
        found["young"] = None if old is None else not old
        if old is None:
            found["why_no_record"] = "without git nobody knows how old the catalog is"
    except EnvironmentFailedError as error:
        found["why_no_record"] = error.reason
    retrospectives, problems = read_all(root)
    overdue = (item.action for item in items(retrospectives) if item.action.overdue(today))
    if not problems:
        found["actions"] = tuple(Owed(action.id, action.owner) for action in overdue)
    else:
        found["why_no_files"] = f"{problems[0].path or 'a file of retros/'} has faults"
    return found


def as_json(found: Readiness) -> dict[str, Any]:
    """Return the scores as plain values."""
    return {
        "criteria": [
            {"name": each.name, "asks": each.asks, "weight": each.weight} for each in CRITERIA
        ],
        "teams": [
            {
                "team": each.team,
                "percent": each.percent,
                "passed": each.passed,
                "counted": each.counted,
                "answers": [
                    {"criterion": criterion.name, **answer._asdict()}
                    for criterion, answer in each.answers
                ],
            }
            for each in found.teams
        ],
        "min": found.least,
        "below": found.below,
    }
