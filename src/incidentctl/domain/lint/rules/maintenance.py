"""Rules about maintenance: customers plan with what is announced."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from incidentctl.domain.catalog.maintenance import span_of
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.common.times import format_duration, show, zone
from incidentctl.domain.lint.rule import Finding, Rule
from incidentctl.domain.lint.rule_text import RuleText

#: Longer ones are mostly a slip in a date.
_LONG = timedelta(days=7)


def ends_first(catalog: Catalog) -> Iterable[Finding]:
    """Find maintenance that ends before it begins, or as it begins."""
    default = catalog.settings.timezone
    for entry in catalog.of_kind("maintenance"):
        planned = span_of(entry.value, default_zone=default)
        if not planned.is_one:
            local = zone(entry.value.timezone or default)
            begins, ends = show(planned.begins, local), show(planned.ends, local)
            yield Finding(
                "IC160",
                f"The maintenance {entry.name} does not end after it begins.",
                entry.source,
                ("ends",),
                f"It reads {begins} to {ends}: correct one of the two.",
            )


def long_one(catalog: Catalog) -> Iterable[Finding]:
    """Find maintenance that lasts for more than a week."""
    for entry in catalog.of_kind("maintenance"):
        begins, ends = span_of(entry.value, default_zone=catalog.settings.timezone)
        if ends - begins > _LONG:
            yield Finding(
                "IC260",
                f"The maintenance {entry.name} lasts for {format_duration(ends - begins)}.",
                entry.source,
                ("ends",),
                "Correct the date, or announce each part when it is due.",
            )


def tells_nothing(catalog: Catalog) -> Iterable[Finding]:
    """Find maintenance without a text, or without an area."""
    for entry in catalog.of_kind("maintenance"):
        if entry.value.text is None:
            message = f"The maintenance {entry.name} has no text: customers read its title alone."
            hint = "Add `text:`, with what they will notice and what they can do."
            yield Finding("IC261", message, entry.source, (), hint)
        if not entry.value.areas:
            message = f"The maintenance {entry.name} concerns no product area."
            hint = "Name the areas, such as `areas: [login]`."
            yield Finding("IC261", message, entry.source, ("areas",), hint)


RULES = (
    Rule(
        RuleText(
            "IC160",
            "error",
            "Maintenance that ends before it begins",
            "It appears on no page and in no feed, so customers do not learn of it.",
            "Correct one of its two times.",
        ),
        ends_first,
    ),
    Rule(
        RuleText(
            "IC260",
            "warning",
            "Maintenance of more than a week",
            "Maintenance counts neither as up nor as down: a slip in the date hides every outage "
            "until then.",
            "Correct the date, or announce the parts one by one.",
        ),
        long_one,
    ),
    Rule(
        RuleText(
            "IC261",
            "warning",
            "Maintenance that tells customers nothing",
            "Customers want to know what they will notice, where, and what they can do.",
            "Add the text, and name the product areas.",
        ),
        tells_nothing,
    ),
)
