"""A rule about `exclude`: its paths exist."""

from __future__ import annotations

from collections.abc import Iterable

from incidentctl.domain.catalog.entries import settings_source
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.lint.rule import Around, Finding, Rule
from incidentctl.domain.lint.rule_text import RuleText


def excludes_nothing(catalog: Catalog, around: Around) -> Iterable[Finding]:
    """Find patterns of `exclude` that fit no file of the catalog's folders."""
    for number in around.idle_excludes:
        yield Finding(
            "IC224",
            f"`exclude` names {catalog.settings.exclude[number]!r}, and no file is there.",
            settings_source(catalog),
            ("exclude", number),
            "Correct the path, which begins at the root, or remove it.",
        )


RULES = (
    Rule(
        RuleText(
            "IC224",
            "warning",
            "An exclusion that matches nothing",
            "A mistyped path excludes nothing, and the team believes that it does. An old one "
            "hides the next file that gets its name.",
            "Correct the path or pattern, or remove it.",
        ),
        check_around=excludes_nothing,
    ),
)
