"""Rules about the status page: everybody has to be able to read it."""

from __future__ import annotations

from collections.abc import Iterable

from incidentctl.domain.catalog.entries import settings_source
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.lint.rule import Finding, Rule
from incidentctl.domain.lint.rule_text import RuleText
from incidentctl.domain.page.look import LEAST_CONTRAST, contrast, schemes


def hard_to_read(catalog: Catalog) -> Iterable[Finding]:
    """Find colours of the theme that cannot be told from the background."""
    theme = catalog.settings.page.theme
    for suffix, colours in zip(("", "_dark"), schemes(theme), strict=True):
        for name, colour in (("text", colours.text), ("accent", colours.accent)):
            reached = contrast(colour, colours.background)
            if reached >= LEAST_CONTRAST:
                continue
            told = [key for key in (name, "background") if getattr(theme, f"{key}{suffix}")]
            where = "dark" if suffix else "light"
            yield Finding(
                "IC262",
                f"The {name} {colour} on {colours.background} is hard to read in the {where} "
                f"scheme of the status page: its contrast is {reached:.1f}.",
                settings_source(catalog),
                ("page", "theme", *(f"{key}{suffix}" for key in told[:1])),
                f"Take a colour that differs more: {LEAST_CONTRAST} is the least.",
            )


RULES = (
    Rule(
        RuleText(
            "IC262",
            "warning",
            "A colour of the status page that is hard to read",
            "Customers with low vision, or in sunlight, cannot read the page.",
            "Choose a darker colour on a light background, and a lighter one on a dark background.",
        ),
        hard_to_read,
    ),
)
