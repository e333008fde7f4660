"""Rules about the amount of process: what the number of services asks for, and what is in force."""

from __future__ import annotations

from collections.abc import Iterable

from incidentctl.domain.catalog.entries import settings_source, sources
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.catalog.settings import TierName
from incidentctl.domain.lint.rule import Absent, Finding, Rule
from incidentctl.domain.lint.rule_text import RuleText
from incidentctl.domain.process.resolution import (
    TIERS,
    Resolver,
    cases,
    covered,
    distinguished,
    recommend_for,
    tier_in_force,
)

_RANK = {tier.name: rank for rank, tier in enumerate(TIERS)}


def falls_back(catalog: Catalog) -> Iterable[Finding]:
    """Find, at the highest tier, cases of a product area that have no runbook of their own."""
    if tier_in_force(catalog) != "per-severity-and-area":
        return
    entries = sources(catalog, "product_area")
    lacking: dict[str, list[str]] = {}
    resolver = Resolver(catalog)
    for case in cases(catalog, "per-severity-and-area"):
        for answer in resolver.resolve(case).answers:
            if answer.product_area is not None and not answer.own:
                lacking.setdefault(answer.product_area, []).append(case.severity)
    for area, severities in lacking.items():
        for severity in severities:
            yield Finding(
                "IC208",
                f"{severity} in the product area {area} has no runbook of its own.",
                entries[area].source if area in entries else None,
                (),
                "Write the runbook that is missing.",
                Absent(("runbook", "severity")),
            )


def more_process(catalog: Catalog) -> Iterable[Finding]:
    """Find a configured tier, or else runbooks, above what the count recommends."""
    configured = catalog.settings.tier
    if _compared(catalog, configured or distinguished(catalog)) > 0:
        first = "Lower `tier`, or write" if configured else "Use fewer runbooks, or write"
        yield _tier_finding(
            "IC209",
            catalog,
            configured or distinguished(catalog),
            "so much process may confuse more than it helps",
            f"{first} `expected_services` if the catalog is not complete.",
        )


def less_process(catalog: Catalog) -> Iterable[Finding]:
    """Find a configured tier, or else runbooks, below what the count recommends."""
    configured = catalog.settings.tier
    if _compared(catalog, configured or covered(catalog)) < 0:
        yield _tier_finding(
            "IC301",
            catalog,
            configured or covered(catalog),
            "that is less process than recommended",
            "See what is missing.",
        )


def _compared(catalog: Catalog, tier: TierName | None) -> int:
    """Return by how many tiers one exceeds what the count recommends; 0 without a tier.

    A catalog without a single service, counted or expected, is not judged yet.
    """
    recommended = recommend_for(catalog)
    if tier is None or not recommended.services:
        return 0
    return _RANK[tier] - _RANK[recommended.tier]


def _tier_finding(
    code: str, catalog: Catalog, tier: TierName | None, verdict: str, hint: str
) -> Finding:
    recommended = recommend_for(catalog)
    count = "1 service" if recommended.services == 1 else f"{recommended.services} services"
    which = "The tier is" if catalog.settings.tier else "The runbooks are those of"
    message = (
        f"{which} {tier}, and {recommended.tier} is recommended for {count} in production or "
        f"expected: {verdict}."
    )
    return Finding(code, message, settings_source(catalog), ("tier",), hint)


RULES = (
    Rule(
        RuleText(
            "IC208",
            "warning",
            "A product area that falls back",
            "At the highest tier every severity has a process in every product area.",
            "Write the runbook, or choose a lower tier.",
        ),
        falls_back,
    ),
    Rule(
        RuleText(
            "IC209",
            "warning",
            "More process than recommended",
            "Where there are few services, several processes may confuse more than they help.",
            "Lower the tier, or say how many services are expected.",
        ),
        more_process,
    ),
    Rule(
        RuleText(
            "IC301",
            "info",
            "Less process than recommended",
            "The number of services suggests more process. This is only advice: the configured "
            "tier is used.",
            "Raise the tier when the team is ready for it.",
        ),
        less_process,
    ),
)
