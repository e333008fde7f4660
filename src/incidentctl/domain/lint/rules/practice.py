"""Rules about practice: drills are played often enough, by owning teams, and of runbooks.

What counts are drills that were played, which the record knows. A plan is none yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from incidentctl.domain.catalog.entries import settings_source, sources
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.catalog.runbook import Runbook
from incidentctl.domain.drill.plan import PlannedDrill, drill_of
from incidentctl.domain.lint.rule import GRACE, Around, Finding, Played, Rule
from incidentctl.domain.lint.rule_text import RuleText

#: How long ago the last drill may be, by the rhythm in the settings.
_RHYTHM = {"monthly": timedelta(days=31), "quarterly": GRACE, "half-yearly": timedelta(days=183)}


def _is_known(around: Around) -> bool:
    """Say whether the repository is no longer young, and its drills are known."""
    return around.young is False and around.played is not None


def no_drill(catalog: Catalog, around: Around) -> Iterable[Finding]:
    """Find a month, a quarter or half a year, as the settings have it, without any drill."""
    rhythm = catalog.settings.drills
    within = _RHYTHM[rhythm or "quarterly"]
    if _is_known(around) and not _recent(around, within):
        message = f"No drill was played in the last {within.days} days"
        message += f"; the settings say {rhythm}." if rhythm else "."
        hint = _plan(catalog, around.today)
        yield Finding("IC212", message, settings_source(catalog), (), hint)


def team_without(catalog: Catalog, around: Around) -> Iterable[Finding]:
    """Find teams that own services and played no drill in a quarter, while others did."""
    if not _is_known(around):
        return
    recent = _recent(around, GRACE)
    practised = {each.team for each in recent}
    if not recent or None in practised:  # the other rule reports it, or it may have been any team's
        return
    owners = {service.owner for service in catalog.services.values() if service.counts}
    for name, entry in sources(catalog, "team").items():
        if name in owners and name not in practised:
            yield Finding(
                "IC213",
                f"The team {name} owns services and played no drill in the last {GRACE.days} days.",
                entry.source,
                ("name",),
                _plan(catalog, around.today, team=name),
            )


def runbook_without(catalog: Catalog, around: Around) -> Iterable[Finding]:
    """Find runbooks that answered in no drill in a quarter, while others did."""
    if not _is_known(around):
        return
    recent = _recent(around, GRACE)
    practised = {name for each in recent for name in each.runbooks or ()}
    if not recent or any(each.runbooks is None for each in recent):
        return  # the other rule reports it, or any runbook may have answered
    for name, entry in sources(catalog, "runbook").items():
        if name not in practised:
            yield Finding(
                "IC214",
                f"The runbook {name} answered in no drill in the last {GRACE.days} days.",
                entry.source,
                ("name",),
                "Play a drill that it answers, such as one of severity "
                f"{_severity(catalog, entry.value)}.",
            )


def _recent(around: Around, within: timedelta) -> list[Played]:
    """Return the drills that were played so many days ago or later."""
    return [each for each in around.played or () if around.today - each.day <= within]


def _plan(catalog: Catalog, today: date, team: str | None = None) -> str:
    """Say to play the next planned drill, of a team if one is named, else to plan one.

    Whose an unplanned drill is is secret.
    """
    drills = [drill for name in catalog.drills if (drill := drill_of(catalog, name))]
    coming = sorted(
        (drill.begins.date(), drill.name)
        for drill in drills
        if drill.begins.date() >= today
        and (
            team is None
            or (isinstance(drill.announced, PlannedDrill) and drill.announced.team == team)
        )
    )
    if not coming:
        return "Plan a drill."
    day, name = coming[0]
    return f"Play {name}, planned for {day}, or plan an earlier one."


def _severity(catalog: Catalog, runbook: Runbook) -> str:
    """Return a severity that a runbook answers; the default one where it says nothing."""
    applies = runbook.applies_to
    if applies.severities:
        return applies.severities[0]
    severities = (catalog.default_severity(), *catalog.scale.severities)
    return next(
        (s.name for s in severities if applies.critical in (None, s.critical)), severities[0].name
    )


RULES = (
    Rule(
        RuleText(
            "IC212",
            "warning",
            "No drill for too long",
            "A process that nobody practises fails when it is needed: practise quarterly, better "
            f"monthly. A drill counts when it was played, within {GRACE.days} days, or "
            f"{_RHYTHM['monthly'].days} where the settings say `drills: monthly`, or "
            f"{_RHYTHM['half-yearly'].days} where they say `half-yearly`. Not reported in the "
            f"first {GRACE.days} days of a repository.",
            "Plan a drill and play it; a simulated one needs nothing broken.",
        ),
        check_around=no_drill,
    ),
    Rule(
        RuleText(
            "IC213",
            "warning",
            "A team that does not practise",
            "Every team that owns services answers for them in an incident, and learns how in a "
            f"drill. Not reported in the first {GRACE.days} days of a repository, nor if the "
            "team of a drill is secret.",
            "Plan a drill of this team, and play it.",
        ),
        check_around=team_without,
    ),
    Rule(
        RuleText(
            "IC214",
            "warning",
            "A runbook that nobody practises",
            "A runbook that was never used has mistakes nobody has seen. A drill counts for the "
            f"runbooks that were used in it. Not reported in the first {GRACE.days} days of a "
            "repository, nor if it is secret which runbook a drill used.",
            "Play a drill of a severity and area that it answers, or remove the runbook.",
        ),
        check_around=runbook_without,
    ),
)
