"""Rules about announcements: each tells something to somebody."""

from __future__ import annotations

from collections.abc import Iterable

from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.lint.rule import Finding, Loc, Rule
from incidentctl.domain.lint.rule_text import RuleText


def never_sent(catalog: Catalog) -> Iterable[Finding]:
    """Find announcements that nobody ever gets."""
    for entry in catalog.of_kind("announcement"):
        announcement = entry.value
        loc: Loc
        if not announcement.on:
            why, loc, hint = "no event", ("on",), "Name the events to announce."
        elif not announcement.actions:
            why, loc, hint = "no action", ("actions",), "Write what is sent."
        elif announcement.on == ("drill-announced",) and not any(
            action.drills for action in announcement.actions
        ):
            why, loc = "no action that drills may use", ("actions", 0)
            hint = "Write `drills: true` at the action whose target may hear of drills."
        else:
            continue
        message = f"The announcement {entry.name} is never sent: it has {why}."
        yield Finding("IC243", message, entry.source, loc, hint)


RULES = (
    Rule(
        RuleText(
            "IC243",
            "warning",
            "An announcement that is never sent",
            "Its author believes that people are informed.",
            "Name its events and actions. An announcement of drills needs an action with "
            "`drills: true`.",
        ),
        never_sent,
    ),
)
