"""Rules about age: an entry that nobody has looked at for a year is not believed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.lint.rule import Finding, Rule
from incidentctl.domain.lint.rule_text import RuleText

#: How many days a review lasts.
REVIEW_LASTS = 365


def stale(catalog: Catalog, today: date) -> Iterable[Finding]:
    """Find services whose last review is more than a year ago."""
    for entry in catalog.of_kind("service"):
        reviewed = entry.value.reviewed
        if reviewed is not None and (age := (today - reviewed).days) > REVIEW_LASTS:
            yield Finding(
                "IC210",
                f"The service {entry.name} was last reviewed {age} days ago.",
                entry.source,
                ("reviewed",),
                "Check the entry, and write today's date.",
            )


RULES = (
    Rule(
        RuleText(
            "IC210",
            "warning",
            "An outdated review",
            f"A catalog is kept up to date: a review counts for {REVIEW_LASTS} days.",
            "Check the entry and write the day; or leave `reviewed` out.",
        ),
        check_at=stale,
    ),
)
