"""Rules about teams: somebody is in each, and it can be reached."""

from __future__ import annotations

from collections.abc import Iterable

from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.lint.rule import Absent, Finding, Rule
from incidentctl.domain.lint.rule_text import RuleText


def no_members(catalog: Catalog) -> Iterable[Finding]:
    """Find teams without members."""
    return _without(catalog, "members", "IC201", "Add `members`, each with a handle.")


def no_contact(catalog: Catalog) -> Iterable[Finding]:
    """Find teams without a contact."""
    return _without(catalog, "contacts", "IC203", 'Add `contacts`, such as `channel: "#core"`.')


def _without(catalog: Catalog, key: str, code: str, hint: str) -> Iterable[Finding]:
    what = "contact" if key == "contacts" else key
    for entry in catalog.of_kind("team"):
        if not getattr(entry.value, key):
            message = f"The team {entry.name} has no {what}."
            absent = Absent(path=entry.source.path)
            yield Finding(code, message, entry.source, (), hint, absent)


RULES = (
    Rule(
        RuleText(
            "IC201",
            "warning",
            "A team without members",
            "Nobody responds for a team without members.",
            "Add the members, or give what the team owns to another team.",
        ),
        no_members,
    ),
    Rule(
        RuleText(
            "IC203",
            "warning",
            "A team without contact",
            "People who find the owner must know where to reach them.",
            "Add a channel, an address or a pager (`env:NAME` for a secret).",
        ),
        no_contact,
    ),
)
