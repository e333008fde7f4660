"""The process: how much of it the number of services asks for, and which runbook answers a case.

`declare` uses this with a cached catalog, so nothing here imports pydantic.
"""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.domain.catalog.applicable_runbooks import (
    CRITICAL,
    EVERYTHING,
    SEVERITY,
    SEVERITY_AND_AREA,
    Applying,
    Best,
)
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.catalog.runbook import Runbook
from incidentctl.domain.catalog.settings import TierName
from incidentctl.domain.process import built_in


class Tier(NamedTuple):
    """How much process: its range of services, and in words what it asks for."""

    name: TierName
    complexity: str
    most: int | None
    """The most services for which it is recommended; None: no limit."""
    asks: str


#: From least to most. The published ranges overlap at 30 and at 100; those counts take the lesser
#: tier, as the advice is to err on the side of less process.
TIERS = (
    Tier("single", "low", 5, "one process for all incidents"),
    Tier("critical-split", "medium", 30, "one process for critical, one for other incidents"),
    Tier("per-severity", "high", 100, "a process for every severity"),
    Tier(
        "per-severity-and-area",
        "critical",
        None,
        "a process for every severity in every product area",
    ),
)
_OVERLAPS = {30: ("medium", "high"), 100: ("high", "critical")}


class Recommendation(NamedTuple):
    """What a number of services asks for, with the reason in words."""

    services: int
    """The number that decides: the larger of those in the catalog and those expected."""
    complexity: str
    """low, medium, high or critical."""
    tier: TierName
    reason: str
    next: str
    """What the next tier would ask, and from how many services on."""
    counted: int
    expected: int | None


def recommend(counted: int, *, expected: int | None = None) -> Recommendation:
    """Say which tier a number of production services asks for, and why.

    `expected` is how many there will be, before the catalog is complete; the larger one decides.
    """
    services = max(counted, expected or 0)
    index = next(i for i, t in enumerate(TIERS) if t.most is None or services <= t.most)
    tier = TIERS[index]
    parts = []
    if expected is not None:
        parts.append(
            f"The catalog has {_services(counted)} in production and {expected} are expected; "
            f"the larger number decides."
        )
    parts.append(_range(index, services))
    if services in _OVERLAPS:
        lesser, greater = _OVERLAPS[services]
        parts.append(
            f"Exactly {services} could be read as {lesser} or {greater}; it counts as {lesser}, "
            f"to err on the side of less process."
        )
    if index == 0 and services:
        parts.append(
            "With so few services, any affected one is probably critical, and several processes "
            "would confuse more than they help."
        )
    if index + 1 < len(TIERS):
        ahead = TIERS[index + 1]
        following = f"From {(tier.most or 0) + 1} services on: {ahead.asks} ({ahead.name})."
    else:
        following = "There is no tier above this one."
    return Recommendation(
        services, tier.complexity, tier.name, " ".join(parts), following, counted, expected
    )


def _services(count: int) -> str:
    return "1 service" if count == 1 else f"{count} services"


def _range(index: int, services: int) -> str:
    tier = TIERS[index]
    if not services:
        return f"No service is in production yet: {tier.complexity} complexity, {tier.asks}."
    least = (TIERS[index - 1].most or 0) + 1 if index else 1
    span = f"{least} or more" if tier.most is None else f"{least} to {tier.most}"
    return (
        f"{_services(services)} in production ({span}): {tier.complexity} complexity, {tier.asks}."
    )


def recommend_for(catalog: Catalog) -> Recommendation:
    """Recommend for a catalog: its production services, and the expected ones in its settings."""
    return recommend(
        len(catalog.production_services()), expected=catalog.settings.expected_services
    )


def tier_in_force(catalog: Catalog) -> TierName:
    """Return the configured tier, or the recommended one where none is configured."""
    return catalog.settings.tier or recommend_for(catalog).tier


class Case(NamedTuple):
    """What an incident is, as far as the choice of a runbook goes."""

    severity: str
    product_areas: tuple[str, ...] = ()
    category: str | None = None


class AreaRunbook(NamedTuple):
    """The runbook that answers in one product area, or outside of any."""

    product_area: str | None
    runbook: Runbook | None
    """None if no runbook answers."""
    own: bool
    """Whether the runbook is as specific as the tier asks, and not a fallback."""
    reason: str
    rivals: tuple[str, ...] = ()
    """Other runbooks that are equally specific: the team has not decided which one answers."""


class Resolution(NamedTuple):
    """Which runbooks answer a case, and why."""

    tier: TierName
    answers: tuple[AreaRunbook, ...]
    """One for each product area of the case; one without area where the case has none."""
    built_in: bool
    """Whether the team wrote no runbook, so that the built-in ones of its tier serve."""

    @property
    def runbooks(self) -> tuple[Runbook, ...]:
        """The runbooks that attach, each once."""
        found = {a.runbook.name: a.runbook for a in self.answers if a.runbook}
        return tuple(found.values())

    @property
    def reason(self) -> str:
        """Why, in words."""
        return " ".join(dict.fromkeys(answer.reason for answer in self.answers))


_OWN: dict[TierName, int] = {
    "single": EVERYTHING,
    "critical-split": CRITICAL,
    "per-severity": SEVERITY,
    "per-severity-and-area": SEVERITY_AND_AREA,
}
#: So many rivals are named in a sentence.
_MAX_RIVALS = 10


def resolve(catalog: Catalog, case: Case, *, tier: TierName | None = None) -> Resolution:
    """Say which runbooks answer a case, and why: the most specific one for each product area.

    `tier` (absent: the one in force) decides what is a case's own runbook and what a fallback.
    Runbooks that are equally specific are `rivals`; the first by name answers.
    """
    return Resolver(catalog, tier=tier).resolve(case)


class Resolver:
    """The same for many cases of one catalog."""

    def __init__(self, catalog: Catalog, *, tier: TierName | None = None) -> None:
        """Index the runbooks."""
        self._tier = tier or tier_in_force(catalog)
        self._scale = catalog.scale
        self._built_in = not catalog.runbooks
        self._runbooks = Applying(
            built_in.runbooks(
                tier_in_force(catalog), scale=catalog.scale, areas=catalog.product_areas
            )
            if self._built_in
            else catalog.runbooks.values()
        )

    def resolve(self, case: Case) -> Resolution:
        """Say which runbooks answer a case, and why."""
        known = self._scale.get(case.severity)
        critical = known is None or known.critical  # in doubt the higher
        answers = []
        for area in case.product_areas or (None,):
            best = self._runbooks.best(
                case.severity, critical=critical, area=area, category=case.category
            )
            answers.append(_answer(best, case, area, tier=self._tier, built=self._built_in))
        return Resolution(self._tier, tuple(answers), self._built_in)


def _answer(
    best: Best | None, case: Case, area: str | None, *, tier: TierName, built: bool
) -> AreaRunbook:
    """Take the first of the runbooks that apply, and say why."""
    what = f"{case.severity} in {area}" if area else case.severity
    if case.category:
        what += f" ({case.category})"
    if best is None:
        return AreaRunbook(area, None, False, f"{what} has no runbook.")
    chosen, rivals = best.runbooks[0], best.rivals
    asked = _OWN[tier]
    if area is None and asked == SEVERITY_AND_AREA:
        asked = SEVERITY
    own = best.most[0] >= asked
    scope = _scope(chosen)
    if built:
        reason = f"{what} uses the built-in process for {scope}: the team has no runbook."
    elif own:
        reason = f"{what} uses {chosen.name}, the runbook for {scope}."
    else:
        reason = f"{what} falls back to {chosen.name}, the runbook for {scope}."
    if rivals:
        more = f" and {len(rivals) - _MAX_RIVALS} more" if len(rivals) > _MAX_RIVALS else ""
        reason += (
            f" Equally specific: {', '.join(rivals[:_MAX_RIVALS])}{more}; {chosen.name} is the "
            f"first by name."
        )
    return AreaRunbook(area, chosen, own, reason, rivals)


def _scope(runbook: Runbook) -> str:
    applies = runbook.applies_to
    if applies.severities:
        which = " or ".join(applies.severities)
    elif applies.critical is None:
        which = "all incidents"
    else:
        which = "critical incidents" if applies.critical else "incidents that are not critical"
    if applies.categories:
        which += f" of the category {' or '.join(applies.categories)}"
    if applies.product_areas:
        which += f" in {' or '.join(applies.product_areas)}"
    return which


def cases(catalog: Catalog, tier: TierName) -> list[Case]:
    """Return the cases that a tier distinguishes: every severity, at the highest × product area.

    There the cases without a product area come first, because such incidents happen as well.
    """
    areas: list[tuple[str, ...]] = [()]
    if tier == "per-severity-and-area":
        areas += [(name,) for name in catalog.product_areas]
    return [Case(s.name, area) for area in areas for s in catalog.scale.severities]


def missing(catalog: Catalog, tier: TierName) -> list[str]:
    """Say, a sentence each, what the team's runbooks lack against a tier; empty: nothing."""
    resolver = Resolver(catalog, tier=tier)
    lacks = [
        answer.reason
        for case in cases(catalog, tier)
        for answer in resolver.resolve(case).answers
        if not answer.own
    ]
    if tier == "per-severity-and-area" and not catalog.product_areas:
        lacks.append("There are no product areas yet, so none can have its own process.")
    return lacks


def covered(catalog: Catalog) -> TierName | None:
    """Return the highest tier that the team's runbooks cover; None for none, and without any."""
    if not catalog.runbooks:
        return None
    names = (tier.name for tier in reversed(TIERS))
    return next((name for name in names if not missing(catalog, name)), None)


def distinguished(catalog: Catalog) -> TierName | None:
    """Return the tier whose cases the team's runbooks tell apart; at most the one they cover.

    A runbook that names several severities covers each of them, but is one process.
    """
    most = covered(catalog)
    if most not in ("critical-split", "per-severity"):
        return most
    resolver = Resolver(catalog)
    answers = {
        (severity.critical, tuple(r.name for r in resolver.resolve(Case(severity.name)).runbooks))
        for severity in catalog.scale.severities
    }
    if len({names for _, names in answers}) == 1:
        return "single"
    return "critical-split" if len(answers) == 2 else most
