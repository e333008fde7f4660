"""Rules about practice: drills are held every quarter, of every owning team and every runbook.

What counts are plans and recorded drills, also those to come within the same time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from incidentctl.domain.catalog.entries import settings_source, sources
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.catalog.runbook import Runbook
from incidentctl.domain.drill.plan import PlannedDrill, PrivateHalf, drill_of
from incidentctl.domain.lint.rule import GRACE, Absent, Around, Finding, Played, Rule
from incidentctl.domain.lint.rule_text import RuleText
from incidentctl.domain.process.resolution import Case, Resolver

Plan = PlannedDrill | PrivateHalf

_PLAN = "Plan a drill."
_PLANS = Absent(("drill", "private_half"))


def no_drill(catalog: Catalog, around: Around) -> Iterable[Finding]:
    """Find a quarter without any drill."""
    # If the age is not known, as in a shallow clone, nothing is reported.
    if around.young is False and not list(_recent(catalog, around)):
        message = f"There was no drill in the last {GRACE.days} days, and none is planned."
        yield Finding("IC212", message, settings_source(catalog), (), _PLAN, _PLANS)


def team_without(catalog: Catalog, around: Around) -> Iterable[Finding]:
    """Find teams that own services and had no drill in a quarter, while others had."""
    if around.young is not False:
        return
    recent = list(_recent(catalog, around))
    practised = {each.team for each in recent}
    if not recent or None in practised:  # the other rule reports it, or it may have been any team's
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
                _PLANS,
            )


def runbook_without(catalog: Catalog, around: Around) -> Iterable[Finding]:
    """Find runbooks that answered in no drill in a quarter, while others did."""
    if around.young is not False:
        return
    recent = list(_recent(catalog, around))
    practised = {name for each in recent for name in each.runbooks or ()}
    if not recent or any(each.runbooks is None for each in recent):
        return  # the other rule reports it, or any runbook may have answered
    for name, entry in sources(catalog, "runbook").items():
        if name not in practised:
            yield Finding(
                "IC214",
                f"The runbook {name} answered in no drill in the last {GRACE.days} days, nor "
                f"does it in one to come.",
                entry.source,
                ("name",),
                "Play a drill that it answers, such as one of severity "
                f"{_severity(catalog, entry.value)}.",
                _PLANS,
            )


def _severity(catalog: Catalog, runbook: Runbook) -> str:
    """Return a severity that a runbook answers; the default one where it says nothing."""
    applies = runbook.applies_to
    if applies.severities:
        return applies.severities[0]
    severities = (catalog.default_severity(), *catalog.scale.severities)
    return next(
        (s.name for s in severities if applies.critical in (None, s.critical)), severities[0].name
    )


class _Answering:
    """The runbooks that answer plans: at the default severity, where their services are."""

    def __init__(self, catalog: Catalog) -> None:
        self._severity = catalog.default_severity().name
        self._resolver = Resolver(catalog)
        self._areas: dict[str, list[str]] = {}
        for area in catalog.product_areas.values():
            for service in area.all_services:
                self._areas.setdefault(service, []).append(area.name)

    def of(self, plan: Plan) -> tuple[str, ...]:
        areas = dict.fromkeys(area for s in plan.services for area in self._areas.get(s, ()))
        case = Case(self._severity, tuple(areas))
        return tuple(runbook.name for runbook in self._resolver.resolve(case).runbooks)


def _recent(catalog: Catalog, around: Around) -> Iterator[Played]:
    """Yield the drills of the last quarter and of the next one; a team of None is not known."""
    answering = _Answering(catalog)
    for name in catalog.drills:
        drill = drill_of(catalog, name)
        if drill is not None and abs(drill.begins.date() - around.today) <= GRACE:
            day, plan = drill.begins.date(), drill.plan
            yield Played(day, plan.team, answering.of(plan)) if plan else Played(day, None)
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
            f"monthly. Not reported in the first {GRACE.days} days of a repository.",
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
            f"drill. Not reported in the first {GRACE.days} days of a repository, nor if the "
            "team of a drill is secret.",
            "Plan a drill of this team.",
        ),
        check_around=team_without,
    ),
    Rule(
        RuleText(
            "IC214",
            "warning",
            "A runbook that nobody practises",
            "A runbook that was never used has mistakes nobody has seen. A plan counts for the "
            "runbooks that answer at the default severity, a drill of the record for those that "
            f"did. Not reported in the first {GRACE.days} days of a repository, nor where what a "
            "drill brings in is secret.",
            "Play a drill of a severity and area that it answers, or remove the runbook.",
        ),
        check_around=runbook_without,
    ),
)
