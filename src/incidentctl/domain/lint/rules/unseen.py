"""A rule about lint itself: what it could not look at, so that silence never means "all clear"."""

from __future__ import annotations

from collections.abc import Iterable

from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.lint.report import NOT_LOOKED
from incidentctl.domain.lint.rule import Around, Finding, Rule
from incidentctl.domain.lint.rule_text import RuleText


def not_looked(catalog: Catalog, around: Around) -> Iterable[Finding]:
    """Find rules that are not switched off and could not be checked."""
    for reason, rules, hint in around.unseen:
        asked = [code for code in rules if catalog.settings.lint.get(code) != "off"]
        if asked:
            message = f"{reason} So {', '.join(asked)} could not be checked."
            yield Finding(NOT_LOOKED, message, hint=hint)


RULES = (
    Rule(
        RuleText(
            NOT_LOOKED,
            "warning",
            "A rule that could not be checked",
            "A clone with only the last commits does not show how old the repository is, and one "
            "that git refuses or that never read the record shows neither files nor drills. "
            "Then a check is green and proves nothing.",
            "Do what the message says; in CI check out the whole history (`fetch-depth: 0`). Or "
            "switch the rules off that it names.",
        ),
        check_around=not_looked,
    ),
)
