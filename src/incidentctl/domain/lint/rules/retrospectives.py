"""Rules about retrospectives: that they are written, and that what they agreed on is done."""

from __future__ import annotations

from collections.abc import Iterable

from incidentctl.domain.catalog.model import Catalog, Source
from incidentctl.domain.common.lookup import nearest
from incidentctl.domain.common.text import one_line
from incidentctl.domain.learn.retrospective import items
from incidentctl.domain.lint.rule import GRACE, Absent, Around, Finding, Rule
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


def nobodys(catalog: Catalog, around: Around) -> Iterable[Finding]:
    """Find open action items of somebody whom the catalog does not know."""
    known = [*catalog.teams]
    for handle, (_, member) in catalog.members().items():
        known += filter(None, (handle, member.name, member.email, *member.aliases))
    folded = {name.casefold() for name in known}
    for action, retrospective, place in items(around.retrospectives):
        if known and not action.done and action.owner.casefold() not in folded:
            yield Finding(
                "IC226",
                f"The action item {action.id} is of {one_line(action.owner)}, whom the catalog "
                "does not know.",
                Source(retrospective.path),
                ("actions", place, "owner"),
                nearest(action.owner, known, otherwise="Name a member or a team."),
                Absent(("team",)),
            )


def late(catalog: Catalog, around: Around) -> Iterable[Finding]:  # noqa: ARG001 (a rule's shape)
    """Find incidents without the retrospective that their severity requires."""
    for incident, severity, title, day in around.late:
        yield Finding(
            "IC223",
            f"{one_line(severity)} requires a retrospective of {incident}, by {day}: "
            f"{one_line(title).removesuffix('.')}.",
            hint="Write it.",
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
    Rule(
        RuleText(
            "IC226",
            "warning",
            "An action item of nobody",
            "An owner who left, or whose name is mistyped, sees to nothing; and the one who is "
            "meant does not find it among their own.",
            "Name a member or a team of the catalog.",
        ),
        check_around=nobodys,
    ),
    Rule(
        RuleText(
            "IC223",
            "warning",
            "A late retrospective",
            "What happened is soon forgotten: the severity says within how many days people meet "
            f"about an incident. Not reported in the first {GRACE.days} days of a repository.",
            "Hold the retrospective and write it. If there is no need of one, close the incident "
            "with the reason.",
        ),
        check_around=late,
    ),
)
