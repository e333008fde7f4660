"""Rules about owners: everything has exactly one team, and it exists."""

from __future__ import annotations

from collections.abc import Iterable

from incidentctl.domain.catalog.entries import label
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.lint.rule import Finding, Guess, Rule
from incidentctl.domain.lint.rule_text import RuleText

_OWNED = frozenset({"service", "product_area", "runbook"})


def unknown_owner(catalog: Catalog) -> Iterable[Finding]:
    """Find services, product areas and runbooks whose owner is no team."""
    teams = catalog.teams
    for entry in catalog.entries:
        if entry.kind not in _OWNED or entry.value.owner in teams or entry.value.owner is None:
            continue
        owner = entry.value.owner
        hint = Guess(owner, teams, f"Write teams/{owner}.yaml, or name another team.")
        yield Finding(
            "IC101", f"The owner of {label(entry)}, {owner!r}, is not a team.",
            entry.source, ("owner",), hint,
        )  # fmt: skip


RULES = (
    Rule(
        RuleText(
            "IC101",
            "error",
            "Unknown owner",
            "Somebody must be there to page: a service, product area or runbook belongs to a team.",
            "Name a team that has a file in teams/, or write that file.",
        ),
        unknown_owner,
    ),
)
