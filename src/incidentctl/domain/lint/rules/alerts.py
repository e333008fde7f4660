"""Rules about alerts.yaml: each of its rules can match, and names what the catalog has."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator

from incidentctl.domain.alerts import expressions
from incidentctl.domain.alerts.classify import SERVICE_LABELS, affected_by
from incidentctl.domain.catalog.alert_rules import PATTERN, AlertRule
from incidentctl.domain.catalog.model import Catalog, Source
from incidentctl.domain.lint.rule import Absent, Finding, Guess, Loc, Rule
from incidentctl.domain.lint.rule_text import RuleText
from incidentctl.errors import EnvironmentFailedError, InvalidDataError


def unknown_target(catalog: Catalog) -> Iterable[Finding]:
    """Find rules that say what is hit with a name that nothing has."""
    known = {**catalog.services, **catalog.product_areas}
    for entry in catalog.of_kind("alerts"):
        for number, rule in enumerate(entry.value.rules):
            if rule.service and rule.service not in known:
                message = f"There is no service or product area {rule.service!r}, which the rule "
                yield Finding(
                    "IC150",
                    f"{message}{rule.name} of alerts.yaml names.",
                    entry.source,
                    ("rules", number, "service"),
                    Guess(rule.service, known, "Write the service, or remove the name."),
                    Absent(("service", "product_area"), rule.service),
                )


def unknown_service(catalog: Catalog) -> Iterable[Finding]:
    """Find rules for alerts of a service that nothing is called, and that do not say what is hit.

    Other labels may name what they like, and what is ignored may be of anybody.
    """
    known = {**catalog.services, **catalog.product_areas}
    for entry in catalog.of_kind("alerts"):
        for number, rule in enumerate(entry.value.rules):
            if rule.service or rule.mode not in ("inbox", "declare"):
                continue
            for label, wanted in _exact(rule):
                if label in SERVICE_LABELS and affected_by(catalog, {label: wanted})[0] is None:
                    yield Finding(
                        "IC255",
                        f"The rule {rule.name} is for alerts with {label} {wanted!r}, which is no "
                        "service or product area: it is not known what they hit.",
                        entry.source,
                        ("rules", number, "match", label),
                        Guess(wanted, known, "Write `service` into the rule: the one they hit."),
                        Absent(("service", "product_area")),
                    )


def _exact(rule: AlertRule) -> Iterator[tuple[str, str]]:
    """Yield each label with a value that it has to have, which is no pattern."""
    for label, values in rule.match.items():
        yield from ((label, wanted) for wanted in values if not wanted.startswith(PATTERN))


def never_matches(catalog: Catalog) -> Iterable[Finding]:
    """Find rules that no alert reaches: an earlier one matches all that they do."""
    for entry in catalog.of_kind("alerts"):
        before = _Earlier()
        for number, rule in enumerate(entry.value.rules):
            place: Loc = ("rules", number)
            if any(not values for values in rule.match.values()):
                name = next(name for name, values in rule.match.items() if not values)
                message = f"The rule {rule.name} matches nothing: {name} has no value."
                hint = "Write the values, or remove the label."
                yield Finding("IC251", message, entry.source, (*place, "match", name), hint)
                continue
            earlier = before.covering(rule)
            before.add(rule)
            if earlier is not None:
                message = (
                    f"The rule {rule.name} is never reached: {earlier.name} matches all that it "
                    "does."
                )
                hint = f"Move it before {earlier.name}, or remove it."
                yield Finding("IC251", message, entry.source, place, hint)


def same_name(catalog: Catalog) -> Iterable[Finding]:
    """Find two rules of one name: the record tells rules by their names."""
    for entry in catalog.of_kind("alerts"):
        names: set[str] = set()
        for number, rule in enumerate(entry.value.rules):
            if rule.name in names:
                message = f"Two rules of alerts.yaml are called {rule.name}."
                place = ("rules", number, "name")
                yield Finding("IC155", message, entry.source, place, "Give each its own name.")
            names.add(rule.name)


class _Earlier:
    """The rules so far, by the values of one label of each: few have to be compared with another.

    A rule covers only those that have one of these values, whichever of its labels it is.
    """

    def __init__(self) -> None:
        self._rules: list[AlertRule] = []
        self._by_value: dict[tuple[str, str], list[int]] = {}
        self._for_all: list[int] = []
        """The first rule that matches every alert."""

    def add(self, rule: AlertRule) -> None:
        number = len(self._rules)
        self._rules.append(rule)
        if not rule.match:
            self._for_all = self._for_all or [number]
            return
        for key in min(map(self._keys, rule.match.items()), key=self._known):
            self._by_value.setdefault(key, []).append(number)

    def covering(self, rule: AlertRule) -> AlertRule | None:
        """Return the first of them that matches every alert which a rule does."""
        numbers = set(self._for_all)
        for label, values in rule.match.items():
            numbers.update(self._by_value.get((label, values[0]), ()))
        found = (self._rules[number] for number in sorted(numbers))
        return next((each for each in found if _covers(each, rule)), None)

    @staticmethod
    def _keys(condition: tuple[str, tuple[str, ...]]) -> list[tuple[str, str]]:
        label, values = condition
        return [(label, value) for value in values]

    def _known(self, keys: list[tuple[str, str]]) -> int:
        return sum(len(self._by_value.get(key, ())) for key in keys)


def _covers(earlier: AlertRule, later: AlertRule) -> bool:
    """Say whether every alert of the later rule is one of the earlier."""
    return all(
        name in later.match and later.match[name] and set(later.match[name]) <= set(values)
        for name, values in earlier.match.items()
    )


def heartbeats(catalog: Catalog) -> Iterable[Finding]:
    """Find heartbeats that nobody misses, and settings that their mode does not use."""
    for entry in catalog.of_kind("alerts"):
        for number, rule in enumerate(entry.value.rules):
            for key, message, hint in _unused(rule):
                place: Loc = ("rules", number, *((key,) if key else ()))
                yield Finding("IC152", message, entry.source, place, hint)


def _unused(rule: AlertRule) -> Iterator[tuple[str, str, str]]:
    heartbeat = rule.mode == "heartbeat"
    if heartbeat and rule.every is None:
        message = f"The heartbeat {rule.name} is never missed: it does not say how often it comes."
        yield "", message, "Write `every`, such as `every: 5m`."
    if not heartbeat and rule.every is not None:
        yield (
            "every",
            f"Only a heartbeat has `every`, and {rule.name} is not one.",
            ("Write `mode: heartbeat`, or remove it."),
        )
    if rule.mode != "declare":
        for key, is_set in (("after", rule.after is not None), ("resolve", rule.resolve)):
            if is_set:
                message = f"The rule {rule.name} declares nothing, so `{key}` has no effect."
                yield key, message, "Write `mode: declare`, or remove it."


def unreadable(catalog: Catalog) -> Iterable[Finding]:
    """Find patterns and paths that cannot be read."""
    for entry in catalog.of_kind("alerts"):
        for number, rule in enumerate(entry.value.rules):
            for name, values in rule.match.items():
                for wanted in values:
                    if wanted.startswith(PATTERN):
                        place: Loc = ("rules", number, "match", name)
                        pattern = wanted.removeprefix(PATTERN)
                        yield from _faults(expressions.pattern, pattern, entry.source, place)
        for name, source in entry.value.sources.items():
            for field in dataclasses.fields(source.mapping) if source.mapping else ():
                if path := getattr(source.mapping, field.name):
                    place = ("sources", name, "mapping", field.name)
                    yield from _faults(expressions.path, path, entry.source, place)


def _faults(
    read: Callable[[str], object], text: str, source: Source, place: Loc
) -> Iterable[Finding]:
    try:
        read(text)
    except InvalidDataError as error:
        hint = "Patterns are of RE2, paths of JMESPath: docs/alerts.md says more."
        yield Finding("IC153", error.message, source, place, hint)
    except EnvironmentFailedError as error:
        hint = "Install the extra `alerts` where lint runs."
        yield Finding("IC153", f"It could not be checked. {error.message}", source, place, hint)


def source_without_secret(catalog: Catalog) -> Iterable[Finding]:
    """Find sources that cannot prove who sends."""
    for entry in catalog.of_kind("alerts"):
        for name, source in entry.value.sources.items():
            place = ("sources", name)
            if not source.secrets:
                message = f"The source {name} has no secret: only this machine may deliver as it."
                hint = f"Write `secrets: [env:{name.upper().replace('-', '_')}_TOKEN]`."
                yield Finding("IC254", message, entry.source, place, hint)


def mapping_for_another_format(catalog: Catalog) -> Iterable[Finding]:
    """Find mappings that nothing uses, and generic sources without one."""
    for entry in catalog.of_kind("alerts"):
        for name, source in entry.value.sources.items():
            if (source.format == "generic") != (source.mapping is not None):
                message = (
                    f"The source {name} has a mapping, which only the format generic uses."
                    if source.mapping
                    else f"The source {name} is generic, and has no mapping of its fields."
                )
                hint = "Write `format: generic` and `mapping`, or neither."
                yield Finding("IC156", message, entry.source, ("sources", name), hint)


_NEVER = "Its author believes that it decides about alerts."
RULES = (
    Rule(
        RuleText(
            "IC150",
            "error",
            "An alert rule for an unknown service",
            "Its incidents would have no owner, and no runbook of their service.",
            "Name a service or a product area of the catalog.",
        ),
        unknown_target,
    ),
    Rule(
        RuleText(
            "IC251",
            "warning",
            "An alert rule that is never reached",
            f"The first rule that matches decides. {_NEVER}",
            "Write the narrower rule first.",
        ),
        never_matches,
    ),
    Rule(
        RuleText(
            "IC255",
            "warning",
            "An alert rule whose match names an unknown service",
            "If the name is mistyped, no alert matches the rule. Otherwise its incidents have "
            "no owner, and no runbook of their service.",
            "Correct the name, or write `service` into the rule.",
        ),
        unknown_service,
    ),
    Rule(
        RuleText(
            "IC152",
            "error",
            "An alert rule whose settings contradict each other",
            "A heartbeat without `every` is never missed, so silence looks like all clear. A "
            "setting of another mode has no effect.",
            "Write `every` only for heartbeats, `after` and `resolve` only with `mode: declare`.",
        ),
        heartbeats,
    ),
    Rule(
        RuleText(
            "IC153",
            "error",
            "An invalid pattern or path in alerts.yaml",
            "It cannot be applied to any alert.",
            "Write an RE2 pattern, which has to match the whole value, or a JMESPath expression.",
        ),
        unreadable,
    ),
    Rule(
        RuleText(
            "IC254",
            "warning",
            "An alert source without a secret",
            "The receiver accepts its alerts only from its own machine.",
            "Write `secrets: [env:NAME]`, and set NAME where the receiver runs.",
        ),
        source_without_secret,
    ),
    Rule(
        RuleText(
            "IC155",
            "error",
            "Two alert rules of the same name",
            "The record tells which rule declared an incident, and ids are made of its name.",
            "Give each rule its own name.",
        ),
        same_name,
    ),
    Rule(
        RuleText(
            "IC156",
            "error",
            "An alert source whose format and mapping do not match",
            "Its deliveries cannot be read, or are not read as its author expects.",
            "Write `format: generic` with a mapping, or another format without.",
        ),
        mapping_for_another_format,
    ),
)
