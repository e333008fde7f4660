"""Rules about owners: everything has exactly one team, and it exists."""

from __future__ import annotations

from collections.abc import Iterable

from incidentctl.domain.catalog.entries import label, renamed
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.lint.rule import Absent, Finding, Guess, Rule
from incidentctl.domain.lint.rule_text import RuleText

_OWNED = frozenset({"service", "product_area", "runbook"})


def unknown_owner(catalog: Catalog) -> Iterable[Finding]:
    """Find services, product areas and runbooks whose owner is no team."""
    teams = catalog.teams
    owned = [entry for entry in catalog.entries if entry.kind in _OWNED and entry.value.owner]
    lost = [entry for entry in owned if entry.value.owner not in teams]
    if not lost:
        return
    moved = renamed(catalog, "team")
    owners = {entry.value.owner for entry in owned}
    idle = [name for name in teams if name not in owners]
    for entry in lost:
        owner = entry.value.owner
        otherwise = f"Write teams/{owner}.yaml, or name another team."
        if len(idle) == 1:
            otherwise = f"Was it renamed? The team {idle[0]!r} owns nothing yet."
        yield Finding(
            "IC101",
            f"The owner of {label(entry)}, {owner!r}, is not a team.",
            entry.source,
            ("owner",),
            moved.get(owner) or Guess(owner, teams, otherwise),
            Absent(("team",), owner),
        )


RULES = (
    Rule(
        RuleText(
            "IC101",
            "error",
            "Unknown owner",
            "There must be somebody to page: a service, product area or runbook belongs to a team.",
            "Name a team that has a file in teams/, or write that file.",
        ),
        unknown_owner,
    ),
)
