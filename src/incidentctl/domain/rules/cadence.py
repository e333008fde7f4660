"""Rules about practice: drills are held every quarter, better every month, by every owning team.

What counts are plans and recorded drills, also those to come within the same time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from incidentctl.domain.catalog import Catalog
from incidentctl.domain.drill import drill_of
from incidentctl.domain.rules.finding import (
    GRACE,
    Around,
    Finding,
    Played,
    Rule,
    settings_source,
    sources,
)
from incidentctl.domain.rules.texts import RuleText

_PLAN = "`incidentctl drill new` plans one."


def no_drill(catalog: Catalog, around: Around) -> Iterable[Finding]:
    """Find a quarter without any drill."""
    # Where the age is not known, as in a shallow clone, nothing is told.
    if around.young is False and not list(_recent(catalog, around)):
        message = f"There was no drill in the last {GRACE.days} days, and none is planned."
        yield Finding("IC212", message, settings_source(catalog), (), _PLAN)


def team_without(catalog: Catalog, around: Around) -> Iterable[Finding]:
    """Find teams that own services and had no drill in a quarter, while others had."""
    if around.young is not False:
        return
    recent = list(_recent(catalog, around))
    practised = {each.team for each in recent}
    if not recent or None in practised:  # it is told of all, or any team may have had it
        return
    owners = {service.owner for service in catalog.services.values() if service.counts}
    for name, entry in sources(catalog, "team").items():
        if name in owners and name not in practised:
            yield Finding(
                "IC213",
                f"The team {name} owns services and was in no drill in the last "
                f"{GRACE.days} days, nor is it in one to come.",
                entry.source,
                ("name",),
                _PLAN,
            )


def _recent(catalog: Catalog, around: Around) -> Iterator[Played]:
    """Yield the drills of the last quarter and of the next one; a team of None is not known."""
    for name in catalog.drills:
        drill = drill_of(catalog, name)
        if drill is not None and abs(drill.begins.date() - around.today) <= GRACE:
            yield Played(drill.begins.date(), drill.plan.team if drill.plan else None)
    for each in around.played:
        if abs(each.day - around.today) <= GRACE:
            yield each


RULES = (
    Rule(
        RuleText(
            "IC212",
            "warning",
            "No drill in the last quarter",
            "A process that nobody practises fails when it is needed: practise quarterly, better "
            f"monthly. Not told in the first {GRACE.days} days of a repository.",
            "Plan a drill; a simulated one needs nothing broken.",
        ),
        check_around=no_drill,
    ),
    Rule(
        RuleText(
            "IC213",
            "warning",
            "A team that does not practise",
            "Every team that owns services answers for them in an incident, and learns how in a "
            f"drill. Not told in the first {GRACE.days} days of a repository, nor where the team "
            "of a drill is secret.",
            "Plan a drill of this team.",
        ),
        check_around=team_without,
    ),
)
