"""Rules about runbooks: exactly one answers each case, and each answers some case."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from incidentctl.domain.catalog.applicable_runbooks import specificity
from incidentctl.domain.catalog.entries import sources
from incidentctl.domain.catalog.model import Catalog, CatalogEntry
from incidentctl.domain.catalog.runbook import Runbook
from incidentctl.domain.common.times import format_duration
from incidentctl.domain.lint.rule import Absent, Finding, Rule
from incidentctl.domain.lint.rule_text import RuleText
from incidentctl.domain.process.resolution import Case, Resolver

#: A case that runbooks distinguish: severity, product area or any, category or any.
_Key = tuple[str, str | None, str | None]


def _severities(catalog: Catalog, runbook: Runbook) -> list[str]:
    """Return the severities of the scale that a runbook can answer."""
    applies = runbook.applies_to
    wanted = {name.casefold() for name in applies.severities}
    return [
        severity.name
        for severity in catalog.scale.severities
        if applies.critical in (None, severity.critical)
        and (not wanted or severity.name.casefold() in wanted)
    ]


#: How many cases of runbooks are compared: a hundred times what a large catalog has.
_MAX_CASES = 300_000


def _cases(catalog: Catalog) -> tuple[dict[str, list[_Key]], CatalogEntry | None]:
    """Return the cases that each runbook names, and the first runbook that has too many."""
    found: dict[str, list[_Key]] = {}
    left = _MAX_CASES
    for name, entry in sources(catalog, "runbook").items():
        severities = _severities(catalog, entry.value)
        areas = _folded(entry.value.applies_to.product_areas)
        categories = _folded(entry.value.applies_to.categories)
        left -= len(severities) * len(areas) * len(categories)
        if left < 0:
            return found, entry
        found[name] = list(product(severities, areas, categories))
    return found, None


def _folded(names: Iterable[str]) -> list[str | None]:
    """Return names as an incident compares them, without case; None alone stands for any."""
    return [*map(str.casefold, names)] or [None]


def _name(key: _Key) -> str:
    severity, area, category = key
    return severity + (f" in {area}" if area else "") + (f" ({category})" if category else "")


def equally_specific(catalog: Catalog) -> Iterable[Finding]:
    """Find pairs of runbooks that answer one case and are equally specific; each pair once."""
    entries = sources(catalog, "runbook")
    first: dict[tuple[_Key, tuple[int, int]], str] = {}
    reported: set[tuple[str, str]] = set()
    known, beyond = _cases(catalog)
    for name, keys in known.items():
        entry = entries[name]
        for key in keys:
            other = first.setdefault((key, specificity(entry.value)), name)
            if other == name or (other, name) in reported:
                continue
            reported.add((other, name))
            yield Finding(
                "IC114",
                f"The runbooks {other} and {name} are equally specific for {_name(key)}.",
                entry.source,
                ("applies_to",),
                "Remove one, or narrow its `applies_to`.",
            )
    if beyond is not None:
        yield Finding(
            "IC114",
            f"The runbook {beyond.name} and those after it are not compared: together they name "
            f"more than {_MAX_CASES} cases of severity, product area and category.",
            beyond.source,
            ("applies_to",),
            "Name fewer of them in one runbook.",
        )


def unanswered(catalog: Catalog) -> Iterable[Finding]:
    """Find severities for which the team's runbooks leave an incident without one."""
    if not catalog.runbooks:
        return  # the built-in process serves
    entries = sources(catalog, "severity")
    first = next(iter(catalog.of_kind("runbook")), None)
    resolver = Resolver(catalog)
    for severity in catalog.scale.severities:
        if resolver.resolve(Case(severity.name)).answers[0].runbook is None:
            entry = entries.get(severity.name) or first
            yield Finding(
                "IC115",
                f"No runbook applies to {severity.name}.",
                entry.source if entry else None,
                (),
                "Write a runbook for it, or one without `applies_to` that applies to everything.",
                Absent(("runbook", "severity")),
            )


def never_apply(catalog: Catalog) -> dict[str, str]:
    """Return the runbooks that no incident can get, each with the reason."""
    entries = sources(catalog, "runbook")
    strongest: dict[_Key, tuple[int, int]] = {}
    known, _ = _cases(catalog)
    for name, keys in known.items():
        rank = specificity(entries[name].value)
        for key in keys:
            strongest[key] = max(rank, strongest.get(key, rank))
    severities = {severity.name.casefold() for severity in catalog.scale.severities}
    found = {}
    for name, keys in known.items():
        value = entries[name].value
        if _names_unknown(catalog, entries[name], severities):
            continue  # reported as that
        rank = specificity(value)
        if not keys:
            is_not = "critical" if value.applies_to.critical else "not critical"
            found[name] = f"none of its severities is {is_not}"
        elif all(_overruled(key, rank, strongest) for key in keys):
            found[name] = "more specific ones always answer"
    return found


def never_applies(catalog: Catalog) -> Iterable[Finding]:
    """Find runbooks that no incident can get: contradictory, or always overruled."""
    entries = sources(catalog, "runbook")
    for name, reason in never_apply(catalog).items():
        yield Finding(
            "IC206",
            f"The runbook {name} can never apply: {reason}.",
            entries[name].source,
            ("applies_to",),
            "Change `applies_to`, or remove it.",
            Absent(("severity",)),
        )


def _names_unknown(catalog: Catalog, entry: CatalogEntry, severities: set[str]) -> bool:
    applies = entry.value.applies_to
    return any(name.casefold() not in severities for name in applies.severities) or any(
        name not in catalog.product_areas for name in applies.product_areas
    )


def _overruled(key: _Key, rank: tuple[int, int], strongest: dict[_Key, tuple[int, int]]) -> bool:
    severity, area, category = key
    wider = product((severity,), {area, None}, {category, None})
    return any(strongest.get(each, rank) > rank for each in wider)


def no_cadence(catalog: Catalog) -> Iterable[Finding]:
    """Find critical severities for which neither scale nor runbook says when updates are due."""
    entries = sources(catalog, "severity")
    resolver = Resolver(catalog)
    for severity in catalog.scale.severities:
        if not severity.critical or severity.update_every is not None:
            continue
        runbook = resolver.resolve(Case(severity.name)).answers[0].runbook
        if runbook is not None and any(step.every for step in runbook.steps):
            continue
        entry = entries.get(severity.name)
        yield Finding(
            "IC207",
            f"Nothing says how often updates are due for {severity.name}, which is critical.",
            entry.source if entry else None,
            (),
            "Add `update_every: 30m`, or a step with `every` to its runbook.",
            Absent(("runbook", "severity")),
        )


def slower_than_severity(catalog: Catalog) -> Iterable[Finding]:
    """Find severities whose cadence is never used, because their runbook has a slower one."""
    entries = sources(catalog, "severity")
    resolver = Resolver(catalog)
    for severity in catalog.scale.severities:
        entry = entries.get(severity.name)
        runbook = resolver.resolve(Case(severity.name)).answers[0].runbook
        if entry is None or severity.update_every is None or runbook is None:
            continue
        repeated = [(step.every, step.id) for step in runbook.steps if step.every]
        if not repeated or min(repeated)[0] <= severity.update_every:
            continue
        every, step = min(repeated)
        yield Finding(
            "IC227",
            f"Updates of {severity.name} are due every {format_duration(every)}, as the step "
            f"{step} of the runbook {runbook.name} says, and not every "
            f"{format_duration(severity.update_every)}.",
            entry.source,
            ("update_every",),
            "Change `every` of the step, or remove it: then the severity decides.",
        )


RULES = (
    Rule(
        RuleText(
            "IC114",
            "error",
            "Two runbooks equally specific",
            "In an incident nobody should have to choose between two runbooks. The most specific "
            "wins: category, severity × area, area, severity, critical, everything.",
            "Remove one of the two, or narrow what it applies to.",
        ),
        equally_specific,
    ),
    Rule(
        RuleText(
            "IC115",
            "error",
            "A severity without runbook",
            "An incident of that severity that affects no product area would have no process.",
            "Write a runbook for the severity, or one that applies to everything.",
        ),
        unanswered,
    ),
    Rule(
        RuleText(
            "IC206",
            "warning",
            "A runbook that can never apply",
            "Somebody keeps it up to date in vain, and believes that it is used.",
            "Change what it applies to, or remove it.",
        ),
        never_applies,
    ),
    Rule(
        RuleText(
            "IC207",
            "warning",
            "A critical severity without cadence",
            "In a critical incident silence is read as nobody working on it.",
            "Say how often an update is due, at the severity or in a step.",
        ),
        no_cadence,
    ),
    Rule(
        RuleText(
            "IC227",
            "warning",
            "A severity whose cadence a runbook overrules",
            "`every` of a step counts more than `update_every` of the severity: the author of the "
            "shorter one believes that updates are due sooner than they are.",
            "Change `every` of the step, or remove it.",
        ),
        slower_than_severity,
    ),
)
