"""Rules about what retrospectives agreed on."""

from __future__ import annotations

from collections.abc import Iterable

from incidentctl.domain.catalog.model import Catalog, Source
from incidentctl.domain.common.text import one_line
from incidentctl.domain.learn.retrospective import items
from incidentctl.domain.lint.rule import GRACE, Around, Finding, Rule
from incidentctl.domain.lint.rule_text import RuleText


def overdue(catalog: Catalog, around: Around) -> Iterable[Finding]:  # noqa: ARG001 (a rule's shape)
    """Find action items that should be done by now."""
    if around.young:
        return
    for action, retrospective, place in items(around.retrospectives):
        if action.overdue(around.today):
            days = (around.today - action.due).days
            late = f"{days} days" if days > 1 else "a day"
            yield Finding(
                "IC220",
                f"The action item {action.id} of {one_line(action.owner)} is {late} overdue: "
                f"{one_line(action.title).removesuffix('.')}.",
                Source(retrospective.path),
                ("actions", place, "due"),
                "Agree on another day, or write `done: true` once it is.",
            )


RULES = (
    Rule(
        RuleText(
            "IC220",
            "warning",
            "An overdue action item",
            "If nobody does what a retrospective agreed on, the incident can happen again. Not "
            f"reported in the first {GRACE.days} days of a repository.",
            "Do it and write `done: true`, or agree on another day or owner.",
        ),
        check_around=overdue,
    ),
)
